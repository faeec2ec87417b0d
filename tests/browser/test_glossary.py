"""A term of a lesson leads to its entry, in the file beside the lesson."""

import shutil

import pytest
from lesson import Lesson
from playwright.sync_api import BrowserContext, expect
from server import NOTEBOOKS, Server

# How far the top of a heading is below the top of the glossary, which scrolls there.
DEPTH = """heading => heading.getBoundingClientRect().top
    - heading.closest(".jp-MarkdownViewer").getBoundingClientRect().top"""

BACK = """() => { for (const widget of jupyterapp.shell.widgets("main"))
    if (widget.sessionContext) jupyterapp.shell.activateById(widget.id); }"""


@pytest.mark.parametrize("folder", ["", "solutions/"])
def test_a_click_on_a_term_opens_the_glossary_at_its_entry(
    folder: str, context: BrowserContext, server: Server
) -> None:
    name = f"{folder}03_forget_gate.ipynb"
    shutil.copy(NOTEBOOKS / name, server.folder / name)  # as nobody has run and saved it
    with Lesson(context, server, name) as lesson:
        term = lesson.page.locator(".jp-RenderedMarkdown a", has_text="forget gate").first
        assert (term.get_attribute("title") or "").startswith("The gate that multiplies")
        term.click()
        heading = lesson.page.locator(".jp-MarkdownViewer h3", has_text="forget gate").first
        expect(heading).to_be_in_viewport()
        assert lesson.until(lambda: 0 <= heading.evaluate(DEPTH) < 100, seconds=10)
        letter = lesson.page.locator(".jp-MarkdownViewer").get_by_role("link", name="J", exact=True)
        letter.evaluate("link => link.click()")
        heading = lesson.page.locator(".jp-MarkdownViewer h3", has_text="Jacobian")
        assert lesson.until(lambda: 0 <= heading.evaluate(DEPTH) < 100, seconds=10)
        lesson.page.evaluate(BACK)
        lesson.page.wait_for_function("() => jupyterapp.shell.currentWidget?.sessionContext")
        assert lesson.problems == []
