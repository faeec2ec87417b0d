"""The buttons of the training explorer: curves grow, stop, stay, and need a kernel to begin."""

from pathlib import Path

import pytest
from explorer import Explorer, press, wait_for
from gallery import explorer
from lesson import Lesson

NAME = "TrainingExplorer"


@pytest.fixture
def shown(page: Lesson) -> Explorer:
    """The explorer as it starts."""
    shown = explorer(page, NAME)
    shown.restart()
    wait_for(shown, "Nothing is trained yet")  # the kernel has followed, and hears what comes next
    return shown


def test_curves_grow_while_cells_run_and_sliders_move(
    page: Lesson, shown: Explorer, screenshots: Path
) -> None:
    press(shown, "train")
    wait_for(shown, "Training 8 runs")
    assert page.ask("1 + 1") == "2"
    wait_for(shown, "After step")
    for _ in range(2):  # it grows
        assert shown.changes_from(shown.picture())
    shown.press(shown.root.locator("[data-control=width]"))
    wait_for(shown, "press train for 31 units")
    wait_for(shown, "After step 500 of 500")
    press(shown, "keep as baseline")
    shown.page.screenshot(screenshots / f"{NAME}-trained.png", shown.root)
    assert page.ask(f"{NAME}.result.history.loss.shape") == "(8, 500)"


def test_stop_and_train_again(page: Lesson, shown: Explorer) -> None:
    press(shown, "train")
    wait_for(shown, "After step")
    press(shown, "stop")
    assert page.until(lambda: page.ask(f"{NAME}.answer['phase']") == "'ended'", 5)
    assert page.until(lambda: page.ask(f"{NAME}._job.is_alive()") == "False", 20)
    before = shown.picture()
    assert not shown.changes_from(before, seconds=1)
    press(shown, "train")
    assert page.until(lambda: page.ask(f"{NAME}.answer['phase']") != "'ended'", 5)
    press(shown, "reset")
    wait_for(shown, "Nothing is trained yet")


def test_training_needs_a_kernel(page: Lesson, shown: Explorer) -> None:
    """Stands last: after it the other explorers are not in the kernel."""
    press(shown, "train")
    wait_for(shown, "After step")
    page.restart_kernel()
    before = shown.picture()
    press(shown, "train")
    wait_for(shown, "Training needs a running kernel")
    assert shown.picture() == before, "the curves that are there stay"
    for source in (
        "from lstm_jax.course import explorers as widgets",
        f"{NAME} = ",
    ):  # a fresh one for what follows
        page.run_cell(page.cell(source))
    wait_for(explorer(page, NAME), "Nothing is trained yet")
