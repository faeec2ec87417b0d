"""A notebook that shows each explorer of `lstm_jax.widgets` once."""

from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
from explorer import Explorer
from lesson import Lesson
from playwright.sync_api import BrowserContext
from server import Server

from lstm_jax import widgets

NAMES = sorted(widgets.__all__)


@contextmanager
def gallery(context: BrowserContext, server: Server) -> Iterator[Lesson]:
    """Make the notebook, run it, and stop it in the end; each explorer is a variable there."""
    sources = ["from lstm_jax import widgets"]
    sources += [f"{name} = widgets.{name}()\n{name}" for name in NAMES]
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
