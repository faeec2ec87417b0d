"""Initial weights: they decide how far gradient reaches before anything is learned."""

from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array, Key, check_key, check_scalar, check_size, is_concrete
from lstm_jax.cells import GRUParams, LSTMParams, RNNParams, check_params
from lstm_jax.linear import DiagonalParams, MinGRUParams, MinLSTMParams
from lstm_jax.matrices import orthogonal

Gated = TypeVar("Gated", LSTMParams, GRUParams, MinLSTMParams, MinGRUParams)


def init_rnn(
    key: Key, input_size: int, hidden_size: int, *, gain: float | Array = 1.0
) -> RNNParams:
    """Random weights of an RNN; see `init_lstm` for the arguments."""
    w_x, w_h = _init("init_rnn", key, input_size, hidden_size, 1, gain)
    return RNNParams(w_x, w_h, jnp.zeros((hidden_size,), w_x.dtype))


def init_lstm(
    key: Key,
    input_size: int,
    hidden_size: int,
    *,
    forget_bias: float | Array = 1.0,
    gain: float | Array = 1.0,
) -> LSTMParams:
    """Random weights of an LSTM: orthogonal recurrent blocks, Glorot-uniform input blocks.

    Args:
        key: a JAX random key.
        input_size: D.
        hidden_size: H.
        forget_bias: the bias of the forget gate, all other biases being 0. At 0 a fresh cell keeps
            half of its memory at each step, at 1 about 73 % (Jozefowicz and others, 2015).
        gain: factor on the recurrent matrix. An orthogonal matrix keeps the length of every
            vector, so each block has all its singular values equal to `gain` (Saxe and others,
            2014).

    The weights are float32, or float64 where `jax_enable_x64` is set. `forget_bias` and `gain` may
    be arrays that change without a new compilation.

    Raises:
        ValueError: `key` is no key, a size is below 1, or a bias or gain is not finite.
    """
    w_x, w_h = _init("init_lstm", key, input_size, hidden_size, 4, gain)
    bias = check_scalar("init_lstm", "forget_bias", forget_bias, w_x.dtype)
    is_forget = jnp.arange(4 * hidden_size) // hidden_size == 1  # the second block of i, f, g, o
    return LSTMParams(w_x, w_h, jnp.where(is_forget, bias, jnp.zeros_like(bias)))


def init_gru(
    key: Key, input_size: int, hidden_size: int, *, gain: float | Array = 1.0
) -> GRUParams:
    """Random weights of a GRU; see `init_lstm` for the arguments."""
    w_x, w_h = _init("init_gru", key, input_size, hidden_size, 3, gain)
    b = jnp.zeros((3 * hidden_size,), w_x.dtype)
    return GRUParams(w_x, w_h, b, b[:hidden_size])


def init_min_lstm(
    key: Key, input_size: int, hidden_size: int, *, forget_bias: float | Array = 1.0
) -> MinLSTMParams:
    """Random weights of a minLSTM: Glorot-uniform blocks.

    f has the bias `forget_bias` and i its opposite, so a fresh cell keeps σ(forget_bias) of its
    memory at a step with input 0, like the LSTM of `init_lstm`. The other bias is 0. For the rest
    see `init_lstm`.
    """
    where = "init_min_lstm"
    w_x = _init_inputs(where, key, input_size, hidden_size, 3)
    bias = check_scalar(where, "forget_bias", forget_bias, w_x.dtype)
    return MinLSTMParams(
        w_x, jnp.repeat(jnp.stack([-bias, bias, jnp.zeros_like(bias)]), hidden_size)
    )


def init_min_gru(
    key: Key, input_size: int, hidden_size: int, *, forget_bias: float | Array = 1.0
) -> MinGRUParams:
    """Random weights of a minGRU; a fresh cell keeps σ(forget_bias), see `init_min_lstm`."""
    where = "init_min_gru"
    w_x = _init_inputs(where, key, input_size, hidden_size, 2)
    bias = check_scalar(where, "forget_bias", forget_bias, w_x.dtype)
    return MinGRUParams(w_x, jnp.repeat(jnp.stack([-bias, jnp.zeros_like(bias)]), hidden_size))


def init_diagonal(
    key: Key,
    input_size: int,
    hidden_size: int,
    *,
    fastest: float | Array = 0.9,
    slowest: float | Array = 0.999,
) -> DiagonalParams:
    """Random weights of a diagonal linear recurrence: Glorot-uniform inputs, biases 0.

    Args:
        key: a JAX random key.
        input_size: D.
        hidden_size: H.
        fastest: the least that a unit keeps at each step, in (0, 1).
        slowest: the most. The square of what a unit keeps is drawn evenly between the squares of
            these two (Orvieto and others, 2023).

    Raises:
        ValueError: as `init_lstm`; or not 0 < `fastest` <= `slowest` < 1.
    """
    where = "init_diagonal"
    check_key(where, key)
    key_x, key_decay = jax.random.split(key)
    w_x = _init_inputs(where, key_x, input_size, hidden_size, 1)
    low = check_scalar(where, "fastest", fastest, w_x.dtype)
    high = check_scalar(where, "slowest", slowest, w_x.dtype)
    given = (fastest, slowest)
    if all(map(is_concrete, given)) and not 0 < float(fastest) <= float(slowest) < 1:
        raise ValueError(
            f"{where}: fastest and slowest should be numbers with 0 < fastest <= slowest < 1, "
            f"got {fastest} and {slowest}"
        )
    share = jax.random.uniform(key_decay, (hidden_size,), w_x.dtype)
    kept = jnp.sqrt(low**2 + share * (high**2 - low**2))
    return DiagonalParams(w_x, jnp.zeros_like(kept), jnp.log(kept) - jnp.log1p(-kept))


def chrono(key: Key, params: Gated, longest: int) -> Gated:
    """The same weights with biases for memories of all lengths up to `longest` steps.

    A memory that a gate multiplies by σ(b) falls to 1/e in -1/ln σ(b) steps, about e^b. So the bias
    of the gate that keeps (f of an LSTM or minLSTM, z of a GRU) is drawn as ln u for each unit, u
    evenly from 1 to `longest` - 1. The gate that writes (i of an LSTM or minLSTM, z of a minGRU)
    takes the opposite bias, because a unit that keeps its value for many steps should be written to
    rarely.

    Args:
        key: a JAX random key.
        params: fresh parameters of one of these; their other biases stay.
        longest: steps, at least 2; the length of the sequences is a good choice.

    Raises:
        ValueError: `key` is no key, `params` has no gate that keeps, or `longest` is below 2.

    Source: Tallec and Ollivier, "Can recurrent neural networks warp time?", ICLR 2018.
    """
    check_key("chrono", key)
    _, hidden_size = check_params("chrono", params)
    if isinstance(params, RNNParams | DiagonalParams):
        raise ValueError(
            f"chrono: params is {type(params).__name__}, a cell without a gate that keeps; "
            "give LSTMParams, GRUParams, MinLSTMParams or MinGRUParams"
        )
    longest = check_size("chrono", "longest", longest)
    if longest < 2:
        raise ValueError(
            f"chrono: longest should be at least 2 steps, got {longest}; "
            "the length of the sequences is a good choice"
        )
    steps = jax.random.uniform(key, (hidden_size,), params.b.dtype, 1.0, longest - 1.0)
    first, second = slice(hidden_size), slice(hidden_size, 2 * hidden_size)
    b = params.b
    if not isinstance(params, MinGRUParams):  # f, second of i, f, g, o; and z, of r, z, n
        b = b.at[second].set(jnp.log(steps))
    if not isinstance(params, GRUParams):  # i, or z of z, n
        b = b.at[first].set(-jnp.log(steps))
    return params._replace(b=b)


def _init_inputs(where: str, key: Key, input_size: int, hidden_size: int, blocks: int) -> Array:
    """w_x (D, blocks·H) of a cell that has no w_h."""
    check_key(where, key)
    input_size = check_size(where, "input_size", input_size)
    hidden_size = check_size(where, "hidden_size", hidden_size)
    glorot = jax.nn.initializers.glorot_uniform()
    keys = jax.random.split(key, blocks)
    drawn = [glorot(each, (input_size, hidden_size), jnp.result_type(float)) for each in keys]
    return jnp.concatenate(drawn, axis=1)


def _init(
    where: str, key: Key, input_size: int, hidden_size: int, blocks: int, gain: float | Array
) -> tuple[Array, Array]:
    check_key(where, key)
    input_size = check_size(where, "input_size", input_size)
    hidden_size = check_size(where, "hidden_size", hidden_size)
    gain = check_scalar(where, "gain", gain, jnp.result_type(float))
    drawn = [
        _draw_block(*keys, input_size, hidden_size, gain)
        for keys in zip(*(jax.random.split(k, blocks) for k in jax.random.split(key)), strict=True)
    ]
    w_x, w_h = (jnp.concatenate(side, axis=1) for side in zip(*drawn, strict=True))
    return w_x, w_h


# One block at a time, so that all cells of one size share one program.
@partial(jax.jit, static_argnums=(2, 3))
def _draw_block(
    key_x: Key, key_h: Key, input_size: int, hidden_size: int, gain: Array
) -> tuple[Array, Array]:
    """w_x (D, H) and w_h (H, H) of one block."""
    w_x = jax.nn.initializers.glorot_uniform()(key_x, (input_size, hidden_size), gain.dtype)
    w_h = orthogonal(jax.random.normal(key_h, (hidden_size, hidden_size), gain.dtype))
    return w_x, gain * w_h
