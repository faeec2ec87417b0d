"""`guess` and `verdict`: what a student says before a run, beside what the run measures."""
# mypy: untyped-calls-exclude=IPython

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from IPython.display import display

from lstm_jax.course.checks.options import NONE, TIE, Options
from lstm_jax.course.checks.progress import keep_prediction, known
from lstm_jax.course.checks.questions import question
from lstm_jax.course.checks.report import Panel

# Okabe-Ito colours, as in the reports of checks; a wrong guess is no fault.
RIGHT, OTHER, SILENT = "#009E73", "#E69F00", "#999999"

_asked: dict[str, Options] = {}


def guess(name: str) -> None:
    """Show the options of the question above as buttons: choose one before you run on.

    Run again before the verdict, the cell keeps your choice; after the verdict, it asks anew, as
    its button "answer again" does. Raises ValueError if there is no question of that name.
    """
    if name not in _asked or _asked[name].locked:
        _asked[name] = Options(question(name))
    display(_asked[name])


def verdict(
    name: str, conditions: Mapping[str, Any], sentence: str = "", *, tie: Any = False
) -> None:
    """Show which option the measurement makes true, beside what was predicted, and keep both.

    The prediction that counts is the one that stands now: its buttons are locked. If no condition
    is true, the verdict is "none of these".

    Args:
        name: which question.
        conditions: for each option whether it is true, such as `{"a": x < 1, "b": x >= 1}`.
        sentence: what was measured, in words and numbers.
        tie: whether the measurement is too close to decide; then no option is right.

    Raises:
        ValueError: there is no question of that name, `conditions` are not those of its options,
            one of them is no single truth value, or several are true.
    """
    options = question(name).options
    measured = _decide(name, [*options], conditions, tie)
    said = _asked[name].lock(measured) if name in _asked else ""
    first = known().predictions.get(name)
    if said:
        colour = RIGHT if said == measured else OTHER
        compared = "✓ as you predicted" if said == measured else f"≠ you predicted {said}"
    else:
        colour = SILENT
        compared = f"… your first prediction was {first.said}" if first else "… no prediction made"
    notes = keep_prediction(name, said, measured) if said else ()
    right = [f"{measured} {options[measured].text}"] if measured in options else []
    body = (*right, *([sentence] if sentence else []), *notes)
    Panel(colour, f"Verdict: {measured} {compared}", body, size=18).show()


def _decide(name: str, options: Sequence[str], conditions: Mapping[str, Any], tie: Any) -> str:
    """The option whose condition is true."""
    letters = [option.strip("()") for option in options]
    if sorted(conditions) != sorted(letters):
        raise ValueError(
            f"verdict: conditions of {name!r} should be for {', '.join(letters)}, got "
            f"{', '.join(map(str, conditions)) or 'none'}"
        )
    true = [letter for letter in letters if _truth(name, letter, conditions[letter])]
    undecided = _truth(name, "tie", tie)
    if undecided:
        return TIE
    if len(true) > 1:
        raise ValueError(
            f"verdict: one condition of {name!r} at most can be true, got {', '.join(true)}"
        )
    return f"({true[0]})" if true else NONE


def _truth(name: str, what: str, value: Any) -> bool:
    """A condition as True or False; a number is none, because NaN would count as true."""
    array = np.asarray(value)
    if array.shape != () or array.dtype != bool:
        raise ValueError(
            f"verdict: {what} of {name!r} should be one truth value, True or False, got {value!r}"
        )
    return bool(array)
