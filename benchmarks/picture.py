"""What `bench.py` has measured, as a picture."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from report import WAYS, label, speedups

from lstm_jax.course.plots import COLOURS

RIVALS = ("peer", "torch", "cudnn", "product")


def figure(found: Mapping[str, Any]) -> Figure:
    """How many times as fast as the others, as bars from 1: up is faster, down is slower."""
    races = found["races"]
    with mpl.rc_context({"font.size": 16, "axes.spines.top": False, "axes.spines.right": False}):
        picture = Figure(figsize=(14, 9), layout="constrained")
        for axes, way in zip(picture.subplots(2, sharex=True), WAYS, strict=True):
            columns = speedups(races, way)
            shown = [pair for pair in columns if pair[1] in RIVALS]
            width = 0.8 / max(1, len(shown))
            for index, (own, other) in enumerate(shown):
                axes.bar(
                    np.arange(len(races)) + width * (index - (len(shown) - 1) / 2),
                    np.subtract(columns[own, other], 1),
                    width,
                    bottom=1,
                    label=f"{label(own)} beside {label(other)}",
                    color=COLOURS[1 + RIVALS.index(other)],
                    hatch="//" if own == "cores" else None,
                    edgecolor="white",
                )
            axes.axhline(1, color="black", linewidth=1)
            axes.set_yscale("log", base=2)
            axes.yaxis.set_major_formatter("{x:g}")
            axes.set_ylabel(f"{way}: times as fast")
        axes.set_xticks(range(len(races)), [str(race["shape"]) for race in races])
        axes.set_xlabel("T, B, D, H")
        handles, labels = axes.get_legend_handles_labels()
        picture.legend(handles, labels, loc="outside upper left", ncols=3, frameon=False)
    return picture
