"""`mine`: what a student wrote runs in the rest of the lesson, once its check has passed it."""

from __future__ import annotations

from lstm_jax.course.checks.check import grade
from lstm_jax.course.checks.exercise import Function
from lstm_jax.course.checks.report import Panel

_passed: dict[str, Function] = {}  # the last function of each exercise that was right
COLOURS = {True: "#009E73", False: "#999999"}


def mine(answer: Function, otherwise: Function, *, name: str = "") -> Function:
    """Return your function if it is right, and otherwise the package's; one line says which.

    So a lesson goes on with what you wrote, and runs to its end where nothing is written yet.

    Args:
        answer: your function, of the name of its exercise.
        otherwise: what stands in for it: a function of the same arguments and results.
        name: the exercise, if the function has another name.

    Raises:
        ValueError: there is no exercise of that name.
    """
    exercise = name or getattr(answer, "__name__", "")
    right = _passed.get(exercise) is answer or grade(exercise, answer).outcome == "passed"
    if right:
        _passed[exercise] = answer
        said = f"Your {exercise} runs here."
    else:
        said = f"Your {exercise} is not right yet, so the package's own runs here."
    Panel(COLOURS[right], said).show()
    return answer if right else otherwise
