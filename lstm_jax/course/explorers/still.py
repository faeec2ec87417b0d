"""What stands in for a widget where its model is gone: in a notebook closed and opened again."""
# mypy: untyped-calls-exclude=IPython

from pathlib import Path
from typing import Any

from IPython.display import display

_CSS = (Path(__file__).with_name("still.css")).read_text(encoding="utf-8")
_STILL = '<style>{css}</style>\n<div class="lstm-still" hidden="hidden">{content}</div>'


def display_with_still(data: Any, metadata: Any, content: str) -> None:
    """Display the bundle of a widget, and below it, hidden, the HTML `content`.

    JupyterLab takes a widget out of a trusted notebook even if its model is gone, and then shows
    an error in its place: `content` is shown instead.
    """
    display(data, metadata=metadata, raw=True)
    display({"text/html": _STILL.format(css=_CSS, content=content), "text/plain": ""}, raw=True)
