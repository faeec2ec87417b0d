"""Every explorer is alive when its kernel has forgotten it, and when there is none."""

from gallery import NAMES, explorer
from lesson import Lesson


def test_sliders_react_after_a_restart(page: Lesson) -> None:
    """Stands near the end: nothing after it has its explorers in the kernel."""
    page.restart_kernel()
    for name in NAMES:
        assert explorer(page, name).deaf_sliders() == [], name


def test_sliders_react_without_a_kernel(page: Lesson) -> None:
    """Stands last: nothing after it has a kernel."""
    page.stop_kernel()
    for name in NAMES:
        assert explorer(page, name).deaf_sliders() == [], name
    # ipywidgets says so for each change, and keeps it for the next kernel.
    page.forget_problems("console: Could not send widget sync message")
