"""The other tests rely on hearing what goes wrong: here all of it does."""

import nbformat
from lesson import Lesson
from playwright.sync_api import BrowserContext
from server import Server

BROKEN = {
    "kernel: ZeroDivisionError: division by zero": "1 / 0",
    "kernel, to stderr: Warning: old": "import sys\nprint('Warning: old', file=sys.stderr)",
    "console: lost": "display({'application/javascript': 'console.error(\"lost\")'}, raw=True)",
    "page: gone": "display({'application/javascript': "
    "'setTimeout(() => { throw new Error(\"gone\") })'}, raw=True)",
    "the page asks for http://127.0.0.2/away.png; lessons are offline": "display({'text/html': "
    '\'<img src="http://127.0.0.2/away.png" alt="">\'}, raw=True)',
    "kernel: ValueError: in a callback": """\
import anywidget, traitlets
class Broken(anywidget.AnyWidget):
    n = traitlets.Int().tag(sync=True)
    _esm = "export default {initialize({model}) { model.set('n', 1); model.save_changes() }}"
    @traitlets.observe("n")
    def _raise(self, change):
        raise ValueError("in a callback")
Broken()""",
}


def test_every_problem_is_heard(context: BrowserContext, server: Server) -> None:
    cells = [
        nbformat.v4.new_code_cell(source, metadata={"tags": ["raises-exception"]})
        for source in BROKEN.values()
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, server.folder / "broken.ipynb")
    with Lesson(context, server, "broken.ipynb") as lesson:
        lesson.start_all()
        lesson.wait_for_cells()
        lesson.until(lambda: set(BROKEN) <= set(lesson.problems), 20)
        assert set(BROKEN) <= set(lesson.problems)
