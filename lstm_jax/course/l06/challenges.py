"""Lesson 06: a schedule for the forget gate of a trained network."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from lstm_jax.cells import LSTMGates
from lstm_jax.course.checks.challenge import Challenge, Measured, Mistake
from lstm_jax.course.checks.compare import misfit
from lstm_jax.course.checks.exercise import Array
from lstm_jax.course.data.lag_recall import accuracy
from lstm_jax.course.l06.recall import load_recall
from lstm_jax.losses import cross_entropy
from lstm_jax.traces import Held, trace

STEPS, MARK = 40, 9
GOAL = 0.99


class Evidence(NamedTuple):
    """The schedule (40,), and the share of right answers with the gate held so."""

    f: Array
    right: float


def _form(result: Any) -> str | None:
    problem = misfit(result, np.zeros(STEPS), "Your answer should be {}; it is {}.", "Your answer")
    if problem is None and not np.isfinite(result).all():
        return "Your answer holds NaN or infinity where a number belongs."
    return problem


def _measure(results: Sequence[Any]) -> Measured:
    lstm, readout, xs, ys, *_ = load_recall()
    [f] = results
    held = jnp.repeat(jnp.asarray(f, jnp.float32)[:, None], len(lstm.w_h), axis=1)  # (T, H)
    free = jnp.zeros_like(held)
    where = LSTMGates(*(jnp.full(held.shape, gate == "f") for gate in LSTMGates._fields))
    value = LSTMGates(free, held, free, free)
    h = trace(lstm, xs, clamps=Held(where, value)).h[:, -1]
    answers = h @ readout.w + readout.b[None]
    right, loss = float(accuracy(answers, ys)), float(cross_entropy(answers, ys))
    f = np.asarray(f, float)
    said = (
        f"With this schedule {right:.1%} of {len(ys)} answers are right, loss {loss:.2g}. The "
        f"goal: {GOAL:.0%}, as with the gate left free. "
    )
    if right >= GOAL:
        said += "Next goal: the lowest loss in class. Which steps does it still depend on?"
    return Measured(
        bool(right >= GOAL and (f >= 0).all() and (f <= 1).all()), said, Evidence(f, right)
    )


def _is(*schedule: Array) -> Callable[[Evidence], bool]:
    """Is it one of these schedules, give or take 0.05 at each step?"""
    return lambda seen: any(np.abs(seen.f - each).max() < 0.05 for each in schedule)


def _steps(first: float, mark: float, later: float) -> Array:
    """A value before the mark, one at it, and one after it."""
    return np.where(np.arange(STEPS) < MARK, first, np.where(np.arange(STEPS) == MARK, mark, later))


EXERCISES = (
    Challenge(
        name="hold_forget",
        why="to keep and to clear away are two jobs, and only a gate that moves can do both.",
        lines=2,
        form=_form,
        measure=_measure,
        wrong={
            "A gate lives between 0 and 1, and yours leaves that range. These are values of f "
            "itself, not the sums that go into σ.": Mistake(
                20 * _steps(-1, -1, 1), lambda seen: bool((seen.f < 0).any() or (seen.f > 1).any())
            ),
            "You keep everything, also what came in before the mark, and now it stands in the way. "
            "Clear that away.": Mistake(_steps(1, 1, 1), _is(_steps(1, 1, 1))),
            "You keep nothing: at 0 the mark is gone one step later.": Mistake(
                _steps(0, 0, 0), _is(_steps(0, 0, 0))
            ),
            "It is turned round: you keep what came before the mark, and forget the mark.": Mistake(
                _steps(1, 1, 0), _is(_steps(1, 1, 0), _steps(1, 0, 0))
            ),
            "You clear one step too late. The mark comes in at step 9, so a gate at 0 in step 10 "
            "forgets it.": Mistake(
                np.where(np.arange(STEPS) <= MARK + 1, 0.0, 1.0),
                lambda seen: seen.f[MARK + 1] < 0.05 and seen.f[MARK + 2 :].min() > 0.95,
            ),
            "You forget at the end again. The answer is read after the last step.": Mistake(
                np.where(np.arange(STEPS) == STEPS - 1, 0.0, _steps(0, 0, 1)),
                lambda seen: seen.f[-1] < 0.05 and seen.f[MARK + 1 : -1].min() > 0.95,
            ),
            "One value for all steps cannot do both jobs: before the mark the gate should forget, "
            "and after it keep.": Mistake(
                _steps(0.9, 0.9, 0.9), lambda seen: bool(np.ptp(seen.f) < 0.05)
            ),
            "After the mark too little is kept: over 30 steps even 0.9 a step leaves 4 %.": Mistake(
                _steps(0, 0, 0.8),
                lambda seen: bool(np.log(np.maximum(seen.f[MARK + 1 :], 1e-9)).sum() < np.log(0.2)),
            ),
        },
        hints=(
            "What should be left of the first nine steps when the mark comes, and what of the "
            "mark at the end?",
            "0 forgets, 1 keeps. jnp.arange(40) numbers the steps, and step 9 carries the mark.",
            "f multiplies the old memory, before the new is added: what does a 0 at step 9 itself "
            "clear away? And jnp.where, with a condition on the step, gives 0 or 1.",
        ),
    ),
)
