"""A wrong answer, typed into the page, is told what is wrong with it."""

from lesson import Lesson
from playwright.sync_api import BrowserContext, expect
from server import Server

# The decay is missing.
WRONG = "def leaky_sum(decay, xs):\n    return jnp.cumsum(xs)"


def test_wrong_answer_reads_its_diagnosis(context: BrowserContext, server: Server) -> None:
    with Lesson(context, server, "00_start_here.ipynb") as lesson:
        lesson.run_cell(lesson.cell("from lstm_jax.exercises import check"))
        lesson.type(lesson.cell("def leaky_sum(decay, xs):"), WRONG)
        lesson.run_cell(lesson.cell('check("leaky_sum", leaky_sum)'))
        report = lesson.cell('check("leaky_sum", leaky_sum)').locator(".jp-OutputArea-output")
        expect(report).to_contain_text("leaky_sum: not right yet", timeout=30_000)
        expect(report).to_contain_text("The decay is missing: this is a plain running sum.")
        assert lesson.problems == []
