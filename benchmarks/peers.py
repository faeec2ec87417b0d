"""The layers of other libraries, each a function of its own weights, inputs and initial state.

All take inputs (B, T, D) and a state of ours, and return hs (B, T, H) and the final state, ours
again. `kind` is "rnn", "lstm" or "gru", where the library has it. `lstm_jax.convert` makes the
weights, except those of Flax nnx and cuDNN, which are made here. `tests/peers` shows that all give
the same outputs and gradients, and `bench.py` measures their speed.

Each library is imported by its function, so that a process that measures one loads no other.
"""

import os
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import LSTMParams, LSTMState, convert
from lstm_jax.arrays import Array

os.environ["KERAS_BACKEND"] = "jax"  # read when keras is imported


def run_equinox(kind: str, weights: Mapping[str, Any], xs: Array, state: Any) -> tuple[Array, Any]:
    """`equinox.nn.LSTMCell` or `GRUCell` in a `lax.scan`; weights of `convert.to_equinox`."""
    import equinox as eqx

    cell = (eqx.nn.LSTMCell if kind == "lstm" else eqx.nn.GRUCell)(
        xs.shape[-1], weights["weight_hh"].shape[-1], key=jax.random.key(0)
    )
    names = list(weights)
    cell = eqx.tree_at(
        lambda cell: [getattr(cell, name) for name in names], cell, list(weights.values())
    )

    def step(state: Any, x: Array) -> tuple[Any, Array]:
        state = jax.vmap(cell)(x, state)
        return state, state[0] if kind == "lstm" else state

    initial = tuple(state) if kind == "lstm" else state
    final, hs = jax.lax.scan(step, initial, jnp.swapaxes(xs, 0, 1))
    return jnp.swapaxes(hs, 0, 1), LSTMState(*final) if kind == "lstm" else final


def run_flax(kind: str, weights: Mapping[str, Any], xs: Array, state: Any) -> tuple[Array, Any]:
    """`flax.linen.RNN`, a product for each gate and source; weights of `convert.to_flax`."""
    import flax.linen as nn

    size = weights["hi" if kind == "lstm" else "h" if kind == "rnn" else "hr"]["kernel"].shape[0]
    cells = {"rnn": nn.SimpleCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
    layer = nn.RNN(cells[kind](size, param_dtype=xs.dtype), return_carry=True)
    carry = (state.c, state.h) if kind == "lstm" else state
    carry, hs = layer.apply({"params": {"cell": weights}}, xs, initial_carry=carry)
    return hs, LSTMState(carry[1], carry[0]) if kind == "lstm" else carry


def run_nnx(kind: str, weights: Mapping[str, Any], xs: Array, state: Any) -> tuple[Array, Any]:
    """`flax.nnx.RNN` over `OptimizedLSTMCell`, a product for each source; weights of `to_nnx`."""
    from flax import nnx

    assert kind == "lstm"
    sizes = [weights[source]["kernel"].shape[0] for source in ("dense_i", "dense_h")]

    def layer() -> nnx.RNN:
        cell = nnx.OptimizedLSTMCell(*sizes, param_dtype=xs.dtype, rngs=nnx.Rngs(0))
        return nnx.RNN(cell, return_carry=True)

    graph, variables = nnx.split(nnx.eval_shape(layer))
    nnx.replace_by_pure_dict(variables, {"cell": weights})
    (c, h), hs = nnx.merge(graph, variables)(xs, initial_carry=(state.c, state.h))
    return hs, LSTMState(h, c)


def to_nnx(params: LSTMParams) -> dict[str, Any]:
    """The weights of `nnx.OptimizedLSTMCell`, which are arranged as ours are."""
    return {"dense_i": {"kernel": params.w_x}, "dense_h": {"kernel": params.w_h, "bias": params.b}}


def from_nnx(weights: Mapping[str, Any]) -> LSTMParams:
    """The other way round."""
    at_h = weights["dense_h"]
    return LSTMParams(weights["dense_i"]["kernel"], at_h["kernel"], at_h["bias"])


def run_haiku(kind: str, weights: Mapping[str, Any], xs: Array, state: Any) -> tuple[Array, Any]:
    """`haiku.LSTM` in `haiku.dynamic_unroll`; weights of `convert.to_haiku`."""
    import haiku as hk

    assert kind == "lstm"

    def forward(xs: Array, state: Any) -> tuple[Array, Any]:
        core = hk.LSTM(state.hidden.shape[-1])
        hs, final = hk.dynamic_unroll(core, jnp.swapaxes(xs, 0, 1), state)
        return jnp.swapaxes(hs, 0, 1), LSTMState(final.hidden, final.cell)

    model = hk.without_apply_rng(hk.transform(forward))
    return model.apply({"lstm/linear": weights}, xs, hk.LSTMState(state.h, state.c))


def run_keras(kind: str, weights: list[Any], xs: Array, state: Any) -> tuple[Array, Any]:
    """`keras.layers.SimpleRNN`, `LSTM` or `GRU` on JAX; weights of `convert.to_keras`."""
    import keras

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


def run_cudnn(kind: str, weights: Array, xs: Array, state: Any) -> tuple[Array, Any]:
    """`jax.experimental.rnn.lstm`, which is cuDNN: on a GPU only; weights of `to_cudnn`."""
    from jax.experimental.rnn import lstm

    assert kind == "lstm"
    (batch, time, features), hidden = xs.shape, state.h.shape[-1]
    lengths = jnp.full(batch, time, jnp.int32)
    layers, dropout, bidirectional = 1, 0.0, False
    sizes = (features, hidden, layers)
    h, c = (leaf[None] for leaf in state)
    hs, h, c = lstm(xs, h, c, weights, lengths, *sizes, dropout, bidirectional)
    return hs, LSTMState(h[0], c[0])


def to_cudnn(params: LSTMParams) -> np.ndarray[Any, Any]:
    """All weights in a row, in the order of torch."""
    return np.concatenate([array.ravel() for array in convert.to_torch(params).values()])


def torch_layer(kind: str, weights: Mapping[str, Any], device: str = "cpu") -> Any:
    """A `torch.nn.RNN`, `LSTM` or `GRU` that holds these weights of `convert.to_torch`."""
    import torch

    layers = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    (_, features), (_, hidden) = (weights[f"weight_{name}_l0"].shape for name in ("ih", "hh"))
    tensors = {name: torch.tensor(array) for name, array in weights.items()}
    layer = layers[kind](features, hidden, batch_first=True, dtype=tensors["bias_ih_l0"].dtype)
    layer.load_state_dict(tensors)
    return layer.to(device)


def run_torch(layer: Any, xs: Any, state: Any) -> tuple[Any, Any]:
    """What `torch_layer` gave, on tensors; `state` as ours, of tensors."""
    if not isinstance(state, LSTMState):
        hs, final = layer(xs, state[None])
        return hs, final[0]
    hs, (h, c) = layer(xs, (state.h[None], state.c[None]))
    return hs, LSTMState(h[0], c[0])
