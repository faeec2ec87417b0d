"""The buttons of the scaling explorer: points appear, stop, stay, and need a kernel to begin."""

from pathlib import Path

import pytest
from explorer import Explorer, press, wait_for
from gallery import explorer
from lesson import Lesson

NAME = "ScalingExplorer"


@pytest.fixture
def shown(page: Lesson) -> Explorer:
    """The explorer as it starts."""
    shown = explorer(page, NAME)
    shown.restart()
    wait_for(shown, "Nothing is measured yet")  # the kernel has followed, and hears what comes next
    return shown


def measure(page: Lesson, shown: Explorer, preset: str) -> None:
    """Show a preset, press the button and wait for the last point."""
    press(shown, preset)
    press(shown, "measure")
    wait_for(shown, "at T = ")
    assert page.until(lambda: page.ask(f"{NAME}.answer['phase']") == "'ended'", 120)


def test_points_appear_while_cells_run(page: Lesson, shown: Explorer, screenshots: Path) -> None:
    press(shown, "measure")
    assert page.ask("1 + 1") == "2"
    wait_for(shown, "at T = 16 a training step takes")
    wait_for(shown, "Time grows as T^")
    for preset in ("minLSTM in parallel", "plain scan"):
        measure(page, shown, preset)
    press(shown, "keep as baseline")
    shown.press(shown.root.locator("[data-control=width]"))
    measure(page, shown, "run")
    shown.page.screenshot(screenshots / f"{NAME}-measured.png", shown.root)
    measured = f"{NAME}.points.get('run', {{}}).get('length')"  # none while the new one begins
    assert page.until(lambda: page.ask(measured) == "[16, 64, 256, 1024]", 120)


def test_too_large_a_request_is_a_sentence(page: Lesson, shown: Explorer) -> None:
    press(shown, "measure")
    press(shown, "stop")
    page.ask("None", f"{NAME}.length, {NAME}.batch, {NAME}.width = 13, 8, 9")
    press(shown, "measure")
    wait_for(shown, "is the limit here: take a shorter, narrower or smaller batch", 200)
    press(shown, "reset")
    wait_for(shown, "Nothing is measured yet")


def test_measuring_needs_a_kernel(page: Lesson, shown: Explorer) -> None:
    """Stands last here; it leaves all explorers as new."""
    measure(page, shown, "run")
    page.restart_kernel()
    press(shown, "measure")
    wait_for(shown, "Measuring needs a running kernel")
    page.start_all()
    page.wait_for_cells()
    wait_for(explorer(page, NAME), "Nothing is measured yet")
