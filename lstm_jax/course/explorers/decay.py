"""A memory of one number over the sunspots: how fast it fades, and how far back it reaches."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.course import plots
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.explorers.controls import Slider
from lstm_jax.course.explorers.explorer import Explorer

MONTHS = 480  # forty years, from January 1749
START = 352  # May 1778: a maximum of the sun, with more than ten years before it
KEPT = {"1 keeps nothing": 0.0, "2 keeps half": 0.5, "3 keeps 90 %": 0.9, "4 keeps 99 %": 0.99}


class Memory(NamedTuple):
    """What the memory on the screen does.

    Attributes:
        h: the state after each month, (T,).
        weights: the derivative of the state at the cursor by each month's number, (T,).
    """

    h: Array
    weights: Array


class DecayExplorer(Explorer):
    """The memory h_t = λ h_{t-1} + (1 - λ) x_t, which reads the sunspot number month by month.

    Args:
        values: controls that start elsewhere, such as `decay=0.5`.

    Attributes:
        t: the month that the memory has just read, 0 for January 1749.
        decay: λ, how much of the old state is kept.

    Raises:
        ValueError: an unknown control, or a value that a control cannot take.
    """

    t = Slider("month t", 0, MONTHS - 1, default=START, step=1)
    decay = Slider("decay λ", 0.0, 1.0, default=0.9, step=0.01)

    def __init__(self, **values: Any) -> None:
        """As above."""
        year, number = sunspots()
        presets = {**KEPT, "5 keeps all": 1.0}
        super().__init__(
            view="decay",
            presets={name: {"decay": decay, "t": START} for name, decay in presets.items()},
            data={
                "month": 12 * math.floor(year[0]),
                "series": np.ascontiguousarray(number[:MONTHS]).astype("<f4").tobytes(),
            },
            **values,
        )

    @property
    def xs(self) -> Array:
        """The sunspot numbers (T,)."""
        return jnp.asarray(sunspots().number[:MONTHS])

    @property
    def half(self) -> float:
        """In how many months, the newest among them, half of the weight lies.

        Where the decay is 1, no month has any weight, and it is infinite.
        """
        if self.decay in (0.0, 1.0):
            return 1 if self.decay == 0.0 else math.inf
        return math.ceil(math.log(0.5) / math.log(self.decay))

    def trace(self) -> Memory:
        """All states, and what each month weighs in the state at the cursor, computed by JAX."""
        return _walk(jnp.float32(self.decay), self.xs, self.t)

    def still(self) -> plots.Picture:
        """The sunspot number and the memory of it; below them, the weight of each month."""
        year, xs = (each[:MONTHS] for each in sunspots())
        hs = _states(self.decay, xs)
        picture = plots.curves(
            year,
            {f"memory h, decay {self.decay:.2f}": hs, "sunspot number": xs},
            title=f"A memory that keeps {self.decay:.0%} each month",
            xlabel="year",
            ylabel="sunspot number",
            thin=["sunspot number"],
            alt=f"The monthly sunspot number over forty years has its highest month at "
            f"{xs.max():.0f}; a memory with decay {self.decay:.2f} has its highest at "
            f"{hs.max():.0f}. Below, the weight of each month in the memory of {year[self.t]:.0f}: "
            f"{1 - self.decay:.2g} for the newest, and times {self.decay:.2f} for each month back.",
        )
        self._add_weights(picture, year[: self.t + 1])
        return picture

    def _add_weights(self, picture: plots.Picture, year: Any) -> None:
        """Draw a second panel below that of `picture`: the weights of the months up to t."""
        (above,) = picture.figure.axes
        rows = picture.figure.add_gridspec(2, 1)
        above.set_subplotspec(rows[0])
        picture.figure.set_figheight(8)
        below = picture.figure.add_subplot(rows[1], sharex=above)
        weights = (1 - self.decay) * self.decay ** np.arange(len(year))[::-1]
        drawn = np.where(weights > 0, weights, np.nan)
        below.plot(year, drawn, color=plots.COLOURS[2], lw=3.5, marker="o", ms=10, markevery=[-1])
        below.set(yscale="log", ylim=(1e-8, 2))
        size = above.xaxis.label.get_fontsize()
        for axis, label in ((below.xaxis, "year"), (below.yaxis, "weight in h (log)")):
            axis.set_label_text(label, size=size)
            axis.set_tick_params(labelsize=size)
        above.xaxis.set_label_text("")
        below.spines[["top", "right"]].set_visible(False)


@jax.jit
def _walk(decay: Array, xs: Array, t: Array) -> Memory:
    def advance(h: Array, x: Array) -> tuple[Array, Array]:
        h = decay * h + (1 - decay) * x
        return h, h

    def state(xs: Array) -> tuple[Array, Array]:
        _, hs = jax.lax.scan(advance, jnp.float32(0), xs)
        return hs[t], hs

    weights, hs = jax.grad(state, has_aux=True)(xs)
    return Memory(hs, weights)


def _states(decay: float, xs: Any) -> Any:
    """The states without JAX: a picture does not wait for a compiler."""
    hs = np.zeros(len(xs))
    h = 0.0
    for t, x in enumerate(xs):
        hs[t] = h = decay * h + (1 - decay) * x
    return hs
