"""`check` and `hint`: what a student calls."""

from __future__ import annotations

import dis
import inspect
import os
from collections import Counter
from difflib import get_close_matches
from textwrap import shorten
from typing import Any

import jax
import numpy as np

from lstm_jax.course.checks.attempt import OutOfTime, attempt, student_line
from lstm_jax.course.checks.catalogue import ROOMS, exercises, exercises_of
from lstm_jax.course.checks.challenge import Challenge
from lstm_jax.course.checks.compare import describe, difference, is_close, leaves, show_array
from lstm_jax.course.checks.exercise import Args, Exercise, Function
from lstm_jax.course.checks.own import is_own
from lstm_jax.course.checks.progress import keep_outcome
from lstm_jax.course.checks.report import Report, Table
from lstm_jax.course.checks.slopes import RAISES, expected_slopes, slope_problem, slopes_of

# For all calls of an answer in one check. A right one takes about one second; the rest is for a
# server that a whole class shares.
SECONDS = 20.0

_hints_given: Counter[str] = Counter()
_passed: dict[str, Any] = {}  # the last answer to each exercise that was right


class NotPassedError(AssertionError):
    """What tells nbgrader to keep the points. Its message is the headline of the report."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the report says the rest."""
        return [str(self)]


def check(name: str, answer: Any) -> None:
    """Show whether `answer`, your function, array or network, does what the exercise `name` asks.

    A function is called with small drawn inputs, the same for everyone, and compared with a plain
    specification; where a network is to learn through it, its gradient too. Where it differs you
    see the first such input, what was expected, what you returned and, for a common mistake, which
    one it is. Where an exercise has a goal instead, you see how far your answer gets. An answer
    never makes `check` raise, except while nbgrader grades or validates, which takes an error for
    "no points": then NotPassedError. Raises ValueError if there is no exercise of that name.
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


def has_passed(name: str, answer: Any) -> bool:
    """Whether the last answer to the exercise `name` that was right is this very one."""
    return name in _passed and _passed[name] is answer


def grade(name: str, answer: Any, *, seconds: float = SECONDS) -> Report:
    """The report that `check` shows. `seconds` is how long the answer may take in all."""
    report = _grade(name, answer, seconds)
    if report.outcome == "passed":
        _passed[name] = answer
    return report


def _grade(name: str, answer: Any, seconds: float) -> Report:
    exercise = find(name)
    if _is_blank(answer):
        return _unanswered(exercise)
    wants_function = isinstance(exercise, Exercise) or exercise.calls is not None
    if wants_function and not callable(answer):
        call = f"check({name!r}, {name})"
        return _failed(name, f"check wants your function itself, {call}; got {describe(answer)}.")
    if is_own(answer):
        return _failed(name, "This is the checker's own function. Write yours and pass it.")
    if isinstance(exercise, Challenge):
        return _measured(exercise, answer, seconds)

    inputs = list(exercise.inputs())
    results, error = attempt(answer, inputs, seconds)
    if _is_stub(answer, results, error):
        return _unanswered(exercise)
    for args, got in zip(inputs, results, strict=False):
        expected = exercise.spec(*args)
        problem = difference(got, expected, exercise.tolerance)
        if problem:
            known = () if error else _diagnosis(exercise, inputs, results)
            said = (*known, problem) if known else (problem, f"If you are stuck: hint({name!r}).")
            table = _result_table(exercise, got, expected)
            shown = _input_table(exercise.arguments, args), table
            return _failed(name, *said, "The first input it fails for:", *shown)
    if error:
        return _raised(exercise, error, inputs[len(results)], seconds)
    lacking = exercise.way(answer) if exercise.way else None
    if lacking:
        return _failed(name, lacking, f"If you are stuck: hint({name!r}).")
    if exercise.slopes:
        problem_behind = _behind(exercise, answer, seconds)
        if problem_behind:
            return problem_behind
    text = f"Right on all {len(inputs)} drawn inputs. Why it matters: {exercise.why}"
    return Report(name, "passed", f"✓ {name}: passed", (text,))


def find(name: str) -> Exercise | Challenge:
    """The exercise of that name; ValueError with close names where there is none."""
    for lesson in ROOMS:  # one after another, so that no later room is loaded for it
        if name in exercises_of(lesson):
            return exercises_of(lesson)[name]
    close = get_close_matches(name, exercises()) or list(exercises())
    raise ValueError(f"there is no exercise {name!r}; did you mean {', '.join(close)}?")


def _is_blank(value: Any) -> bool:
    """Is this what a function returns, or a variable holds, before it is written?

    Of a function with several gaps, a part of the result may stand for one that is open.
    """
    return value is None or any(leaf is ... for leaf in jax.tree.leaves(value))


def _is_stub(answer: Any, results: list[Any], error: BaseException | None) -> bool:
    """Is this how a function ends before it is written, also as nbgrader writes it?"""
    not_implemented = isinstance(error, NotImplementedError) and not str(error)
    blank = bool(results) and _is_blank(results[0])
    forgot_return = blank and results[0] is None and _does_something(answer)
    return not_implemented or (blank and not forgot_return)


def _does_something(function: Any) -> bool:
    """Has this function a body, beyond what stands in a stub: a docstring, `...`, `pass`?"""
    code = getattr(inspect.unwrap(function), "__code__", None)
    nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
    return code is not None and any(
        instruction.opname not in nothing for instruction in dis.get_instructions(code)
    )


def _behind(exercise: Exercise, answer: Function, seconds: float) -> Report | None:
    """The report on an answer that is right forward and wrong backward."""
    inputs = list(exercise.inputs(1))[-1:]  # one, of the largest size: each shape is compiled
    results, error = attempt(slopes_of(exercise, answer), inputs, seconds, as_written=0)
    for args, got in zip(inputs, results, strict=False):
        expected = expected_slopes(exercise, args)
        problem = slope_problem(got, expected, 10 * exercise.tolerance)
        if problem:
            table = _result_table(exercise, got, expected, "gradient")
            hint_too = f"If you are stuck: hint({exercise.name!r})."
            shown = "The first input it fails for:", _input_table(exercise.arguments, args), table
            return _failed(exercise.name, problem, hint_too, *shown)
    if error:
        return _raised(exercise, error, inputs[len(results)], seconds, RAISES)
    return None


def _measured(challenge: Challenge, answer: Any, seconds: float) -> Report:
    """The report on an answer to an exercise with a goal."""
    name, calls = challenge.name, challenge.calls() if challenge.calls else ((),)
    answering = answer if challenge.calls else lambda: answer
    results, error = attempt(answering, calls, seconds, as_written=len(calls))
    if _is_stub(answer, results, error):
        return _unanswered(challenge)
    help_too = f"If you are stuck: hint({name!r})."
    for result in results:
        problem = challenge.form(result)
        if problem:
            return _failed(name, problem, help_too)
    if error:
        return _raised(challenge, error, calls[len(results)], seconds)
    reached, said, evidence = challenge.measure(results)
    if reached:
        why = f"Why it matters: {challenge.why}"
        return Report(name, "passed", f"✓ {name}: passed", (said, why))
    known = [sentence for sentence, mistake in challenge.wrong.items() if mistake.seen(evidence)]
    return _failed(name, *(known[:1] or [help_too]), said)


def _unanswered(exercise: Exercise | Challenge) -> Report:
    name = exercise.name
    lines = "one line" if exercise.lines == 1 else f"{exercise.lines} lines"
    text = (
        f"Write about {lines}, then run this cell again; hint({name!r}) helps. "
        f"Why it matters: {exercise.why}"
    )
    return Report(name, "unanswered", f"… {name}: not answered yet", (text,))


def _failed(name: str, *body: str | Table) -> Report:
    return Report(name, "failed", f"✗ {name}: not right yet", body)


def _raised(
    exercise: Exercise | Challenge,
    error: BaseException,
    args: Args,
    seconds: float,
    *before: str,
) -> Report:
    """A report on an exception, or on an answer that did not end."""
    line = student_line(error)
    where = (Table(("your line", "code"), ((str(line[0]), line[1]),)),) if line else ()
    if isinstance(error, OutOfTime):
        said = f"Stopped after {seconds:g} s: it was still running. Does each loop in it end?"
    else:
        message = shorten(str(error), 500, placeholder=" ...")  # JAX's run on for paragraphs
        called = f"{exercise.name}({', '.join(exercise.arguments)})"
        said = f"{called} raised {type(error).__name__}: {message}"
    table = _input_table(exercise.arguments, args)
    return _failed(exercise.name, *before, said, *where, "The input:", table)


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


def _input_table(arguments: tuple[str, ...], args: Args) -> Table:
    rows = [
        (argument + label, str(value.shape) if value.ndim else "", show_array(value))
        for argument, arg in zip(arguments, args, strict=True)
        for label, value in leaves(arg)
    ]
    return Table(("input", "shape", "value"), tuple(rows))


def _result_table(exercise: Exercise, got: Any, expected: Any, what: str = "result") -> Table:
    """Expected beside got, leaf by leaf; one row each way if the containers differ."""
    right, mine = dict(leaves(expected)), dict(leaves(got))
    rows = []
    for label in right | mine:
        wrong = None
        if label in right and label in mine and right[label].shape == mine[label].shape:
            tolerance = exercise.tolerance * (10 if what == "gradient" else 1)
            wrong = ~np.isclose(mine[label], right[label], tolerance, tolerance)
        rows.append(
            (
                f"{what}{label}",
                show_array(right[label]) if label in right else "",
                show_array(mine[label], wrong) if label in mine else "",
            )
        )
    return Table((what, "expected", "got"), tuple(rows))
