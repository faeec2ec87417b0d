"""JupyterLab and a browser for the tests of one worker; each lesson is opened and run once."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import PROJECTOR, launch
from gallery import gallery, save_copies
from heard import HeardPage
from lesson import Lesson
from playwright.sync_api import BrowserContext, expect, sync_playwright
from server import Server, serve
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks" / "tools"))  # for `run.find_problems`

expect.set_options(timeout=20_000)  # ms; a shared machine may be slow
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SCREENSHOTS = ROOT / "screenshots"
# What lessons train less in the browser; `make lessons` runs them as they are.
LESS = {
    "08": {"SEEDS = 8": "SEEDS = 2"},
    **{number: {"LIVE = True": "LIVE = False"} for number in ("09", "10", "11", "12")},
    "13": {"SEEDS = 8": "SEEDS = 2", "LAYERS, STEPS = 2, 200": "LAYERS, STEPS = 2, 25"},
}
# In this order: the last leaves the gallery without a kernel.
GALLERY = (
    "test_explorers",
    "test_reopened",
    "test_scaling",
    "test_training",
    "test_without_kernel",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make browser ARGS=--pictures`."""
    parser.addoption("--pictures", action="store_true", help="leave screenshots in screenshots/")


def pytest_configure(config: pytest.Config) -> None:
    """In each worker too."""
    HeardPage.pictures = config.getoption("--pictures")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before there are workers: find or fetch a browser; where asked for, begin new screenshots."""
    if hasattr(session.config, "workerinput"):
        return
    with sync_playwright() as playwright:
        launch(playwright).close()
    if HeardPage.pictures:
        shutil.rmtree(SCREENSHOTS, ignore_errors=True)


class TogetherScheduling(LoadScopeScheduling):
    """The tests of a page share it in one worker: each lesson, the gallery; others by the file."""

    def _split_scope(self, nodeid: str) -> str:
        file, test = nodeid.split("::", 1)
        if Path(file).stem in GALLERY:
            return "gallery"
        return next((lesson for lesson in LESSONS if f"[{lesson}]" in test), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TogetherScheduling:
    """The scheduler for `pytest -n 2`."""
    return TogetherScheduling(config, log)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running JupyterLab."""
    with serve(tmp_path_factory.mktemp("jupyterlab")) as server:
        train_less(server.folder)
        yield server


def train_less(folder: Path) -> None:
    """Shorten what lessons train: what they learn is no matter of the page."""
    for number, changes in LESS.items():
        (lesson,) = folder.glob(f"{number}_*.ipynb")
        text = lesson.read_text(encoding="utf-8")
        for before, after in changes.items():
            assert text.count(f'"{before}') == 1, f"{lesson.name} should hold {before} once"
            text = text.replace(f'"{before}', f'"{after}')
        lesson.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def context(server: Server) -> Iterator[BrowserContext]:
    """A browser, as wide as a projector."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_context(viewport=PROJECTOR)
        browser.close()


@pytest.fixture(scope="session")
def whole_gallery(context: BrowserContext, server: Server) -> Iterator[Lesson]:
    """A notebook that shows each explorer once, and copies of it as it is now."""
    with gallery(context, server) as lesson:
        save_copies(lesson)
        yield lesson


@pytest.fixture
def page(whole_gallery: Lesson) -> Iterator[Lesson]:
    """That notebook; nothing goes wrong in the page, its console or the kernel in this test."""
    before = len(whole_gallery.problems)
    yield whole_gallery
    assert whole_gallery.problems[before:] == []


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
