"""Time and memory against length: choose a way to walk, press a button, and points appear."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, ClassVar

import jax
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.cells import AnyParams
from lstm_jax.course import plots
from lstm_jax.course.explorers.controls import Choice, Order, Slider, check_parts
from lstm_jax.course.explorers.explorer import LAST
from lstm_jax.course.explorers.jobs import Job
from lstm_jax.course.explorers.measuring import (
    WAYS,
    Power,
    Program,
    Size,
    Walk,
    fitted,
    seconds_of,
)
from lstm_jax.course.explorers.ordered import OrderedExplorer

_NAME = "ScalingExplorer"
SHORTEST, LONGEST = 4, 13  # powers of 2: T = 16 and 8192
APART = 2  # powers of 2 between two points
FIT_FROM = 64  # shorter sequences are left out of the fitted lines
SECONDS, BYTES = 10.0, 2**30  # what one call may take
ROUNDS, ENOUGH = 15, 0.5  # timings of a point, and the seconds after which there are no more
_PRESETS: dict[str, dict[str, Any]] = {
    "run": {},
    "a step at a time": {"way": "Python loop", "length": 8},
    "plain scan": {"way": "scan"},
    "minLSTM in a row": {"way": "scan, minLSTM"},
    "minLSTM in parallel": {"way": "parallel, minLSTM"},
    "wide": {"width": 8, "length": 8},
}


class ScalingExplorer(OrderedExplorer):
    """How long a walk takes, and how much memory, as sequences grow: measured where it runs.

    "measure" times one way to walk at lengths that grow by a factor of 4 up to `length`, forward
    and in a training step (the gradient of the mean square of the outputs, D = H). The kernel does
    it in a thread of its own, so cells can run meanwhile, though they share the processor.
    Points of other ways stay as long as batch and width do. Memory is what XLA plans for a
    training step; nothing is run that would take more than 10 s a call or 1 GiB.

    Args:
        walks: for each of `measuring.WAYS` a `Walk`, such as `lstm_jax.course.l13.walks.WALKS`.
        values: controls that start elsewhere, such as `way="scan"`.

    Attributes:
        length: the longest T as a power of 2, 10 for 1024.
        batch: B as a power of 2.
        width: H, and D, as a power of 2.
        way: how to walk, one of `measuring.WAYS`.
        timed: whose time is drawn, "training step" or "forward".
        order: the last button pressed, "measure 1", "stop 2" or "keep 3"; "" after a reset.
        t: which length the cursor stands on, from T = 16, each twice the one before.
        answer: the points for the page, and under "of" the order that the kernel has followed.

    Raises:
        ValueError: a walk that is missing, an unknown control, or a value that a control cannot
            take.
    """

    length = Slider("length T 2^", SHORTEST, LONGEST, default=10, step=1)
    batch = Slider("batch B 2^", 0, 8, default=3, step=1)
    width = Slider("width H 2^", 2, 9, default=5, step=1)
    way = Choice("walk", WAYS, default="run")
    timed = Choice("time of a", ("training step", "forward pass"))
    order = Order(("measure", "stop", "keep"))
    t = Slider("cursor", 0, LONGEST - SHORTEST, default=LONGEST - SHORTEST, step=1)
    looks: ClassVar = OrderedExplorer.looks | {"timed"}
    baseline: ClassVar = ("with", "points")

    def __init__(self, walks: Mapping[str, Walk], **values: Any) -> None:
        """As above."""
        check_parts(_NAME, "walks", walks, WAYS, Walk, "lstm_jax.course.l13.walks.WALKS")
        self._walks = walks
        super().__init__(
            view="scaling",
            presets={name: {"t": LAST, **moved} for name, moved in _PRESETS.items()},
            data={
                "ways": WAYS,
                "shortest": SHORTEST,
                "longest": LONGEST,
                "fit_from": FIT_FROM,
                "device": jax.devices()[0].platform.upper(),
            },
            **values,
        )

    # --- from a cell

    def measure(self, *, wait: bool = False) -> None:
        """Press "measure".

        Args:
            wait: return when all points are there; interrupting stops it.
        """
        self._begin(wait=wait)

    @property
    def size(self) -> Size:
        """What the sliders stand for."""
        return Size(2**self.length, 2**self.batch, 2**self.width)

    @property
    def points(self) -> dict[str, dict[str, list[float]]]:
        """What has been measured, by way: "length", "forward", "training" (s), "bytes", and more.

        The others are "compile_forward" and "compile_training", in seconds.
        """
        return dict(self.answer.get("points", {}))

    def power(self, way: str | None = None) -> Power | None:
        """The line through the times of a way, or None where there are not two points for it."""
        points = self.points.get(way or self.way)
        name = "training" if self.timed == "training step" else "forward"
        if points is None or sum(length >= FIT_FROM for length in points["length"]) < 2:
            return None
        lengths = [int(length) for length in points["length"]]
        return fitted(lengths, points[name], shortest=FIT_FROM)

    @property
    def params(self) -> AnyParams:
        """The cell that is walked."""
        return self._walks[self.way].inputs(self.size)[0]

    @property
    def xs(self) -> Array:
        """The first of the sequences (T, D)."""
        return self._walks[self.way].inputs(self.size)[1][0]

    # --- in the kernel, and in the thread of the job

    def begun(self, shown: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:  # noqa: D102
        before = shown.get("with", settings)
        same = all(before[name] == settings[name] for name in ("batch", "width"))
        others = self.points if same else {}
        points = {way: each for way, each in others.items() if way != settings["way"]}
        return {**shown, "phase": "measuring", "says": "", "points": points}

    def work(self, settings: Mapping[str, Any], job: Job) -> None:  # noqa: D102
        way = settings["way"]
        longest, batch, width = (2 ** settings[name] for name in ("length", "batch", "width"))
        says = ""
        try:
            for length in _lengths(longest):
                now = Size(length, batch, width)
                says = self._too_large(way, now)
                if not says:
                    point = _point(self._walks[way], now, job.stopped.is_set)
                    if isinstance(point, str):
                        says = point
                    elif point:
                        self._add(job, way, point)
                if says or job.stopped.is_set():
                    break
        except Exception as error:  # would be lost: nothing in a notebook shows it
            says = "Measuring failed: " + str(error).split("\n")[0]
        self.tell(job, phase="ended", says=says)

    def _too_large(self, way: str, size: Size) -> str:
        """Why the next point is not measured, going by those before it; or ""."""
        before = self.points.get(way)
        if before is None:
            return ""
        grown = size.length / before["length"][-1]
        seconds = grown * max(before["training"][-1], before["forward"][-1])
        if seconds <= SECONDS:
            return ""
        return (
            f"A training step at T = {size.length} would take about {seconds:.0f} s, and "
            f"{SECONDS:.0f} s is the limit here: take a shorter, narrower or smaller batch."
        )

    def _add(self, job: Job, way: str, point: Mapping[str, float]) -> None:
        with self._lock:
            before = self.points.get(way, {name: [] for name in point})
            grown = {name: [*values, point[name]] for name, values in before.items()}
            self.tell(job, points={**self.points, way: grown})

    # --- for fronts without widgets

    def still(self) -> plots.Picture:
        """The measured times over the lengths."""
        name = "training" if self.timed == "training step" else "forward"
        lengths = 2 ** np.arange(SHORTEST, LONGEST + 1)
        lines = {way: _along(lengths, p["length"], p[name]) for way, p in self.points.items()}
        power = self.power()
        finding = "nothing is measured yet"
        if power:
            finding = f"{self.way} takes a time that grows as {power}"
        return plots.curves(
            lengths,
            lines or {"nothing measured yet": np.full(len(lengths), np.nan)},
            title=f"Time of a {self.timed}",
            xlabel="length T, steps",
            ylabel="seconds",
            alt=f"Time against length for B = {self.size.batch}, H = {self.size.width}: {finding}.",
            log=bool(lines),  # no numbers, no logarithms
            log_x=bool(lines),
        )


def _lengths(longest: int) -> Iterator[int]:
    """From the shortest to the longest, a factor of 4 apart."""
    top = longest.bit_length() - 1
    first = SHORTEST + (top - SHORTEST) % APART
    return (2**power for power in range(first, top + 1, APART))


def _point(walk: Walk, size: Size, is_stopped: Callable[[], bool]) -> dict[str, float] | str:
    """What one length costs; empty if it was stopped, a sentence if it is too large."""
    programs: list[Program] = []
    for make in (walk.forward, walk.training_step):
        programs.append(make(size))
        if is_stopped():
            return {}
    if programs[-1].bytes > BYTES:
        return (
            f"A training step at T = {size.length} needs {programs[-1].bytes / 2**20:,.0f} MiB, "
            f"and {BYTES / 2**20:,.0f} MiB is the limit here: take a shorter, narrower or smaller "
            "batch."
        )
    calls = [program.start() for program in programs]
    taken: list[list[float]] = [[], []]
    begun = time.perf_counter()
    for round_ in range(1 + ROUNDS):
        for call, times in zip(calls, taken, strict=True):
            times.append(seconds_of(call))
            if is_stopped():
                return {}
        if round_ and time.perf_counter() - begun > ENOUGH:
            break
    walked, trained = (median(times[1:]) for times in taken)  # the first one warms up
    return {
        "length": size.length,
        "forward": walked,
        "training": trained,
        "compile_forward": programs[0].seconds,
        "compile_training": programs[1].seconds,
        "bytes": programs[1].bytes,
    }


def _along(lengths: Any, some: list[float], values: list[float]) -> Any:
    """The values at their places among `lengths`; between two points on a straight line."""
    inside = (lengths >= some[0]) & (lengths <= some[-1])
    line = np.exp(np.interp(np.log(lengths), np.log(some), np.log(values)))
    return np.where(inside, line, np.nan)
