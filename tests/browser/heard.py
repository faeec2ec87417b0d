"""A page of a browser that is listened to: what goes wrong in it is written down."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chromium import PROJECTOR
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, ViewportSize

# What JupyterLab causes by itself, whole lines, each with its reason.
NOISE = (
    # Its widget manager asks each new kernel for widgets to restore, before any cell has imported
    # ipywidgets, which would know what is asked.
    r"kernel, to stderr: No such comm target registered: jupyter\.widget\.control",
    r"kernel, to stderr: No such comm: [0-9a-f-]{36}",
)


class HeardPage:
    """A page and its `problems`.

    They grow by a line for each error in its console or scripts and each request to an address
    that does not start with `home`.
    """

    pictures = False  # whether screenshots are wanted: for a person to look at, no test needs them

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home
        self.problems: list[str] = []
        page.on("console", self._heard_from_console)
        page.on("pageerror", lambda error: self.note(f"page: {error}"))
        page.on("request", lambda request: self._asked_for(request.url))

    def note(self, problem: str) -> None:
        """Write a problem down, unless it is known noise."""
        if not any(re.fullmatch(known, problem) for known in NOISE):
            self.problems.append(problem)

    def forget_problems(self, expected: str) -> None:
        """Take those that start with this off `problems`."""
        self.problems = [each for each in self.problems if not each.startswith(expected)]

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until it is true, at most so long; returns whether it is."""
        for _ in range(int(seconds * 50)):
            if true():
                return True
            self.page.wait_for_timeout(20)
        return true()

    def screenshot(self, path: Path, part: Locator | None = None) -> None:
        """Write what is on the screen, or a part of it, to a PNG file, if that is asked for."""
        if self.pictures:
            path.parent.mkdir(parents=True, exist_ok=True)
            (part or self.page).screenshot(path=path)

    def _heard_from_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.note(f"console: {message.text}")

    def _asked_for(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.note(f"the page asks for {url}; lessons are offline")


@contextmanager
def offline_page(
    context: BrowserContext, path: Path, viewport: ViewportSize = PROJECTOR
) -> Iterator[HeardPage]:
    """A file opened from the disk, in the browser of `context`, with no network."""
    assert context.browser is not None
    offline = context.browser.new_context(offline=True, viewport=viewport)
    page = HeardPage(offline.new_page(), home=path.as_uri())
    page.page.goto(path.as_uri())
    yield page
    offline.close()
