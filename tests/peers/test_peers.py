"""The cells and their weights in other libraries: same outputs, same gradients.

Each peer is a function from its own weights, inputs and initial state to outputs and final state.
Ours is `run` on the same weights, read by `lstm_jax.convert`. Both are differentiated with respect
to all three, so that a conversion that is wrong in one direction shows.
"""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import peers
import pytest
import torch
from jax.experimental import rnn

from lstm_jax import convert, run

PEERS = {
    "torch": ["rnn", "lstm", "gru"],
    "equinox": ["lstm", "gru"],
    "keras": ["rnn", "lstm", "gru"],
    "flax": ["rnn", "lstm", "gru"],
    "nnx": ["lstm"],
    "haiku": ["lstm"],
}
PAIRS = [(library, kind) for library, kinds in PEERS.items() for kind in kinds]
SIZES = {"batch": 3, "time": 7, "features": 5, "hidden": 6}


def layout(library):
    """The functions that give a library its weights, and take them back."""
    home = peers if library == "nnx" else convert
    return getattr(home, f"to_{library}"), getattr(home, f"from_{library}")


def torch_results(kind, weights, xs, state):
    """Results and gradient by torch's own autograd, as NumPy arrays."""
    layer = peers.torch_layer(kind, weights)
    xs, state = jax.tree.map(lambda leaf: torch.tensor(leaf, requires_grad=True), (xs, state))
    results = peers.run_torch(layer, xs, state)
    terms = [
        (leaf * torch.from_numpy(oracles.weights_like(leaf.detach().numpy()))).sum()
        for leaf in jax.tree.leaves(results)
    ]
    sum(terms).backward()
    slopes = {name: p.grad.numpy() for name, p in layer.named_parameters()}
    slopes = (slopes, *jax.tree.map(lambda leaf: leaf.grad.numpy(), (xs, state)))
    return jax.tree.map(lambda leaf: leaf.detach().numpy(), results), slopes


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
        give, take = layout(library)
        inputs = jax.tree.map(jnp.asarray, (give(params), xs, state))
        ours = jax_results(lambda weights, xs, state: run(take(weights), xs, state), *inputs)
        if library == "torch":
            theirs = torch_results(kind, *jax.tree.map(np.array, inputs))
        else:
            peer = getattr(peers, f"run_{library}")
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
    give, take = layout(library)
    back = take(give(params))
    assert type(back) is type(params)
    oracles.assert_close(back, params, 1e-6)


def test_torch_weights_are_read_as_tensors():
    layer = torch.nn.GRU(5, 6, batch_first=True)
    xs = torch.ones(2, 4, 5)
    hs, _ = run(convert.from_torch(layer.state_dict()), xs.numpy())
    np.testing.assert_allclose(hs, layer(xs)[0].detach().numpy(), atol=1e-6)


def test_cudnn_is_given_the_weights_as_it_wants_them(monkeypatch):
    """cuDNN runs on a GPU only; JAX has the same function for the CPU, from the same weights."""

    def reference(xs, h, c, weights, lengths, features, hidden, layers, dropout, bidirectional):
        apart = rnn.unpack_lstm_weights(weights, features, hidden, layers, bidirectional)
        sizes = (features, hidden, layers)
        return rnn.lstm_ref(xs, h, c, *apart, lengths, *sizes, dropout, bidirectional)

    monkeypatch.setattr(rnn, "lstm", reference)
    params, xs, state = oracles.draw("lstm", **SIZES)
    got = peers.run_cudnn("lstm", jnp.asarray(peers.to_cudnn(params)), xs, state)
    oracles.assert_close(got, run(params, xs, state), 1e-5)
