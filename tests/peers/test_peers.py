"""The cells and their weights in five other libraries: same outputs, same gradients.

Each peer is a function from its own weights, inputs and initial state to outputs and final state.
Ours is `run` on the same weights, read by `lstm_jax.convert`. Both are differentiated with respect
to all three, so that a conversion that is wrong in one direction shows.
"""

import equinox as eqx
import flax.linen as nn
import haiku as hk
import jax
import jax.numpy as jnp
import keras
import numpy as np
import oracles
import pytest
import torch

from lstm_jax import LSTMState, convert, run

PEERS = {
    "torch": ["rnn", "lstm", "gru"],
    "equinox": ["lstm", "gru"],
    "keras": ["rnn", "lstm", "gru"],
    "flax": ["rnn", "lstm", "gru"],
    "haiku": ["lstm"],
}
PAIRS = [(library, kind) for library, kinds in PEERS.items() for kind in kinds]
SIZES = {"batch": 3, "time": 7, "features": 5, "hidden": 6}


def scan(step, state, xs):
    state, hs = jax.lax.scan(step, state, jnp.swapaxes(xs, 0, 1))
    return jnp.swapaxes(hs, 0, 1), state


def run_equinox(kind, weights, xs, state):
    cell = (eqx.nn.LSTMCell if kind == "lstm" else eqx.nn.GRUCell)(
        xs.shape[-1], weights["weight_hh"].shape[-1], key=jax.random.key(0)
    )
    names = list(weights)
    cell = eqx.tree_at(
        lambda cell: [getattr(cell, name) for name in names], cell, list(weights.values())
    )

    def step(state, x):
        state = jax.vmap(cell)(x, state)
        return state, state[0] if kind == "lstm" else state

    hs, final = scan(step, tuple(state) if kind == "lstm" else state, xs)
    return hs, LSTMState(*final) if kind == "lstm" else final


def run_flax(kind, weights, xs, state):
    size = weights["hi" if kind == "lstm" else "h" if kind == "rnn" else "hr"]["kernel"].shape[0]
    cells = {"rnn": nn.SimpleCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
    layer = nn.RNN(cells[kind](size, param_dtype=xs.dtype), return_carry=True)
    carry = (state.c, state.h) if kind == "lstm" else state
    carry, hs = layer.apply({"params": {"cell": weights}}, xs, initial_carry=carry)
    return hs, LSTMState(carry[1], carry[0]) if kind == "lstm" else carry


def run_haiku(kind, weights, xs, state):
    assert kind == "lstm"

    def forward(xs, state):
        core = hk.LSTM(state.hidden.shape[-1])
        hs, final = hk.dynamic_unroll(core, jnp.swapaxes(xs, 0, 1), state)
        return jnp.swapaxes(hs, 0, 1), LSTMState(final.hidden, final.cell)

    model = hk.without_apply_rng(hk.transform(forward))
    return model.apply({"lstm/linear": weights}, xs, hk.LSTMState(state.h, state.c))


def run_keras(kind, weights, xs, state):
    layers = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    options = {"reset_after": True} if kind == "gru" else {}
    layer = layers[kind](
        weights[1].shape[0],
        return_sequences=True,
        return_state=True,
        dtype=str(xs.dtype),
        **options,
    )
    layer.build(xs.shape)
    states = list(state) if kind == "lstm" else [state]
    (hs, *final), _ = layer.stateless_call(
        weights, layer.non_trainable_variables, xs, initial_state=states
    )
    return hs, LSTMState(*final) if kind == "lstm" else final[0]


def torch_results(kind, weights, xs, state):
    """Results and gradient by torch's own autograd, as NumPy arrays."""
    layers = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    hidden = weights["weight_hh_l0"].shape[1]
    layer = layers[kind](xs.shape[-1], hidden, batch_first=True).to(torch.from_numpy(xs).dtype)
    layer.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    inputs = torch.tensor(xs, requires_grad=True)
    states = [
        torch.tensor(leaf[None], requires_grad=True)
        for leaf in (state if kind == "lstm" else [state])
    ]
    hs, final = layer(inputs, tuple(states) if kind == "lstm" else states[0])
    finals = [leaf[0] for leaf in (final if kind == "lstm" else [final])]
    terms = [
        (leaf * torch.from_numpy(oracles.weights_like(leaf.detach().numpy()))).sum()
        for leaf in [hs, *finals]
    ]
    sum(terms).backward()
    slopes = {name: p.grad.numpy() for name, p in layer.named_parameters()}
    state_slopes = [leaf.grad.numpy()[0] for leaf in states]
    results = (hs.detach().numpy(), [leaf.detach().numpy() for leaf in finals])
    return results, (slopes, inputs.grad.numpy(), state_slopes)


def jax_results(function, *inputs):
    def loss(*inputs):
        results = function(*inputs)
        return oracles.score(*results), results

    slopes, results = jax.jit(jax.grad(loss, argnums=(0, 1, 2), has_aux=True))(*inputs)
    return results, slopes


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("library", "kind"), PAIRS)
def test_a_peer_gives_the_same_outputs_and_gradients(library, kind, dtype, record_property):
    with jax.enable_x64(dtype == "float64"):
        params, xs, state = oracles.draw(kind, dtype=dtype, **SIZES)
        weights = getattr(convert, f"to_{library}")(params)
        read = getattr(convert, f"from_{library}")
        inputs = jax.tree.map(jnp.asarray, (weights, xs, state))
        ours = jax_results(lambda weights, xs, state: run(read(weights), xs, state), *inputs)
        if library == "torch":
            theirs = torch_results(kind, *jax.tree.map(np.array, inputs))
        else:
            peer = {
                "equinox": run_equinox,
                "flax": run_flax,
                "haiku": run_haiku,
                "keras": run_keras,
            }[library]
            theirs = jax_results(lambda *inputs: peer(kind, *inputs), *inputs)
        tolerance = oracles.TOLERANCE[dtype]
        largest = 0.0
        pairs = zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
        for got, expected in pairs:
            assert got.shape == expected.shape
            error = np.abs(np.asarray(got) - expected) / np.maximum(1, np.abs(expected))
            largest = max(largest, float(error.max()))
        print(f"{library:8} {kind:5} {dtype}: largest error {largest:.1e}")
        record_property("largest_error", largest)
        assert largest <= tolerance


@pytest.mark.parametrize(("library", "kind"), PAIRS)
def test_weights_come_back_as_they_were(library, kind):
    params = oracles.draw(kind, **SIZES).params
    back = getattr(convert, f"from_{library}")(getattr(convert, f"to_{library}")(params))
    assert type(back) is type(params)
    oracles.assert_close(back, params, 1e-6)


def test_torch_weights_are_read_as_tensors():
    layer = torch.nn.GRU(5, 6, batch_first=True)
    xs = torch.ones(2, 4, 5)
    hs, _ = run(convert.from_torch(layer.state_dict()), xs.numpy())
    np.testing.assert_allclose(hs, layer(xs)[0].detach().numpy(), atol=1e-6)
