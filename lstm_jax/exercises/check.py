"""`check` and `hint`: what a student calls."""

from __future__ import annotations

import os
from collections import Counter
from difflib import get_close_matches
from textwrap import shorten
from typing import Any

import numpy as np

from lstm_jax.exercises.attempt import OutOfTime, attempt, student_line
from lstm_jax.exercises.catalogue import EXERCISES
from lstm_jax.exercises.compare import describe, difference, is_close, leaves, show_array
from lstm_jax.exercises.exercise import Args, Exercise
from lstm_jax.exercises.progress import keep_outcome
from lstm_jax.exercises.report import Report, Table

# For all calls of an answer in one check. A right one takes about one second; the rest is for a
# server that a whole class shares.
SECONDS = 20.0

_hints_given: Counter[str] = Counter()


class NotPassedError(AssertionError):
    """What tells nbgrader to keep the points. Its message is the headline of the report."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the report says the rest."""
        return [str(self)]


def check(name: str, answer: Any) -> None:
    """Show whether `answer`, your function, does what the exercise `name` asks.

    It is called with small drawn inputs, the same for everyone, and compared with a plain
    specification. Where it differs you see the first such input, what was expected, what you
    returned and, for a common mistake, which one it is. An answer never makes `check` raise,
    except while nbgrader grades or validates, which takes an error for "no points": then
    NotPassedError. Raises ValueError if there is no exercise of that name.
    """
    report = grade(name, answer)
    if report.outcome in ("passed", "failed"):
        said = keep_outcome(name, report.outcome)
        report = report._replace(body=(*report.body, *said))
    report.show()
    if report.outcome != "passed" and "NBGRADER_EXECUTION" in os.environ:
        raise NotPassedError(report.headline)


def hint(name: str) -> None:
    """Show the next hint for the exercise `name`; ValueError if there is no such exercise."""
    hints = find(name).hints
    given = _hints_given[name]
    if given == len(hints):
        text = f"No more hints for {name}: the {given} above are all. Ask a neighbour."
        Report(name, None, text).show()
        return
    _hints_given[name] += 1
    Report(name, None, f"Hint {given + 1} of {len(hints)} for {name}", (hints[given],)).show()


def grade(name: str, answer: Any, *, seconds: float = SECONDS) -> Report:
    """The report that `check` shows. `seconds` is how long the answer may take in all."""
    exercise = find(name)
    if _is_blank(answer):
        return _unanswered(exercise)
    if not callable(answer):
        call = f"check({name!r}, {name})"
        return _failed(name, f"check wants your function itself, {call}; got {describe(answer)}.")
    if str(getattr(answer, "__module__", "")).startswith("lstm_jax.exercises"):
        return _failed(name, "This is the checker's own function. Write yours and pass it.")

    inputs = list(exercise.inputs())
    results, error = attempt(answer, inputs, seconds)
    stub = isinstance(error, NotImplementedError) and not str(error)  # as nbgrader writes it
    if stub or (results and _is_blank(results[0])):
        return _unanswered(exercise)
    for args, got in zip(inputs, results, strict=False):
        expected = exercise.spec(*args)
        problem = difference(got, expected, exercise.tolerance)
        if problem:
            known = () if error else _diagnosis(exercise, inputs, results)
            said = (*known, problem) if known else (problem, f"If you are stuck: hint({name!r}).")
            shown = _input_table(exercise, args), _result_table(exercise, got, expected)
            return _failed(name, *said, "The first input it fails for:", *shown)
    if error:
        return _raised(exercise, error, inputs[len(results)], seconds)
    text = f"Right on all {len(inputs)} drawn inputs. Why it matters: {exercise.why}"
    return Report(name, "passed", f"✓ {name}: passed", (text,))


def find(name: str) -> Exercise:
    """The exercise of that name; ValueError with close names where there is none."""
    if name in EXERCISES:
        return EXERCISES[name]
    close = get_close_matches(name, EXERCISES) or list(EXERCISES)
    raise ValueError(f"there is no exercise {name!r}; did you mean {', '.join(close)}?")


def _is_blank(value: Any) -> bool:
    """Is this what a function returns, or a variable holds, before it is written?"""
    return value is None or value is ...


def _unanswered(exercise: Exercise) -> Report:
    name = exercise.name
    lines = "one line" if exercise.lines == 1 else f"{exercise.lines} lines"
    text = (
        f"Write about {lines}, then run this cell again; hint({name!r}) helps. "
        f"Why it matters: {exercise.why}"
    )
    return Report(name, "unanswered", f"… {name}: not answered yet", (text,))


def _failed(name: str, *body: str | Table) -> Report:
    return Report(name, "failed", f"✗ {name}: not right yet", body)


def _raised(exercise: Exercise, error: BaseException, args: Args, seconds: float) -> Report:
    """A report on an exception, or on an answer that did not end."""
    line = student_line(error)
    where = (Table(("your line", "code"), ((str(line[0]), line[1]),)),) if line else ()
    if isinstance(error, OutOfTime):
        said = f"Stopped after {seconds:g} s: it was still running. Does each loop in it end?"
    else:
        message = shorten(str(error), 500, placeholder=" ...")  # JAX's run on for paragraphs
        called = f"{exercise.name}({', '.join(exercise.arguments)})"
        said = f"{called} raised {type(error).__name__}: {message}"
    return _failed(exercise.name, said, *where, "The input:", _input_table(exercise, args))


def _diagnosis(exercise: Exercise, inputs: list[Args], results: list[Any]) -> tuple[str, ...]:
    """The known mistake that gives the same results on every input, if there is one."""
    return tuple(
        sentence
        for sentence, mistake in exercise.wrong.items()
        if all(
            is_close(got, mistake(*args), exercise.tolerance)
            for args, got in zip(inputs, results, strict=True)
        )
    )


def _input_table(exercise: Exercise, args: Args) -> Table:
    rows = [
        (argument + label, str(value.shape) if value.ndim else "", show_array(value))
        for argument, arg in zip(exercise.arguments, args, strict=True)
        for label, value in leaves(arg)
    ]
    return Table(("input", "shape", "value"), tuple(rows))


def _result_table(exercise: Exercise, got: Any, expected: Any) -> Table:
    """Expected beside got, leaf by leaf; one row each way if the containers differ."""
    right, mine = dict(leaves(expected)), dict(leaves(got))
    rows = []
    for label in right | mine:
        wrong = None
        if label in right and label in mine and right[label].shape == mine[label].shape:
            tolerance = exercise.tolerance
            wrong = ~np.isclose(mine[label], right[label], tolerance, tolerance)
        rows.append(
            (
                f"result{label}",
                show_array(right[label]) if label in right else "",
                show_array(mine[label], wrong) if label in mine else "",
            )
        )
    return Table(("result", "expected", "got"), tuple(rows))
