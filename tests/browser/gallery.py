"""A notebook that shows each explorer of `lstm_jax.course.explorers` once."""

import inspect
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
from explorer import Explorer
from given import ARGUMENTS, IMPORTS
from lesson import Lesson
from playwright.sync_api import BrowserContext
from server import Server

from lstm_jax.course import explorers as widgets

NAMES = sorted(widgets.__all__)
SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"  # switches it on or off
SIZES = {"steps": 100, "hidden": 16}
# A network of that size, for the explorer that is given one.
NETWORK = """
import jax
from lstm_jax import init_lstm
from lstm_jax.course.data.lag_recall import SYMBOLS, lag_recall
key = jax.random.key(0)
lstm = init_lstm(key, SYMBOLS + 1, {hidden})
readout = jax.random.normal(key, ({hidden}, SYMBOLS)), jax.numpy.zeros(SYMBOLS)
xs, ys = lag_recall(key, 30, 256, {steps})""".format(**SIZES)


def arguments(name: str, *, large: bool) -> str:
    """What makes an explorer; where `large`, as large as `SIZES` says."""
    given = ARGUMENTS.get(name, "")
    known = inspect.signature(getattr(widgets, name)).parameters
    if not large:
        return given
    if "lstm" in known:
        return "lstm, readout, xs, ys"
    sizes = ", ".join(f"{size}={value}" for size, value in SIZES.items() if size in known)
    return given or sizes


@contextmanager
def gallery(context: BrowserContext, server: Server, *, large: bool = False) -> Iterator[Lesson]:
    """Make the notebook, run it, and stop it in the end; each explorer is a variable there.

    `large` makes them as large as `SIZES` says.
    """
    sources = [IMPORTS + (NETWORK if large else "")]
    sources += [
        f"{name} = widgets.{name}({arguments(name, large=large)})\n{name}" for name in NAMES
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


def save_copies(lesson: Lesson) -> None:
    """Save the gallery as JupyterLab does, with and without its state, and as untrusted."""
    folder = lesson.server.folder
    notebook = lesson.save()
    shutil.copy(folder / lesson.name, folder / "without_state.ipynb")
    lesson.command(SAVE_STATE)
    lesson.save()
    shutil.copy(folder / lesson.name, folder / "with_state.ipynb")
    lesson.command(SAVE_STATE)
    notebook.cells[0].source += "  # in a file that JupyterLab has not signed"
    nbformat.write(notebook, folder / "untrusted.ipynb")


def explorer(lesson: Lesson, name: str) -> Explorer:
    """One explorer of the gallery."""
    root = lesson.page.locator(".jp-CodeCell", has_text=f"{name} = ").locator(".lstm-explorer")
    return Explorer(lesson, root.first)
