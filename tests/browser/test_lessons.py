"""Every lesson, unanswered, as a student finds it: run from top to bottom, then used.

The tests of a lesson share one page.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from explorer import Explorer, explorers, has_focus, label
from heard import offline_page
from lesson import Lesson
from playwright.sync_api import BrowserContext, ViewportSize
from run import find_problems

from lstm_jax.course.pages.page import save_notebook

# One px more is the fraction of one that a browser rounds up.
SCROLLS = "slide => slide.scrollHeight > slide.clientHeight + 1"


@pytest.fixture(autouse=True)
def nothing_goes_wrong(lesson: Lesson) -> Iterator[None]:
    """No error in the page, in its console or in the kernel, from the last test to this one's end.

    For the first test of a lesson that is all since it was opened.
    """
    yield
    problems = lesson.problems.copy()
    lesson.problems.clear()
    assert problems == []


def test_all_cells_run(lesson: Lesson, screenshots: Path) -> None:
    lesson.screenshots(screenshots / f"{lesson.name[:2]}.png")  # for a person to look at
    assert list(find_problems(lesson.save(), "unanswered")) == []


def test_checks_wait_for_an_answer(lesson: Lesson) -> None:
    lines = "\n".join(cell.source for cell in lesson.save().cells).splitlines()
    asked = sum(line.startswith("check(") for line in lines)
    reports = lesson.page.locator(".jp-OutputArea-output", has_text="not answered yet")
    assert reports.count() == asked


def test_figures_have_alternative_text(lesson: Lesson) -> None:
    texts = lesson.page.locator(".jp-OutputArea-output img").evaluate_all(
        "images => images.map(each => each.alt)"
    )
    assert [text for text in texts if len(text) < 20] == []


def test_explorers_are_drawn(lesson: Lesson, screenshots: Path) -> None:
    for number, explorer in enumerate(explorers(lesson)):
        explorer.root.scroll_into_view_if_needed()
        lesson.screenshot(screenshots / f"{lesson.name[:2]}-explorer-{number}.png")
        assert not explorer.is_blank()


def test_sliders_follow_the_keyboard(lesson: Lesson) -> None:
    for explorer in explorers(lesson):
        explorer.restart()
        for slider in explorer.sliders():
            explorer.restart()
            slider.focus()
            before, active = explorer.picture(), lesson.active_cell()
            explorer.press(slider)
            assert explorer.changes_from(before), label(slider)
            assert has_focus(slider), f"{label(slider)}: the key took the focus away"
            assert lesson.active_cell() == active, f"{label(slider)}: JupyterLab took the key"


def test_exported_page_reacts_offline(
    lesson: Lesson, context: BrowserContext, tmp_path: Path, screenshots: Path
) -> None:
    lesson.save()
    count = save_notebook(lesson.server.folder / lesson.name, tmp_path / "page.html")
    with offline_page(context, tmp_path / "page.html") as page:
        shown = explorers(page)
        assert len(shown) == count == len(explorers(lesson))
        for number, explorer in enumerate(shown):
            before = explorer.picture()
            explorer.press(explorer.sliders()[0])
            assert explorer.changes_from(before)
            page.screenshot(screenshots / f"{lesson.name[:2]}-exported-{number}.png")
        assert page.problems == []


def test_slides_fit_a_projector_and_react_offline(
    lesson: Lesson, context: BrowserContext, tmp_path: Path
) -> None:
    lesson.save()
    count = save_notebook(lesson.server.folder / lesson.name, tmp_path / "slides.html", slides=True)
    projector = ViewportSize(width=1920, height=1080)
    with offline_page(context, tmp_path / "slides.html", projector) as page:
        where = page.page.locator("nav output")
        last = int(where.inner_text().split(" / ")[1])
        assert last > 15
        scrolling, moved = [], 0
        for number in range(1, last + 1):
            assert where.inner_text() == f"{number} / {last}"
            slide = page.page.locator("main section.shown")
            if slide.evaluate(SCROLLS):
                scrolling.append(number)
            for root in slide.locator(".lstm-explorer").all():
                explorer = Explorer(page, root)
                before = explorer.picture()
                explorer.press(explorer.sliders()[0])
                assert explorer.changes_from(before)
                page.page.keyboard.press("Escape")
                moved += 1
            page.page.keyboard.press("PageDown")
        assert scrolling == []
        assert moved == count
        assert page.problems == []
