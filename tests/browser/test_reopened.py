"""A notebook that was run, saved and closed, opened again: sliders react, or a still stands in."""

import re
from pathlib import Path

import pytest
from explorer import explorers
from gallery import NAMES
from lesson import Lesson
from playwright.sync_api import BrowserContext
from server import Server

STILL = ".jp-OutputArea-output img:visible"
IS_WIDE = "still => still.complete && still.naturalWidth > 500"


pytestmark = pytest.mark.usefixtures("whole_gallery")  # which saves the files


def test_with_state_the_sliders_react(context: BrowserContext, server: Server) -> None:
    with Lesson(context, server, "with_state.ipynb") as lesson:
        lesson.page.locator("canvas").nth(len(NAMES) - 1).wait_for()
        assert [explorer.deaf_sliders() for explorer in explorers(lesson)] == [[] for _ in NAMES]
        assert lesson.page.locator(STILL).count() == 0
        assert lesson.problems == []


@pytest.mark.parametrize("name", ["without_state.ipynb", "untrusted.ipynb"])
def test_else_the_still_stands_in(
    name: str, context: BrowserContext, server: Server, screenshots: Path
) -> None:
    with Lesson(context, server, name) as lesson:
        stills = lesson.page.locator(STILL)
        assert lesson.until(lambda: stills.count() == len(NAMES), 20)
        assert all(still.evaluate(IS_WIDE) for still in stills.all())
        complaints = lesson.page.locator(".jp-OutputArea").get_by_text(
            re.compile("error|widget", re.I)
        )
        assert not any(complaint.is_visible() for complaint in complaints.all())
        lesson.screenshot(screenshots / f"{Path(name).stem}.png")
        lesson.forget_problems("console: Error: widget model not found")
        assert lesson.problems == []
