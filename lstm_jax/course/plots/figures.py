"""Pictures of arrays, drawn to be read from the last row.

Everything drawn follows four rules. Lines take the Okabe-Ito colours, which colour-blind readers
can tell apart. Gates, which live in [0, 1], are shown on one blue map where ink means open. Signed
values are shown on one map from blue to red with white at 0. A title says the message.

Each function returns a `Picture`, which Jupyter shows by itself; its alternative text states the
finding for those who do not see it.
"""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lstm_jax.arrays import ArrayLike

# Okabe and Ito, "Color universal design", 2008; black first, as the strongest.
COLOURS = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GATE_MAP = "Blues"
SIGNED_MAP = "coolwarm"

STYLE: Any = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.size": 18,
    "axes.titlesize": 20,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "legend.frameon": False,
    "lines.linewidth": 3.5,
    "image.interpolation": "nearest",
    "image.aspect": "auto",
}


class Picture:
    """A figure and the sentence that says what it shows.

    figure: the matplotlib `Figure`, to change or to save.
    alt: the alternative text, read out by screen readers.
    """

    def __init__(self, figure: Figure, alt: str) -> None:  # noqa: D107
        self.figure, self.alt = figure, alt

    def __repr__(self) -> str:
        """The alternative text, for front ends that show no pictures."""
        return f"Picture: {self.alt}"

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        # Jupyter's own image output has no place for alternative text; HTML has one.
        data = base64.b64encode(self.png()).decode("ascii")
        image = f'<img src="data:image/png;base64,{data}" alt="{html.escape(self.alt)}" />'
        return {"text/html": image, "image/png": data, "text/plain": repr(self)}


def curves(
    x: ArrayLike,
    ys: Mapping[str, ArrayLike],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str,
    log: bool = False,
    log_x: bool = False,
    dashed: Sequence[str] = (),
    thin: Sequence[str] = (),
    ylim: tuple[float, float] | None = None,
) -> Picture:
    """Several curves over one axis.

    Args:
        x: positions (N,), numbers or words.
        ys: for each name a curve (N,); it may hold NaN where there is nothing to draw.
        title: the message.
        xlabel: what x is, with its unit.
        ylabel: what the curves are, with their unit.
        alt: the finding in a sentence.
        log: whether the vertical axis is logarithmic; zeros are left out there.
        log_x: whether the horizontal axis is: powers of 2.
        dashed: the names of curves to be drawn dashed, such as bounds and baselines.
        thin: the names of curves to be drawn thin, such as ragged data behind a smooth curve.
        ylim: the lower and upper end of the vertical axis.
    """
    places = np.asarray(x)
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, xlabel, ylabel)
        for (name, y), colour in zip(ys.items(), _colours(len(ys)), strict=True):
            values = np.asarray(y, np.float64)
            if log:
                values = np.where(values > 0, values, np.nan)
            axes.plot(
                places,
                values,
                label=name,
                color=colour,
                ls="--" if name in dashed else "-",
                lw=1.2 if name in thin else None,
            )
        _finish(axes, log)
        if log_x:
            axes.set_xscale("log", base=2)
            axes.xaxis.set_major_formatter("{x:.0f}")
        elif places.dtype.kind in "iuf" and not np.any(places % 1):  # there is no half a step
            axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
        if ylim:
            axes.set_ylim(ylim)
    return Picture(figure, alt)


def bands(
    x: ArrayLike,
    runs: Mapping[str, ArrayLike],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str,
    log: bool = False,
    xlim: tuple[float, float] | None = None,
) -> Picture:
    """Many runs of several kinds: for each kind the median, and a band with the middle half.

    Args:
        x: positions (N,).
        runs: for each name S runs (S, N); NaN, as after a run has failed, is left out.
        title: the message.
        xlabel: what x is, with its unit.
        ylabel: what the runs measure, with its unit.
        alt: the finding in a sentence.
        log: whether the vertical axis is logarithmic.
        xlim: the left and right end of the horizontal axis.
    """
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, xlabel, ylabel)
        for (name, values), colour in zip(runs.items(), _colours(len(runs)), strict=True):
            known = np.where(np.isfinite(values), np.asarray(values, np.float64), np.nan)
            drawn = ~np.isnan(known).all(axis=0)
            quarters = np.empty((3, 0))
            if drawn.any():
                quarters = np.nanquantile(known[:, drawn], (0.25, 0.5, 0.75), axis=0)
            at = np.asarray(x)[drawn]
            axes.fill_between(at, quarters[0], quarters[2], color=colour, alpha=0.25, lw=0)
            axes.plot(at, quarters[1], label=name, color=colour)
        _finish(axes, log)
        if xlim:
            axes.set_xlim(xlim)
    return Picture(figure, alt)


def bars(
    values: Mapping[str, float], *, title: str, xlabel: str, alt: str, log: bool = False
) -> Picture:
    """One bar a name, with its number at its end.

    Args:
        values: the length of each bar.
        title: the message.
        xlabel: what the bars measure, with its unit.
        alt: the finding in a sentence.
        log: whether the axis is logarithmic.
    """
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, xlabel, "", height=1.2 + 0.7 * len(values))
        drawn = axes.barh(list(values), list(values.values()), color=_colours(len(values)))
        axes.bar_label(drawn, fmt=lambda v: f"{v:,.0f}" if v >= 100 else f"{v:.3g}", padding=8)
        axes.invert_yaxis()
        if log:
            axes.set_xscale("log")
        axes.margins(x=0.15)
    return Picture(figure, alt)


def gate_map(gate: ArrayLike, *, title: str, alt: str) -> Picture:
    """A gate over time, (T, H) values in [0, 1]: a row a unit, ink where it is open."""
    return _units_over_time(gate, title, alt, "gate: 0 shut, 1 open", GATE_MAP, (0.0, 1.0))


def signed_map(values: ArrayLike, *, title: str, alt: str, label: str) -> Picture:
    """Signed values over time, (T, H): a row a unit, white at 0, blue below and red above."""
    size = float(np.abs(np.asarray(values)).max()) or 1.0
    return _units_over_time(values, title, alt, label, SIGNED_MAP, (-size, size))


def coloured_text(
    text: str,
    values: ArrayLike,
    *,
    title: str,
    alt: str,
    label: str,
    width: int = 64,
    gate: bool = False,
) -> Picture:
    """A text, each character on the colour of its value (T,): white at 0, blue below, red above.

    It is broken at its line ends and after `width` characters. The values of a gate lie in [0, 1]:
    ink where it is open.

    Raises:
        ValueError: there are no characters, or not one value for each.
    """
    numbers = np.asarray(values)
    if not text or numbers.shape != (len(text),):
        raise ValueError(
            f"coloured_text: text should have characters and values one number for each, got "
            f"{len(text)} characters and values {numbers.shape}"
        )
    size = float(np.abs(numbers).max()) or 1.0
    cmap, limits = (GATE_MAP, (0.0, 1.0)) if gate else (SIGNED_MAP, (-size, size))
    places, row, column = [], 0, 0
    for symbol in text:
        if column == width:
            row, column = row + 1, 0
        places.append((row, column))
        row, column = (row + 1, 0) if symbol == "\n" else (row, column + 1)
    grid = np.full((places[-1][0] + 1, width), np.nan)
    grid[tuple(np.transpose(places))] = numbers
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, "", "", width=13.0, height=1.2 + 0.32 * len(grid))
        image = axes.imshow(grid, cmap=cmap, vmin=limits[0], vmax=limits[1])
        axes.axis("off")
        for symbol, (row, column) in zip(text, places, strict=True):
            dark = abs(grid[row, column]) > (0.55 if gate else 0.7 * size)
            ink = "white" if dark else "black"
            shown = "⏎" if symbol == "\n" else symbol
            axes.text(column, row, shown, color=ink, ha="center", va="center", family="monospace")
        figure.colorbar(image, label=label)
    return Picture(figure, alt)


def influence_map(norms: ArrayLike, *, title: str, alt: str, floor: float = 1e-8) -> Picture:
    """Which inputs each output still feels: norms (T, T) as `influence` gives for one sequence.

    The colours are logarithmic, from `floor` up; what is smaller, and the future, stays white.
    """
    values = np.asarray(norms, np.float64)
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, "input at step s", "output at step t", width=8.5, height=6.5)
        top = max(float(values.max(initial=0.0, where=np.isfinite(values))), 10 * floor)
        image = axes.imshow(
            np.where(values >= floor, values, np.nan),
            norm=LogNorm(floor, top),
            cmap=GATE_MAP,
        )
        figure.colorbar(image, label="‖∂h$_t$/∂x$_s$‖, no unit")
    return Picture(figure, alt)


def attention_map(
    weights: ArrayLike, target: Sequence[str], source: Sequence[str], *, title: str, alt: str
) -> Picture:
    """Where a decoder looked: weights (T, S), a row for each symbol written; ink means much."""
    names = [[name.replace(" ", "\N{OPEN BOX}") for name in each] for each in (source, target)]
    with mpl.rc_context(STYLE):
        height = 1.5 + 0.32 * len(target)
        figure, axes = frame(title, "symbols read", "symbols written", height=height)
        image = axes.imshow(np.asarray(weights), cmap=GATE_MAP, vmin=0, vmax=1)
        long = any(len(name) > 1 for name in names[0])
        axes.set_xticks(range(len(source)), names[0], rotation=90 if long else 0)
        axes.set_yticks(range(len(target)), names[1])
        figure.colorbar(image, label="weight: 0 not looked at, 1 alone")
    return Picture(figure, alt)


def _units_over_time(
    values: ArrayLike, title: str, alt: str, label: str, cmap: str, limits: tuple[float, float]
) -> Picture:
    rows = np.asarray(values).T  # (H, T)
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, "time step", "unit", height=2.5 + 0.12 * len(rows))
        image = axes.imshow(rows, cmap=cmap, vmin=limits[0], vmax=limits[1])
        figure.colorbar(image, label=label)
    return Picture(figure, alt)


def frame(
    title: str, xlabel: str, ylabel: str, *, width: float = 11.0, height: float = 5.0
) -> tuple[Figure, Axes]:
    """A figure with a title and labelled axes, nothing drawn on it."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return figure, axes


def _finish(axes: Axes, log: bool) -> None:
    """Grid and scale for the lines that have been drawn; a legend where there are several."""
    axes.grid(axis="y")
    if log:
        axes.set_yscale("log")
    _, names = axes.get_legend_handles_labels()
    if len(names) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _colours(count: int) -> list[str]:
    return [COLOURS[index % len(COLOURS)] for index in range(count)]
