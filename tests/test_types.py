"""What the signatures promise a type checker: each cell's own state, gates and trace, never Any.

mypy reads this file too (see pyproject.toml): `make types` fails where an `assert_type` is not what
mypy infers, and where an ignored error is none.
"""

import inspect
from collections.abc import Iterator
from typing import Any, assert_type, get_args, get_overloads, get_type_hints, is_typeddict

import jax
import jax.numpy as jnp
import pytest
from jax import Array

import lstm_jax
from lstm_jax import (
    Bidirectional,
    DiagonalGates,
    GradientFlow,
    GRUGates,
    GRUTrace,
    LSTMGates,
    LSTMState,
    LSTMTrace,
    MinGRUGates,
    MinLSTMGates,
    RNNGates,
    RNNTrace,
    gradient_flow,
    init_diagonal,
    init_gru,
    init_lstm,
    init_min_gru,
    init_min_lstm,
    init_rnn,
    run,
    run_bidirectional,
    run_parallel,
    run_plain,
    run_stack,
    step,
    trace,
    zero_state,
)
from lstm_jax.cells import AnyParams, Params, State

KEY = jax.random.key(0)
RNN, LSTM, GRU = init_rnn(KEY, 3, 4), init_lstm(KEY, 3, 4), init_gru(KEY, 3, 4)
MIN_LSTM, MIN_GRU = init_min_lstm(KEY, 3, 4), init_min_gru(KEY, 3, 4)
DIAGONAL = init_diagonal(KEY, 3, 4)
XS = jnp.ones((2, 5, 3))
H = jnp.zeros((2, 4))


def test_each_cell_has_its_own_state_gates_and_trace() -> None:
    assert_type(zero_state(LSTM), LSTMState)
    assert_type(zero_state(GRU, 2), Array)
    assert_type(step(RNN, H, XS[:, 0]), tuple[Array, RNNGates])
    assert_type(step(LSTM, LSTMState(H, H), XS[:, 0]), tuple[LSTMState, LSTMGates])
    assert_type(step(GRU, H, XS[:, 0]), tuple[Array, GRUGates])
    assert_type(step(MIN_LSTM, H, XS[:, 0]), tuple[Array, MinLSTMGates])
    assert_type(step(MIN_GRU, H, XS[:, 0]), tuple[Array, MinGRUGates])
    assert_type(step(DIAGONAL, H, XS[:, 0]), tuple[Array, DiagonalGates])
    assert_type(run(LSTM, XS, lengths=jnp.array([5, 3]), reverse=True), tuple[Array, LSTMState])
    assert_type(run(RNN, XS, H), tuple[Array, Array])
    assert_type(run(DIAGONAL, XS), tuple[Array, Array])
    assert_type(run_plain(LSTM, XS, LSTMState(H, H)), tuple[Array, LSTMState])
    assert_type(run_plain(GRU, XS), tuple[Array, Array])
    assert_type(run_parallel(MIN_LSTM, XS), tuple[Array, Array])
    assert_type(trace(RNN, XS), RNNTrace)
    assert_type(trace(LSTM, XS, clamps=[lstm_jax.Clamp("f", 1, units=[0, 2])]), LSTMTrace)
    assert_type(trace(GRU, XS, H), GRUTrace)
    assert_type(gradient_flow(LSTM, XS), GradientFlow)


@pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
def test_a_cell_that_may_be_any_has_a_state_that_may_be_any(cell: Params) -> None:
    both: AnyParams = cell
    assert_type(run(both, XS), tuple[Array, Array] | tuple[Array, LSTMState])
    assert_type(trace(cell, XS), RNNTrace | LSTMTrace | GRUTrace)
    pair = Bidirectional(cell, cell)
    assert_type(run_bidirectional(pair, XS), tuple[Array, tuple[State, State]])
    assert_type(run_stack([cell], XS), tuple[Array, tuple[State | tuple[State, State], ...]])


def test_the_state_of_another_cell_is_an_error_before_and_at_the_call() -> None:
    state = LSTMState(H, H)
    with pytest.raises(ValueError, match="state should be LSTMState"):
        run(LSTM, XS, H)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="state should be LSTMState"):
        step(LSTM, H, XS[:, 0])  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="state should be LSTMState"):
        trace(LSTM, XS, H)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="state should be LSTMState"):
        gradient_flow(LSTM, XS, H)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="state should be the array h alone"):
        run_plain(GRU, XS, state)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="state should be the array h alone"):
        run_parallel(MIN_GRU, XS, state)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="linear in its state"):
        trace(DIAGONAL, XS)  # type: ignore[call-overload]


def parts(hint: Any) -> Iterator[Any]:
    """A type, and all that stands between its brackets or under its keys."""
    yield hint
    for part in get_type_hints(hint).values() if is_typeddict(hint) else get_args(hint):
        yield from parts(part)


def signatures(public: Any) -> Iterator[Any]:
    """A function and its overloads, or classes and their methods."""
    if inspect.isfunction(public):
        yield from (public, *get_overloads(public))
    for kind in get_args(public) or [public] * inspect.isclass(public):
        own = (getattr(member, "__func__", member) for member in vars(kind).values())
        yield from (kind, *filter(inspect.isfunction, own))


@pytest.mark.parametrize("name", lstm_jax.__all__)
def test_no_public_signature_says_any(name: str) -> None:
    found = list(signatures(getattr(lstm_jax, name)))
    assert found
    for signature in found:
        for argument, hint in get_type_hints(signature).items():
            assert Any not in parts(hint), f"{name}: {argument} is {hint}"
