"""An RNN unrolled in time, drawn with its numbers."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lstm_jax.arrays import ArrayLike
from lstm_jax.course.plots.figures import SIGNED_MAP, STYLE, Picture, frame


def unrolled(xs: ArrayLike, hs: ArrayLike, *, title: str, alt: str) -> Picture:
    """An RNN drawn once for each step: inputs below, states above, the number in every box.

    Args:
        xs: the inputs of a few steps (T, D).
        hs: the states (T+1, H), row 0 the initial one, as `trace` gives for one sequence.
        title: the message.
        alt: the finding in a sentence.
    """
    inputs, states = np.asarray(xs), np.asarray(hs)
    pitch, below = 2.2, -1.7 - np.arange(inputs.shape[1])  # one step to the next; rows of inputs
    arrow = {"arrowstyle": "-|>", "lw": 3, "color": "black", "shrinkA": 0, "shrinkB": 2}
    with mpl.rc_context(STYLE):
        width, height = pitch * len(states) - 0.8, len(states[0]) + inputs.shape[1] + 2.1
        figure, axes = frame(title, "", "", width=1.1 * width, height=0.8 * height)
        axes.set(xlim=(-0.7, width - 0.7), ylim=(below[-1] - 1.0, len(states[0]) + 0.6))
        axes.axis("off")
        for t, state in enumerate(states):
            x, middle = pitch * t, (len(state) - 1) / 2
            axes.text(x, len(state) - 0.1, f"$h_{{{t}}}$", ha="center", va="center")
            for unit, value in enumerate(state):
                _box(axes, x, len(state) - 1 - unit, value)
            if t == 0:
                continue
            for row, value in zip(below, inputs[t - 1], strict=True):
                _box(axes, x, row, value)
            axes.text(x, below[-1] - 0.7, f"$x_{{{t}}}$", ha="center", va="center")
            axes.annotate("", (x - 0.6, middle), (x - pitch + 0.6, middle), arrowprops=arrow)
            axes.text(x - pitch / 2, middle + 0.25, "$W_h$", ha="center", va="center")
            axes.annotate("", (x, -0.42), (x, below[0] + 0.4), arrowprops=arrow)
            axes.text(x + 0.12, -0.85, "$W_x$", ha="left", va="center")
    return Picture(figure, alt)


def _box(axes: Axes, x: float, y: float, value: float) -> None:
    """A number in a box, coloured by the signed map; what lies beyond ±1 takes its last colour."""
    colour = mpl.colormaps[SIGNED_MAP](0.5 + 0.5 * float(value))
    axes.add_patch(Rectangle((x - 0.6, y - 0.4), 1.2, 0.8, fc=colour, ec="black", lw=1.5))
    ink = "white" if abs(value) > 0.7 else "black"
    axes.text(x, y, f"{value:.2f}", color=ink, ha="center", va="center")
