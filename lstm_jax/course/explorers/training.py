"""Training, live: set the learning rate and the rest, press a button, and watch the curves grow."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from lstm_jax.arrays import Array, Floats, Key
from lstm_jax.cells import Params
from lstm_jax.course import plots
from lstm_jax.course.data.tasks import SOLVED
from lstm_jax.course.data.tasks import TEMPORAL_ORDER_2 as TASK
from lstm_jax.course.explorers import padded
from lstm_jax.course.explorers.controls import Choice, Order, Slider, check_between
from lstm_jax.course.explorers.explorer import LAST
from lstm_jax.course.explorers.jobs import Job
from lstm_jax.course.explorers.ordered import OrderedExplorer
from lstm_jax.models import Network
from lstm_jax.training import DivergenceError, Fit, adam, fit

RUNS = 8
STEPS, POINT = 500, 10  # steps of training; of those, how many are one point of a curve
BLOCK, EVERY = 20, 2  # steps between two looks at the stop button; from accuracy to accuracy
SECONDS = 0.5  # between two messages to the page, at least
_PRESETS: dict[str, dict[str, Any]] = {
    "learns": {},
    "rate too high": {"rate": -0.5},
    "rate too low": {"rate": -4.0},
    "no forget bias": {"forget_bias": 0.0},
    "clipping off": {"clip": "off"},
    "RNN": {"cell": "RNN"},
    "RNN, lower rate": {"cell": "RNN", "rate": -3.0},
}


class TrainingExplorer(OrderedExplorer):
    """Eight networks learn side by side: their loss and accuracy, while they are trained.

    They learn the temporal order task (two places), each from its own weights and sequences. The
    kernel trains them in a thread of its own, so cells can run and sliders move meanwhile; what
    training goes by is what the sliders showed when "train" was pressed.

    Args:
        seed: the first of 8 seeds in a row, one for each run. The same seed and controls give the
            same numbers on the same machine.
        values: controls that start elsewhere, such as `forget_bias=0`.

    Attributes:
        rate: the learning rate of Adam as a power of ten, -2 for 0.01.
        forget_bias: the bias of the LSTM's forget gate before training.
        width: H, units of the cell.
        length: T, steps of the sequences.
        cell: "LSTM", "RNN" or "GRU".
        clip: the longest gradient, or "off".
        order: the last button pressed, "train 1", "stop 2" or "keep 3"; "" after a reset.
        t: which point of the curves the cursor stands on.
        answer: the curves for the page, and under "of" the order that the kernel has followed; by
            that the page knows whether there is a kernel, see js/answers.js.
        result: what `lstm_jax.training.fit` has given so far, None before the first block.

    Raises:
        ValueError: an unknown control, or a value that a control or `seed` cannot take.
    """

    rate = Slider("learning rate 10^", -4.0, 0.0, default=-2.0)
    forget_bias = Slider("forget bias", -2.0, 6.0, default=1.0, step=0.5)
    width = Slider("width H", 2, padded.UNITS, default=padded.UNITS, step=1)
    length = Slider("length T", 10, padded.STEPS, default=40, step=1)
    cell = Choice("cell", ("LSTM", "RNN", "GRU"))
    clip = Choice("clip gradients at", ("0.1", "1", "10", "off"), default="1")
    order = Order(("train", "stop", "keep"))
    t = Slider("point", 0, STEPS // POINT - 1, step=1, default=STEPS // POINT - 1)
    baseline: ClassVar = ("with", "loss", "accuracy")

    def __init__(self, *, seed: int = 0, **values: Any) -> None:
        """As above."""
        self.seed = check_between("TrainingExplorer", "seed", seed, 0, 2**31 - 1 - RUNS)
        self.result: Fit | None = None
        chance = TASK.without_memory(padded.STEPS)
        super().__init__(
            view="training",
            presets={name: {"t": LAST, **moved} for name, moved in _PRESETS.items()},
            data={
                "runs": RUNS,
                "steps": STEPS,
                "point": POINT,
                "batch": padded.BATCH,
                "solved": SOLVED,
                "chance": {"loss": chance.loss, "accuracy": 100 * chance.accuracy},
            },
            **values,
        )

    # --- from a cell

    @property
    def learning_rate(self) -> float:
        """What the slider `rate` stands for."""
        return float(10**self.rate)

    def train(self, *, wait: bool = False) -> Fit | None:
        """Press "train": begin anew with the controls as they are.

        Args:
            wait: return when training has ended, with its `Fit`; interrupting stops training.
        """
        self._begin(wait=wait)
        return self.result if wait else None

    @property
    def params(self) -> Params:
        """The cell of the first run, as trained by now or else as it begins; all its units act."""
        used = self._settings() if self.result is None else self.answer["with"]
        networks = self._networks(used)[1] if self.result is None else self.result.params
        return padded.cut(jax.tree.map(lambda leaf: leaf[0], networks), used["width"]).cell

    @property
    def xs(self) -> Array:
        """A sequence of the task (T, 8)."""
        batch = padded.draw(jnp.int32(self.length), jax.random.key(self.seed))
        return batch.xs[0, : self.length]

    # --- in the kernel

    def begun(self, *_: Mapping[str, Any]) -> dict[str, Any]:  # noqa: D102
        self.result = None
        return {"phase": "starting"}

    def forget(self) -> None:  # noqa: D102
        self.result = None

    # --- in the thread of the job

    def _networks(self, used: Mapping[str, Any]) -> tuple[Key, Network]:
        """The keys of the runs, and their networks before training."""
        keys = jax.vmap(jax.random.key)(jnp.arange(self.seed, self.seed + RUNS))
        width, forget_bias = jnp.int32(used["width"]), jnp.float32(used["forget_bias"])
        return keys, padded.draw_networks(used["cell"], keys, width, forget_bias)

    def work(self, settings: Mapping[str, Any], job: Job) -> None:  # noqa: D102
        began = time.monotonic()
        due = began

        def watch(so_far: Fit) -> bool:
            nonlocal due
            now = time.monotonic()
            if now >= due and so_far.history.loss.size:
                due = now + SECONDS
                self._show_curves(job, so_far, phase="training", seconds=now - began)
            return job.stopped.is_set()

        sentences: list[str] = []
        try:
            result = self._fit(settings, watch, sentences.append)
            says = sentences[0].removeprefix("fit: ") if sentences else ""
        except DivergenceError as error:
            result = error.fit
            says = f"All {RUNS} runs diverged: lower the learning rate, or clip the gradients."
        except Exception as error:  # would be lost: nothing in a notebook shows it
            self.tell(job, phase="ended", says=f"Training failed: {error}")
            return
        self._show_curves(job, result, phase="ended", seconds=time.monotonic() - began, says=says)

    def _fit(
        self,
        used: Mapping[str, Any],
        watch: Callable[[Fit], bool],
        say: Callable[[str], object],
    ) -> Fit:
        keys, networks = self._networks(used)
        clip = math.inf if used["clip"] == "off" else float(used["clip"])
        return fit(
            padded.loss,
            networks,
            Partial(padded.draw, jnp.int32(used["length"])),  # type: ignore[no-untyped-call]
            key=keys,
            steps=STEPS,
            optimizer=adam(10 ** used["rate"], clip),
            block=BLOCK,
            measure=padded.accuracy,
            every=EVERY,
            watch=watch,
            progress=False,
            say=say,
        )

    def _show_curves(self, job: Job, so_far: Fit, **news: Any) -> None:
        with self._lock:
            if job is self._job:
                self.result = so_far
            self.tell(job, **_curves(so_far), **news)

    # --- for fronts without widgets

    def still(self) -> plots.Picture:
        """The loss, as the median and the middle half of the runs."""
        nothing = np.empty((RUNS, 0), np.float32)
        history = nothing if self.result is None else self.result.history.loss
        loss = _points(history, POINT)
        points = loss.shape[1]
        finding = "nothing is trained yet"
        if points and np.isfinite(loss[:, -1]).any():
            median = np.nanmedian(loss[:, -1])
            finding = f"after {points * POINT} steps the median loss is {median:.3g} nats"
        return plots.bands(
            (np.arange(points) + 0.5) * POINT,
            {"loss": loss},
            title=f"{RUNS} runs learn temporal order",
            xlabel=f"training step, {padded.BATCH} sequences each",
            ylabel="loss, nats",
            alt=f"{RUNS} runs side by side learn the temporal order task: {finding}.",
            log=True,
            xlim=(0, STEPS),
        )


def _points(history: Floats, count: int) -> Floats:
    """Means over `count` entries each: (RUNS, entries) to (RUNS, points); NaN after a failure."""
    runs, entries = history.shape
    points = entries // count
    means = history[:, : points * count].reshape(runs, points, count).mean(axis=2)
    return np.where(np.isfinite(means), means, np.float32(np.nan))


def _curves(so_far: Fit) -> dict[str, Any]:
    history = so_far.history
    loss = _points(history.loss, POINT)
    accuracy = _points(history.measures["accuracy"], POINT // EVERY)
    curves = {"loss": loss, "accuracy": accuracy[:, : loss.shape[1]]}
    return {name: curve.astype("<f4").tobytes() for name, curve in curves.items()}
