"""A question answered with the keyboard alone, its verdict, and what a restarted kernel knows."""

import shutil
from pathlib import Path

import pytest
from lesson import Lesson
from playwright.sync_api import BrowserContext, Locator, expect
from server import NOTEBOOKS, Server

from lstm_jax.course.checks.questions import LESSONS

IMPORTS, LOOP = "import DecayExplorer, check", "for x in [8.0, 8.0, 8.0, 0.0, 0.0]:"
QUESTION, RUN = 'guess("half_and_half")', '"half_and_half", {'  # it needs the loop's number
TITLE = "00 Start here"
STEPS_TO_QUESTION = 8  # cells from the top of the lesson, the question among them


def says(cell: Locator, text: str) -> None:
    """Wait until an output of the cell shows this."""
    expect(cell.locator(".jp-OutputArea")).to_contain_text(text, timeout=60_000)


def option(cell: Locator, letter: str) -> Locator:
    """The button of an option."""
    return cell.locator("button.lstm-option", has_text=letter)


@pytest.fixture
def start(context: BrowserContext, server: Server):
    """The first lesson, as nobody has run it, with no progress yet."""
    shutil.copy(NOTEBOOKS / "00_start_here.ipynb", server.folder)
    (server.folder / ".lstm_jax_progress.jsonl").unlink(missing_ok=True)
    with Lesson(context, server, "00_start_here.ipynb") as lesson:
        yield lesson
        assert lesson.problems == []


def asked(start: Lesson) -> tuple[Locator, Locator]:
    """Run the lesson up to its first question; returns the question and the cell of its verdict."""
    start.run_cell(start.cell(IMPORTS))
    start.run_cell(start.cell(LOOP))
    question, run = start.cell(QUESTION), start.cell(RUN)
    start.run_cell(question)
    return question, run


def test_a_question_is_answered_with_the_keyboard_alone(start: Lesson, screenshots: Path) -> None:
    keys = start.page.keyboard
    for _ in range(STEPS_TO_QUESTION):
        keys.press("Shift+Enter")
    question, run = start.cell(QUESTION), start.cell(RUN)
    says(question, "Choose one, then run on.")
    active = start.active_cell()

    keys.press("ArrowUp")  # back to the question; Tab leads on, by its toolbar, to the buttons
    for _ in range(6):
        keys.press("Tab")
        if start.page.evaluate("() => document.activeElement.textContent").startswith("(a)"):
            break
    keys.press("Tab")
    keys.press("Space")
    says(question, "You predict (b).")
    keys.press("ArrowDown")
    keys.press("Enter")
    says(question, "You predict (c).")
    keys.press("ArrowDown")  # from the last to the first
    keys.press("Space")
    says(question, "You predict (a).")
    keys.press("b")  # by its letter, of which JupyterLab makes a new cell
    says(question, "You predict (b).")
    keys.press("a")
    says(question, "You predict (a).")
    assert start.active_cell() == active - 1, "JupyterLab took the key"
    expect(start.page.locator(".jp-Notebook .jp-mod-editMode")).to_have_count(0)
    start.screenshot(screenshots / "quiz-asked.png")

    keys.press("Shift+Enter")  # runs the question once more, from its buttons
    says(question, "You predict (a).")
    for _ in ("the loop", "the verdict"):
        keys.press("Shift+Enter")
    says(run, "Verdict: (b) ≠ you predicted (a)")
    says(question, "You predicted (a); the run shows (b).")
    expect(option(question, "(a)")).to_contain_text("your prediction")
    expect(option(question, "(b)")).to_contain_text("✓ measured")
    expect(question.locator("button.lstm-option:enabled")).to_have_count(0)
    start.screenshot(screenshots / "quiz-verdict.png")

    start.restart_kernel()
    start.run_cell(start.cell(IMPORTS))
    start.run_cell(start.cell(LOOP))
    progress = start.page.locator(".jp-CodeCell", has_text="progress()").last
    progress.scroll_into_view_if_needed()
    start.run_cell(progress)
    says(progress, f"1 of {len(LESSONS[TITLE])}")
    start.screenshot(screenshots / "quiz-progress.png")
    start.run_cell(run)
    says(run, "Verdict: (b) … your first prediction was (a)")


def test_a_question_can_be_answered_again(start: Lesson) -> None:
    question, run = asked(start)
    option(question, "(a)").click()
    says(question, "You predict (a).")
    start.run_cell(run)
    says(question, "You predicted (a); the run shows (b).")
    question.get_by_role("button", name="answer again").click()
    says(question, "Choose one, then run on.")
    option(question, "(b)").click()
    says(question, "You predict (b).")
    start.run_cell(run)
    says(run, "Verdict: (b) ✓ as you predicted")
    says(run, "Your progress keeps your first one, (a).")
    expect(option(question, "(b)")).to_contain_text("✓ measured, as you predicted")


def test_a_click_that_comes_after_the_verdict_changes_nothing(start: Lesson) -> None:
    question, run = asked(start)
    says(question, "Choose one, then run on.")
    # The verdict is given while the page still offers the buttons: nothing has told it yet.
    start.ask("None", "from lstm_jax.course.checks import quiz; q = quiz._asked['half_and_half']")
    start.ask("None", "q.send_state = lambda key=None: None; q.lock('(b)'); del q.send_state")
    option(question, "(c)").click()
    expect(question.locator(".lstm-option[aria-checked=true]")).to_have_count(0)
    assert start.ask("q.chosen") == "''"
    start.ask("q.send_state()")
    says(question, "You made no prediction; the run shows (b).")
    start.run_cell(run)
    says(run, "Verdict: (b) … no prediction made")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_questions_and_verdicts_can_be_read(start: Lesson, theme: str, screenshots: Path) -> None:
    start.command("apputils:change-theme", theme=theme)
    question, run = asked(start)
    option(question, "(b)").click()
    says(question, "You predict (b).")
    start.run_cell(run)
    says(run, "Verdict: (b) ✓ as you predicted")
    for shown in (
        question.locator(".lstm-option-text").last,
        run.locator(".jp-RenderedHTMLCommon p").last,
    ):
        size = shown.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        assert size >= 18
    start.screenshot(screenshots / f"quiz-{theme.split()[1].lower()}.png")
    start.command("apputils:change-theme", theme="JupyterLab Light")


def test_a_saved_question_stands_in_for_its_buttons(
    context: BrowserContext, server: Server, screenshots: Path
) -> None:
    with Lesson(context, server, "00_start_here.ipynb") as lesson:
        lesson.run_cell(lesson.cell(IMPORTS))
        question = lesson.cell(QUESTION)
        lesson.run_cell(question)
        says(question, "Choose one, then run on.")
        lesson.save()
    with Lesson(context, server, "00_start_here.ipynb") as lesson:
        question = lesson.cell(QUESTION)
        still = question.locator(".lstm-still")
        expect(still).to_contain_text("To choose, run this cell.")
        expect(still.locator("li:visible")).to_have_count(3)
        complaints = question.get_by_text("widget")
        assert not any(complaint.is_visible() for complaint in complaints.all())
        lesson.screenshot(screenshots / "quiz-reopened.png")
        lesson.forget_problems("console: Error: widget model not found")
        assert lesson.problems == []
