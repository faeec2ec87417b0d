"""How far training has got: all that one block of steps hands to the next, as arrays."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import numpy.typing as npt

from lstm_jax.training.blocks import Record, Run
from lstm_jax.training.outcome import Fit, History


class Progress(NamedTuple):
    """The runs as they are, and their history, with room for the steps to come."""

    runs: Run
    history: History
    diverged: npt.NDArray[np.int32]  # () or (S,): the step at which a run failed, -1 for none
    done: np.int64  # steps made

    @property
    def all_diverged(self) -> bool:
        """Whether there is no run left to train."""
        return bool((self.diverged >= 0).all())

    def after(self, runs: Run, records: Record, steps: int, every: int) -> "Progress":
        """The progress after a block of `steps` more.

        The records are written into the free entries of the history.
        """
        records = jax.tree.map(_steps_last, records)
        done = int(self.done)
        self.history.loss[..., done : done + steps] = records.loss[..., :steps]
        self.history.gradient_norm[..., done : done + steps] = records.gradient_norm[..., :steps]
        first = -done % every  # the first step of this block that was measured
        for name, kept in self.history.measures.items():
            new = records.measures[name][..., first:steps:every]
            entry = (done + first) // every
            kept[..., entry : entry + new.shape[-1]] = new

        failed = ~records.alive[..., :steps]
        newly = failed.any(axis=-1) & (self.diverged < 0)
        diverged = np.where(newly, done + failed.argmax(axis=-1), self.diverged).astype(np.int32)
        after = self._replace(runs=runs, diverged=diverged)
        made = diverged.max() if after.all_diverged else done + steps
        return after._replace(done=np.int64(made))

    def outcome(self, every: int) -> Fit:
        """What `fit` would return if training ended here."""
        # The step that failed is in the history too, though it was not made.
        entries = int(self.done) + self.all_diverged
        measured = -(-entries // every)
        history = History(
            self.history.loss[..., :entries],
            self.history.gradient_norm[..., :entries],
            {name: kept[..., :measured] for name, kept in self.history.measures.items()},
        )
        return Fit(self.runs.params, self.runs.opt_state, history, self.diverged)

    def newest_loss(self) -> str:
        """The loss of the last step, of many runs the median."""
        newest = self.history.loss[..., int(self.done) - 1]
        if newest.ndim == 0:
            return f"loss {newest:.4g}"
        alive = newest[self.diverged < 0]
        return f"median loss {np.median(alive):.4g}" if alive.size else "all diverged"


def start(runs: Run, measures: Sequence[str], steps: int, every: int) -> Progress:
    """Before the first step."""
    shape = runs.alive.shape

    def room(entries: int) -> npt.NDArray[np.float32]:
        return np.full((*shape, entries), np.nan, np.float32)

    measured = {name: room(-(-steps // every)) for name in measures}
    history = History(room(steps), room(steps), measured)
    return Progress(runs, history, np.full(shape, -1, np.int32), np.int64(0))


def _steps_last(record: Any) -> Any:
    # From the scan it comes as (block,) or (block, S); in the history the runs come first.
    return np.moveaxis(np.asarray(record), 0, -1)
