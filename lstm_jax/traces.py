"""Everything that happened inside, step by step; and clamps, which hold a gate at a value."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypedDict, Unpack, overload

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike, Axis, check_scalar, check_shape
from lstm_jax.cells import (
    Gates,
    GRUGates,
    GRUParams,
    LSTMGates,
    LSTMParams,
    LSTMState,
    Params,
    RNNParams,
    State,
    StateT,
    cell_step,
    check_gated_by_state,
    lstm_update,
)
from lstm_jax.layers import check_sequences, unbatch
from lstm_jax.scan import freeze, valid_steps


class RNNTrace(NamedTuple):
    """The states of an RNN: h (B, T+1, H), row 0 the initial state."""

    h: Array


class LSTMTrace(NamedTuple):
    """Gates i, f, o and candidate g (B, T, H); states c and h (B, T+1, H), row 0 the initial one.

    `f[:, t]` is the gate that led from `c[:, t]` to `c[:, t + 1]`.
    """

    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    h: Array


class GRUTrace(NamedTuple):
    """Gates r, z and candidate n (B, T, H); states h (B, T+1, H), row 0 the initial one."""

    r: Array
    z: Array
    n: Array
    h: Array


Trace = RNNTrace | LSTMTrace | GRUTrace


class Bounds(NamedTuple):
    """A slice that can be hashed, as Python's own can from 3.12 on."""

    bounds: tuple[int | None, int | None, int | None]


Places = slice | int | Sequence[int] | np.ndarray  # steps or units, as they are written in a Clamp
Fixed = Bounds | tuple[int, ...]  # the same for `jit`, which compares and hashes them


@jax.tree_util.register_pytree_node_class
class Clamp:
    """Hold one gate of an LSTM at a value, for some steps and some units.

    Args:
        gate: "i", "f", "g" or "o".
        value: the number the gate is held at. A gate lives in (0, 1) and the candidate g in
            (-1, 1), but values outside are allowed: "what if the forget gate were 1.1?"
        steps: which time steps: a slice, one step, or several.
        units: which units, likewise.

    The value may be an array that changes without a new compilation, and gradient reaches it. A
    held gate passes no gradient on to its inputs.
    """

    def __init__(  # noqa: D107
        self,
        gate: str,
        value: ArrayLike,
        *,
        steps: Places = slice(None),
        units: Places = slice(None),
    ) -> None:
        self.gate, self.value, self.steps, self.units = gate, value, steps, units

    def __repr__(self) -> str:  # noqa: D105
        return f"Clamp({self.gate!r}, {self.value}, steps={self.steps}, units={self.units})"

    def tree_flatten(self) -> tuple[tuple[ArrayLike], tuple[str, Fixed, Fixed]]:
        """The value, which may change, and the rest, which is fixed when `jit` compiles."""
        return (self.value,), (self.gate, _hashable(self.steps), _hashable(self.units))

    @classmethod
    def tree_unflatten(cls, fixed: tuple[str, Fixed, Fixed], values: tuple[ArrayLike]) -> "Clamp":
        """The clamp again, around what `jit`, `grad` or `vmap` made of its value."""
        gate, *places = fixed
        steps, units = (slice(*p.bounds) if isinstance(p, Bounds) else p for p in places)
        return cls(gate, *values, steps=steps, units=units)


def _hashable(index: Places) -> Fixed:
    if isinstance(index, slice):
        return Bounds((index.start, index.stop, index.step))
    return tuple(np.atleast_1d(np.asarray(index)).tolist())


class TraceOptions(TypedDict, total=False):
    """The keywords of `trace`, which are the same for every cell."""

    lengths: ArrayLike | None
    clamps: "Sequence[Clamp] | Held"


@overload
def trace(
    params: LSTMParams, xs: ArrayLike, state: LSTMState | None = None, **rest: Unpack[TraceOptions]
) -> LSTMTrace: ...
@overload
def trace(
    params: RNNParams, xs: ArrayLike, state: Array | None = None, **rest: Unpack[TraceOptions]
) -> RNNTrace: ...
@overload
def trace(
    params: GRUParams, xs: ArrayLike, state: Array | None = None, **rest: Unpack[TraceOptions]
) -> GRUTrace: ...
def trace(
    params: Params,
    xs: ArrayLike,
    state: State | None = None,
    *,
    lengths: ArrayLike | None = None,
    clamps: "Sequence[Clamp] | Held" = (),
) -> Trace:
    """Walk a cell along its sequences and keep all that happens inside.

    Args:
        params: `RNNParams`, `LSTMParams` or `GRUParams`.
        xs: inputs (B, T, D), or (T, D) for one sequence; the results follow suit.
        state: the initial state, zeros if None.
        lengths: as in `run`; after its last valid step a row keeps its state and its gates read 0.
        clamps: gates to hold at a value, LSTM only; a later clamp overrides an earlier one. The
            result of `held_gates` does too; its arrays let the places move inside `jit`.

    Returns:
        `LSTMTrace`, `GRUTrace` or `RNNTrace`.

    Raises:
        ValueError: as `run`; and for a clamp of an unknown gate, of no step or unit, or on a cell
            that has no such gates.
    """
    check_gated_by_state("trace", params)
    single, xs, state, lengths = check_sequences("trace", params, xs, state, lengths)
    time = xs.shape[1]
    if lengths is None:
        lengths = jnp.full(xs.shape[:1], time, jnp.int32)
    held = held_gates("trace", params, clamps, time)
    record = _trace(params, xs, state, lengths, held)
    return unbatch(record) if single else record


class Held(NamedTuple):
    """Where gates are clamped (T, H) and to what (T, H), both for each of the four gates."""

    where: LSTMGates
    value: LSTMGates


@jax.jit
def _trace(params: Params, xs: Array, state: StateT, lengths: Array, held: Held | None) -> Trace:
    valid = valid_steps(lengths, xs.shape[1])  # (T, B, 1)
    inputs = jnp.swapaxes(xs, 0, 1)  # (T, B, D)
    inputs = jnp.where(valid, inputs, jnp.zeros_like(inputs))

    def body(
        state: StateT, step: tuple[Array, Array, Held | None]
    ) -> tuple[StateT, tuple[Gates, StateT]]:
        x, valid, held = step
        moved, gates = held_step(params, state, x, held)
        state = freeze(valid, moved, state)
        gates = jax.tree.map(lambda gate: jnp.where(valid, gate, jnp.zeros_like(gate)), gates)
        return state, (gates, state)

    _, (gates, states) = jax.lax.scan(body, state, (inputs, valid, held))
    states = jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), state, states)
    gates, states = jax.tree.map(lambda leaf: jnp.swapaxes(leaf, 0, 1), (gates, states))
    if isinstance(gates, LSTMGates):
        return LSTMTrace(*gates, states.c, states.h)
    return GRUTrace(*gates, states) if isinstance(gates, GRUGates) else RNNTrace(states)


# --- Clamps as arrays ----------------------------------------------------------------------------


def held_step(params: Params, state: Any, x: Array, held: Held | None) -> tuple[Any, Any]:
    """The step of a cell, with gates held as the (H,) arrays of that step say."""
    moved, gates = cell_step(params, state, x)
    if held is None:
        return moved, gates
    gates = jax.tree.map(
        lambda is_held, value, gate: jnp.where(is_held[None], value[None], gate),
        held.where,
        held.value,
        gates,
    )
    return lstm_update(state, gates), gates


def held_gates(
    where: str, params: Params, clamps: Sequence[Clamp] | Held, time: int
) -> Held | None:
    """The clamps as masks and values for `time` steps; adding or moving one compiles nothing again.

    None for a cell that has no gates to hold. `where` names the function for errors, as in `trace`.
    """
    if not isinstance(clamps, list | tuple):
        raise ValueError(f"{where}: clamps should be a list of Clamp, got {clamps!r}")
    if not isinstance(params, LSTMParams):
        if clamps:
            raise ValueError(
                f"{where}: clamps hold the gates of an LSTM, but params is "
                f"{type(params).__name__}; leave clamps out or use LSTMParams"
            )
        return None
    hidden_size = params.w_h.shape[0]
    if isinstance(clamps, Held):
        steps = Axis("time", time, f"xs has {time}")
        units = Axis("hidden", hidden_size, f"params has {hidden_size} (w_h is {params.w_h.shape})")
        for leaf in jax.tree.leaves(clamps):
            check_shape(where, "clamps", leaf.shape, (steps, units))
        return clamps
    nowhere = np.zeros((time, hidden_size), bool)
    mask = dict.fromkeys(LSTMGates._fields, nowhere)
    value = dict.fromkeys(LSTMGates._fields, jnp.zeros((time, hidden_size), params.w_x.dtype))
    for index, clamp in enumerate(clamps):
        name = f"clamps[{index}]"
        if not isinstance(clamp, Clamp):
            raise ValueError(
                f'{where}: {name} should be a Clamp such as Clamp("f", 1), got {clamp!r}'
            )
        if clamp.gate not in LSTMGates._fields:
            raise ValueError(
                f'{where}: {name} names the gate {clamp.gate!r}; an LSTM has "i", "f", "g" and "o"'
            )
        here = nowhere.copy()
        here[
            np.ix_(
                _chosen(where, f"{name}.steps", clamp.steps, time),
                _chosen(where, f"{name}.units", clamp.units, hidden_size),
            )
        ] = True
        number = check_scalar(where, f"{name}.value", clamp.value, params.w_x.dtype)
        mask[clamp.gate] = mask[clamp.gate] | here
        value[clamp.gate] = jnp.where(here, number, value[clamp.gate])
    return Held(LSTMGates(**{k: jnp.asarray(v) for k, v in mask.items()}), LSTMGates(**value))


def _chosen(where: str, name: str, index: Any, size: int) -> np.ndarray:
    """The positions that `index` picks out of `size`, or a `ValueError` where there are none."""
    try:
        chosen = np.arange(size)[index if isinstance(index, slice) else np.atleast_1d(index)]
    except (IndexError, TypeError) as error:
        raise ValueError(f"{where}: {name} does not fit the {size} there are: {error}") from None
    if chosen.size == 0:
        raise ValueError(f"{where}: {name} = {index} chooses none of the {size} there are")
    return chosen
