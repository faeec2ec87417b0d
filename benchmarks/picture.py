"""What `bench.py` has measured, as a picture."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from report import WAYS, speedups

from lstm_jax.plots import COLOURS


def figure(found: Mapping[str, Any]) -> Figure:
    """How many times as fast, as bars: up from 1 where ours is faster, down where it is slower."""
    races = found["races"]
    with mpl.rc_context({"font.size": 14, "axes.spines.top": False, "axes.spines.right": False}):
        picture = Figure(figsize=(13, 9), layout="constrained")
        for axes, way in zip(picture.subplots(2), WAYS, strict=True):
            columns = speedups(races, way)
            width = 0.8 / max(1, len(columns))
            middles = np.arange(len(races)) - width * (len(columns) - 1) / 2
            for index, (name, column) in enumerate(columns.items()):
                colour = COLOURS[index % len(COLOURS)]
                heights, x = np.subtract(column, 1), middles + width * index
                axes.bar(x, heights, width, bottom=1, label=name, color=colour)
            axes.axhline(1, color="black", linewidth=1)
            axes.set_yscale("log", base=2)
            axes.yaxis.set_major_formatter("{x:g}")
            axes.set_xticks(range(len(races)), [str(race["shape"]) for race in races])
            axes.set_ylabel(f"{way}: times as fast")
        axes.set_xlabel("T, B, D, H")
        picture.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return picture
