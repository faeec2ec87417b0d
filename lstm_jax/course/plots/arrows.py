"""An arrow that matrices turn and stretch, again and again."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np

from lstm_jax.arrays import ArrayLike
from lstm_jax.course.plots.figures import COLOURS, STYLE, Picture


def arrows(paths: Mapping[str, ArrayLike], *, title: str, alt: str) -> Picture:
    """An arrow after every step, for several ways of moving it, side by side on equal axes.

    The first arrow is black and the last one blue; between them the colour changes step by step.

    Args:
        paths: for each name the arrow before the first step and after each (N+1, 2).
        title: the message.
        alt: the finding in a sentence.
    """
    ways = {name: np.asarray(path, np.float64) for name, path in paths.items()}
    reach = 1.1 * max(float(np.abs(way).max()) for way in ways.values())
    ramp = mpl.colors.LinearSegmentedColormap.from_list("steps", [COLOURS[0], COLOURS[6]])
    with mpl.rc_context(STYLE):
        figure = mpl.figure.Figure(figsize=(4.0 * len(ways), 4.8))
        axes = np.atleast_1d(figure.subplots(1, len(ways)))
        axes[0].set_title(title, pad=16)  # wider than its axes
        for each, (name, way) in zip(axes, ways.items(), strict=True):
            each.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
            each.set_xlabel(name)
            each.set(xticks=[0], yticks=[0], xticklabels=[], yticklabels=[])
            each.grid()
            for n in range(len(way) - 1, -1, -1):
                colour = ramp(n / max(1, len(way) - 1))
                each.annotate(
                    "",
                    way[n],
                    (0, 0),
                    arrowprops={
                        "arrowstyle": "-|>",
                        "lw": 3,
                        "color": colour,
                        "shrinkA": 0,
                        "shrinkB": 0,
                        "mutation_scale": 18,
                    },
                )
    return Picture(figure, alt)
