"""`guess` and `verdict`: what a student says before a run, beside what the run measures."""
# mypy: untyped-calls-exclude=IPython

from collections.abc import Mapping, Sequence
from typing import Any

from IPython.display import display

from lstm_jax.course.checks.options import Options
from lstm_jax.course.checks.progress import keep_prediction, known
from lstm_jax.course.checks.questions import options_of
from lstm_jax.course.checks.report import Panel

NONE, TIE = "none of these", "too close to call"
# Okabe-Ito colours, as in the reports of checks; a wrong guess is no fault.
RIGHT, OTHER, SILENT = "#009E73", "#E69F00", "#999999"

_asked: dict[str, Options] = {}


def guess(name: str) -> None:
    """Show the options of the question above as buttons: choose one before you run on.

    Run again before the verdict, the cell keeps your choice; after the verdict, it asks anew.
    Raises ValueError if there is no question of that name.
    """
    if name not in _asked or _asked[name].locked:
        _asked[name] = Options(options_of(name))
    display(_asked[name])


def verdict(
    name: str, conditions: Mapping[str, Any] | str, sentence: str = "", *, tie: Any = False
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
    options = options_of(name)
    measured = (
        conditions if isinstance(conditions, str) else _decide(name, options, conditions, tie)
    )
    if measured not in (*options, NONE, TIE):
        wanted = ", ".join(map(repr, (*options, NONE)))
        raise ValueError(f"verdict: measured should be one of {wanted}, got {measured!r}")
    said = _asked[name].lock() if name in _asked else None
    first = known().predictions.get(name)
    if said:
        colour = RIGHT if said == measured else OTHER
        compared = "✓ as you predicted" if said == measured else f"≠ you predicted {said}"
    else:
        colour = SILENT
        compared = f"… your first prediction was {first.said}" if first else "… no prediction made"
    notes = keep_prediction(name, said, measured) if said else ()
    body = (*([sentence] if sentence else []), *notes)
    Panel(colour, f"Verdict: {measured} {compared}", body, size=18).show()


def _decide(name: str, options: Sequence[str], conditions: Mapping[str, Any], tie: Any) -> str:
    """The option whose condition is true."""
    letters = [option.strip("()") for option in options]
    if sorted(conditions) != sorted(letters):
        raise ValueError(
            f"verdict: conditions of {name!r} should be for {', '.join(letters)}, got "
            f"{', '.join(map(str, conditions)) or 'none'}"
        )
    try:
        true = [letter for letter in letters if bool(conditions[letter])]
        undecided = bool(tie)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"verdict: each condition of {name!r}, and tie, should be one truth value, True or "
            f"False: {error}"
        ) from None
    if undecided:
        return TIE
    if len(true) > 1:
        raise ValueError(
            f"verdict: one condition of {name!r} at most can be true, got {', '.join(true)}"
        )
    return f"({true[0]})" if true else NONE
