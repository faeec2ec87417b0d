"""A picture that grows while `fit` trains."""

from __future__ import annotations

import time

import numpy as np
from IPython.display import DisplayHandle, display

from lstm_jax.arrays import check_size
from lstm_jax.course import plots
from lstm_jax.training import Fit

_POINTS = 200  # of a curve: more cannot be told apart on a projector
_SECONDS = 0.5  # between two pictures, at least
_SHARE = 5  # training runs this many times as long as drawing does, at least


class LiveLoss:
    """The loss over the steps, as a band over many runs: `fit(..., watch=LiveLoss(steps))`.

    One picture in the cell's output is drawn anew, at most twice a second and after the last step.

    steps: how many steps are to come, the width of the picture.
    log: whether the loss is drawn on a logarithmic axis; it must be above 0 then.
    """

    def __init__(self, steps: int, *, log: bool = False) -> None:  # noqa: D107
        self.steps, self.log = check_size("LiveLoss", "steps", steps), log
        self._handle: DisplayHandle | None = None
        self._due = -np.inf  # the time of the next picture

    def __call__(self, so_far: Fit) -> None:
        """Draw, unless the last picture is fresh."""
        done = so_far.history.loss.shape[-1]
        began = time.monotonic()
        if began < self._due and done < self.steps:
            return
        picture = self.picture(so_far)
        if self._handle is None:
            self._handle = display(picture, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(picture)  # type: ignore[no-untyped-call]
        now = time.monotonic()
        self._due = now + max(_SECONDS, _SHARE * (now - began))

    def picture(self, so_far: Fit) -> plots.Picture:
        """The loss so far, each point the mean over a few steps."""
        loss = np.atleast_2d(so_far.history.loss)  # (S, done)
        runs, done = loss.shape
        width = -(-self.steps // _POINTS)
        points = done // width
        means = loss[:, : points * width].reshape(runs, points, width).mean(axis=2)
        newest = means[:, -1:][np.isfinite(means[:, -1:])]
        finding = f"the loss is {np.median(newest):.3g}" if newest.size else "there is no loss"
        who = f"median and middle half of {runs} runs" if runs > 1 else "one run"
        return plots.bands(
            (np.arange(points) + 0.5) * width,
            {"loss": means},
            title=f"Step {done} of {self.steps}: {who}",
            xlabel="training step",
            ylabel="loss of the batch",
            alt=f"After {done} of {self.steps} steps {finding} ({who}).",
            log=self.log,
            xlim=(0, self.steps),
        )
