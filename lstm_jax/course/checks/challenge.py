"""Exercises with a goal and many right answers: what is measured is what an answer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lstm_jax.course.checks.exercise import Args


class Measured(NamedTuple):
    """What was measured of an answer.

    reached: whether the goal is.
    said: the figure, the goal and, where there is one, the next goal.
    evidence: what known mistakes are recognised by.
    """

    reached: bool
    said: str
    evidence: Any


class Mistake(NamedTuple):
    """A way to miss the goal: an answer that does so, and whether the evidence shows this way."""

    answer: Any
    seen: Callable[[Any], bool]


class Challenge(NamedTuple):
    """One exercise with a goal. The answer is an array, a network, or a function that makes one.

    name: the name `check` and `hint` know it by.
    why: one sentence, why it is worth the effort.
    lines: about how many lines an answer takes.
    form: what keeps a result from being an answer at all, as a sentence, or None.
    measure: what the results do; takes all of them, each of the right form.
    wrong: diagnosis -> the mistake; the first that is seen is named.
    hints: from a nudge to nearly the answer, without ever being it.
    arguments: names of the arguments of an answer that is a function.
    calls: the arguments of each call of it, the same for everyone; None where the answer is a
        value. A function, because a random key should not be made before it is needed.
    """

    name: str
    why: str
    lines: int
    form: Callable[[Any], str | None]
    measure: Callable[[Sequence[Any]], Measured]
    wrong: Mapping[str, Mistake]
    hints: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    calls: Callable[[], tuple[Args, ...]] | None = None
