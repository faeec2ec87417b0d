"""What a lesson folds: its words stand there, it runs as it is, and a click shows the code."""

import build
import nbformat
from lesson import Lesson
from playwright.sync_api import BrowserContext, expect
from server import Server

SOURCE = """\
# %% [markdown]
# # 01 Adding

# %%
from lstm_jax.course import plots

# %% tags=["measure"]
# Adds two numbers, and draws them
total = 1 + 2
print("the sum is", total)
plots.curves([0, 1], {"sum": [0, total]}, title="To 3", xlabel="step", ylabel="sum", alt="A line.")
"""


def test_a_folded_cell_shows_its_words_and_runs(
    context: BrowserContext, server: Server, screenshots, tmp_path
) -> None:
    source = tmp_path / "01_adding.py"
    source.write_text(SOURCE, encoding="utf-8")
    (server.folder / "folded.ipynb").write_text(build.build(source).student, encoding="utf-8")
    with Lesson(context, server, "folded.ipynb") as lesson:
        folded = lesson.page.locator(".jp-InputPlaceholder")
        expect(folded).to_have_text(
            ["# @title Run me first", "# @title Adds two numbers, and draws them"]
        )
        lesson.run_cell(lesson.cell("from lstm_jax.course import plots"))
        measured = lesson.cell("total = 1 + 2")
        lesson.run_cell(measured)
        expect(measured.locator(".jp-OutputArea")).to_contain_text("the sum is 3", timeout=60_000)
        expect(folded).to_have_count(2)
        expect(measured.locator(".cm-content")).to_have_count(0)
        lesson.screenshot(screenshots / "folded.png")
        folded.last.click()
        expect(measured.locator(".cm-content")).to_contain_text("total = 1 + 2")
        lesson.screenshot(screenshots / "unfolded.png")
        kept = lesson.save()
        assert nbformat.validate(kept) is None
        assert "jupyter" not in kept.cells[-1].metadata, "what a student opens stays open"
        assert lesson.problems == []
