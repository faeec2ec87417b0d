"""A wrong answer, typed into the page, is told what is wrong with it."""

import shutil
from pathlib import Path

from lesson import Lesson
from playwright.sync_api import BrowserContext, expect
from server import Server

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

# The decay is missing.
WRONG = "def leaky_sum(decay, xs):\n    return jnp.cumsum(xs)"


def test_wrong_answer_reads_its_diagnosis(context: BrowserContext, server: Server) -> None:
    # As it is handed out: the server's own may hold what another test has run and saved.
    shutil.copy(NOTEBOOKS / "00_start_here.ipynb", server.folder / "handed_out.ipynb")
    with Lesson(context, server, "handed_out.ipynb") as lesson:
        lesson.run_cell(lesson.cell("import DecayExplorer, check"))
        lesson.type(lesson.cell("def leaky_sum(decay, xs):"), WRONG)
        lesson.run_cell(lesson.cell('check("leaky_sum", leaky_sum)'))
        report = lesson.cell('check("leaky_sum", leaky_sum)').locator(".jp-OutputArea-output")
        expect(report).to_contain_text("leaky_sum: not right yet", timeout=30_000)
        expect(report).to_contain_text("The decay is missing: this is a plain running sum.")
        assert lesson.problems == []
