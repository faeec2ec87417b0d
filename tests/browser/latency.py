"""Measure in JupyterLab how fast the explorers answer, and print two tables.

    python tests/browser/latency.py

For each slider: the time from its `input` event to the end of the first frame whose pixels differ.
For each lesson: the time from Run All to the first explorer's answer, with the kernel started. The
exit status is 1 if a number is over its limit. Measure on a machine that does nothing else.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from chromium import PROJECTOR, launch
from explorer import Explorer
from gallery import NAMES, explorer, gallery
from lesson import Lesson
from playwright.sync_api import BrowserContext, Locator, sync_playwright
from server import Server, serve

MOVES = 30  # of each slider one by one, and again in a drag of one second
MEDIAN_MS, SLOWEST_MS, SHOWN, FIRST_ANSWER_S = 25, 45, 0.9, 5
PIXELS = Path(__file__).with_name("pixels.js").read_text(encoding="utf-8")
ROW = "{:18} {:14} {:>9} {:>9} {:>12}  {}"


class Latency(NamedTuple):
    """One slider: milliseconds of each move; values and pictures of a drag of one second."""

    milliseconds: list[float]
    moved: int
    shown: int
    blank: int
    settled: bool

    def faults(self) -> list[str]:
        """What is over its limit, in words."""
        return [
            fault
            for fault, true in {
                f"median over {MEDIAN_MS} ms": self.median > MEDIAN_MS,
                f"95 % over {SLOWEST_MS} ms": self.slowest > SLOWEST_MS,
                f"shows less than {SHOWN:.0%} of a drag": self.shown < SHOWN * self.moved,
                "goes blank": self.blank > 0,
                "does not end on the last value": not self.settled,
            }.items()
            if true
        ]

    @property
    def median(self) -> float:
        """Half of the moves were faster."""
        return statistics.median(self.milliseconds)

    @property
    def slowest(self) -> float:
        """95 % of the moves were faster."""
        return statistics.quantiles(self.milliseconds, n=20)[-1]


def measure(slider: Locator, canvas: Locator) -> Latency:
    """Move a slider to and fro, then drag it."""
    picture = canvas.element_handle()
    move = "(slider, [canvas, share]) => pixels.latency(slider, canvas, share)"
    shares = [(n * 0.618) % 1 for n in range(1, MOVES + 1)]  # far from the last, never the same
    times = [slider.evaluate(move, [picture, share]) for share in shares]
    drag = "(slider, [canvas, moves]) => pixels.drag(slider, canvas, moves)"
    dragged = slider.evaluate(drag, [picture, MOVES])
    return Latency([ms for ms in times if ms is not None], **dragged)


def first_answer(lesson: Lesson) -> float:
    """Seconds from Run All until the first explorer has followed its first slider."""
    start = time.perf_counter()
    lesson.start_all()
    first = Explorer(lesson, lesson.page.locator(".lstm-explorer").first)
    before = first.picture()
    first.press(first.sliders()[0])
    if not first.changes_from(before, seconds=60):
        raise ValueError(f"{lesson.name}: the first slider of the first explorer changes nothing")
    return time.perf_counter() - start


def print_sliders(context: BrowserContext, server: Server) -> int:
    """Measure every slider of every explorer; returns how many numbers are over their limit."""
    faults = 0
    with gallery(context, server) as lesson:
        lesson.page.evaluate(PIXELS)
        print(ROW.format("explorer", "slider", "median ms", "95 % ms", "drag shown", ""))
        for name in NAMES:
            shown = explorer(lesson, name)
            for slider in shown.sliders():
                shown.restart()
                latency = measure(slider, shown.root.locator("canvas").first)
                numbers = (
                    f"{latency.median:.0f}",
                    f"{latency.slowest:.0f}",
                    f"{latency.shown} of {latency.moved}",
                )
                found = latency.faults()
                control = slider.get_attribute("data-control")
                print(ROW.format(name, control, *numbers, "; ".join(found)), flush=True)
                faults += len(found)
    return faults


def print_lessons(context: BrowserContext, server: Server) -> int:
    """Measure every lesson that has explorers; returns how many are over the limit."""
    faults = 0
    print("\nlesson                       seconds to the first answer")
    for path in sorted(server.folder.glob("[0-9][0-9]_*.ipynb")):
        if "lstm_jax.widgets" not in path.read_text(encoding="utf-8"):
            continue
        with Lesson(context, server, path.name) as lesson:
            seconds = first_answer(lesson)
        late = seconds > FIRST_ANSWER_S
        print(f"{path.stem:28} {seconds:.1f} {f'over {FIRST_ANSWER_S} s' if late else ''}")
        faults += late
    return faults


def main() -> int:
    """Print both tables; returns the exit status."""
    with (
        tempfile.TemporaryDirectory() as home,
        serve(Path(home)) as server,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        context = browser.new_context(viewport=PROJECTOR)
        faults = print_sliders(context, server) + print_lessons(context, server)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
