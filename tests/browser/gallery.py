"""A notebook that shows each explorer of `lstm_jax.widgets` once."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
from explorer import Explorer
from lesson import Lesson
from playwright.sync_api import BrowserContext
from server import Server

from lstm_jax import widgets

NAMES = sorted(widgets.__all__)
SIZES = {"steps": 100, "hidden": 16}


def takes(name: str) -> dict[str, int]:
    """Those of `SIZES` that an explorer can be made with."""
    known = inspect.signature(getattr(widgets, name)).parameters
    return {size: value for size, value in SIZES.items() if size in known}


@contextmanager
def gallery(context: BrowserContext, server: Server, *, large: bool = False) -> Iterator[Lesson]:
    """Make the notebook, run it, and stop it in the end; each explorer is a variable there.

    `large` makes those explorers that have a choice as large as `SIZES` says.
    """
    sources = ["from lstm_jax import widgets"]
    sources += [
        f"{name} = widgets.{name}(**{takes(name) if large else {}})\n{name}" for name in NAMES
    ]
    sources += [""]  # for a test to type into
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, server.folder / "gallery.ipynb")
    with Lesson(context, server, "gallery.ipynb") as lesson:
        lesson.start_all()
        lesson.wait_for_cells()
        yield lesson


def explorer(lesson: Lesson, name: str) -> Explorer:
    """One explorer of the gallery."""
    root = lesson.page.locator(".jp-CodeCell", has_text=f"{name} = ").locator(".lstm-explorer")
    return Explorer(lesson, root.first)
