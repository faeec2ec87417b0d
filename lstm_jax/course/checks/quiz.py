"""`guess` and `verdict`: what a student says before a run, beside what the run measures."""
# mypy: untyped-calls-exclude=IPython

from IPython.display import display

from lstm_jax.course.checks.options import Options
from lstm_jax.course.checks.progress import keep_prediction, known
from lstm_jax.course.checks.questions import options_of
from lstm_jax.course.checks.report import Panel

NONE = "none of these"
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


def verdict(name: str, measured: str, sentence: str = "") -> None:
    """Show what was measured, beside what was predicted, and keep both in your progress.

    The prediction that counts is the one that stands now: its buttons are locked.

    Args:
        name: which question.
        measured: the option that turned out to be right, such as "(b)", or "none of these".
        sentence: what was measured, in words and numbers.

    Raises:
        ValueError: there is no question of that name, or it has no such option.
    """
    options = options_of(name)
    if measured not in (*options, NONE):
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
