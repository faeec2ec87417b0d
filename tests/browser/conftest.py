"""JupyterLab and a browser for the tests of one worker; each lesson is opened and run once."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import PROJECTOR, launch
from lesson import Lesson
from playwright.sync_api import BrowserContext, expect, sync_playwright
from server import Server, serve
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks" / "source"))  # for `run.find_problems`

expect.set_options(timeout=20_000)  # ms; a shared machine may be slow
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SCREENSHOTS = ROOT / "screenshots"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before there are workers: find or fetch a browser, and empty the folder for screenshots."""
    if hasattr(session.config, "workerinput"):
        return
    with sync_playwright() as playwright:
        launch(playwright).close()
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)


class TogetherScheduling(LoadScopeScheduling):
    """The tests of a lesson run in one worker and share its page; all others go by the file."""

    def _split_scope(self, nodeid: str) -> str:
        file, test = nodeid.split("::", 1)
        return next((lesson for lesson in LESSONS if f"[{lesson}]" in test), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TogetherScheduling:
    """The scheduler for `pytest -n 2`."""
    return TogetherScheduling(config, log)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running JupyterLab."""
    with serve(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture(scope="session")
def context(server: Server) -> Iterator[BrowserContext]:
    """A browser, as wide as a projector."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_context(viewport=PROJECTOR)
        browser.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder for pictures to look at after the tests."""
    return SCREENSHOTS


@pytest.fixture(scope="module", params=LESSONS)
def lesson(
    request: pytest.FixtureRequest, context: BrowserContext, server: Server
) -> Iterator[Lesson]:
    """Each student lesson in turn, run from top to bottom."""
    with Lesson(context, server, request.param) as lesson:
        lesson.start_all()
        lesson.wait_for_cells()
        yield lesson
