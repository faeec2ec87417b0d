"""Measure in JupyterLab how fast the explorers answer, and print tables.

    python tests/browser/latency.py

For each slider: the time from its `input` event to the end of the first frame whose pixels differ,
with explorers as they are, and with those that can be larger at 100 steps and 16 units.
For each slider that the kernel has to answer: the time to the first frame with that answer.
For each lesson: the time from Run All to the first explorer's answer, with the kernel started. The
exit status is 1 if a number is over its limit. Measure on a machine that does nothing else.
"""

import math
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from chromium import PROJECTOR, launch
from explorer import Explorer
from gallery import NAMES, SIZES, explorer, gallery
from lesson import Lesson
from playwright.sync_api import BrowserContext, Locator, sync_playwright
from server import Server, serve

from lstm_jax.course import explorers as widgets
from lstm_jax.course.explorers.answers import AnsweringExplorer

MOVES = 30  # of each slider one by one, and again in a drag of one second
SHOWN, FIRST_ANSWER_S, KERNEL_MS = 0.9, 5, 100
SHARES = [(n * 0.618) % 1 for n in range(1, MOVES + 1)]  # far from the last, never the same
PIXELS = Path(__file__).with_name("pixels.js").read_text(encoding="utf-8")
ROW = "{:18} {:14} {:>9} {:>9} {:>12}  {}"


class Limits(NamedTuple):
    """Milliseconds from a slider to the picture: for the median, and for 95 % of all moves."""

    median: float
    slowest: float = math.inf


class Latency(NamedTuple):
    """One slider: milliseconds of each move; values and pictures of a drag of one second."""

    milliseconds: list[float]
    moved: int
    shown: int
    blank: int
    settled: bool

    def faults(self, limits: Limits) -> list[str]:
        """What is over its limit, in words."""
        return [
            fault
            for fault, true in {
                f"median over {limits.median} ms": self.median > limits.median,
                f"95 % over {limits.slowest} ms": self.slowest > limits.slowest,
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
    times = [slider.evaluate(move, [picture, share]) for share in SHARES]
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


def print_sliders(context: BrowserContext, server: Server, limits: Limits, *, large: bool) -> int:
    """Measure every slider of every explorer; returns how many numbers are over their limit."""
    faults = 0
    with gallery(context, server, large=large) as lesson:
        lesson.page.evaluate(PIXELS)
        print(ROW.format("explorer", "slider", "median ms", "95 % ms", "drag shown", ""))
        for name in NAMES:
            shown = explorer(lesson, name)
            shown.restart()
            for slider in shown.sliders():
                shown.restart()
                latency = measure(slider, shown.root.locator("canvas").first)
                numbers = (
                    f"{latency.median:.0f}",
                    f"{latency.slowest:.0f}",
                    f"{latency.shown} of {latency.moved}",
                )
                found = latency.faults(limits)
                control = slider.get_attribute("data-control")
                print(ROW.format(name, control, *numbers, "; ".join(found)), flush=True)
                faults += len(found)
    return faults


def print_answers(context: BrowserContext, server: Server) -> int:
    """Measure every slider that the kernel answers; returns how many are over the limit."""
    faults = 0
    print("\nanswers of the kernel")
    with gallery(context, server) as lesson:
        lesson.page.evaluate(PIXELS)
        for name in NAMES:
            if not issubclass(getattr(widgets, name), AnsweringExplorer):
                continue
            shown = explorer(lesson, name)
            shown.restart()
            for slider in shown.sliders():
                shown.restart()
                lesson.page.wait_for_timeout(500)  # the answer to that
                readout = shown.root.locator(".lstm-readout").element_handle()
                ask = "(slider, [readout, share]) => pixels.answer(slider, readout, share)"
                times = [slider.evaluate(ask, [readout, share]) for share in SHARES]
                asked = [ms for ms in times if ms is not None]
                if len(asked) < 2:
                    continue  # the answer does not depend on it
                median, slowest = statistics.median(asked), statistics.quantiles(asked, n=20)[-1]
                late = f"median over {KERNEL_MS} ms" if median > KERNEL_MS else ""
                control = slider.get_attribute("data-control")
                numbers = (f"{median:.0f}", f"{slowest:.0f}", f"{len(asked)} moves")
                print(ROW.format(name, control, *numbers, late), flush=True)
                faults += bool(late)
    return faults


def print_lessons(context: BrowserContext, server: Server) -> int:
    """Measure every lesson that has explorers; returns how many are over the limit."""
    faults = 0
    print("\nlesson                       seconds to the first answer")
    for path in sorted(server.folder.glob("[0-9][0-9]_*.ipynb")):
        if "Explorer(" not in path.read_text(encoding="utf-8"):
            continue
        with Lesson(context, server, path.name) as lesson:
            seconds = first_answer(lesson)
        late = seconds > FIRST_ANSWER_S
        print(f"{path.stem:28} {seconds:.1f} {f'over {FIRST_ANSWER_S} s' if late else ''}")
        faults += late
    return faults


def main() -> int:
    """Print all tables; returns the exit status."""
    with (
        tempfile.TemporaryDirectory() as home,
        serve(Path(home)) as server,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        context = browser.new_context(viewport=PROJECTOR)
        faults = print_sliders(context, server, Limits(25, 45), large=False)
        print(f"\n{SIZES['steps']} steps, {SIZES['hidden']} units")
        faults += print_sliders(context, server, Limits(33), large=True)
        faults += print_answers(context, server)
        faults += print_lessons(context, server)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
