"""An RNN unrolled in time, drawn with its numbers, and the whole LSTM cell with one path lit."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, Rectangle

from lstm_jax.arrays import ArrayLike
from lstm_jax.course.plots.figures import COLOURS, SIGNED_MAP, STYLE, Picture, frame

Point = tuple[float, float]

# One colour for each symbol of the cell, the same in all diagrams.
BLACK, VERMILLION, BLUE, GREEN, PURPLE, ORANGE, SKY = COLOURS
SYMBOL_COLOURS = {
    "c": BLACK, "h": VERMILLION, "f": BLUE, "x": GREEN, "o": PURPLE, "g": ORANGE, "i": SKY,
}  # fmt: skip
DIM, DIM_TEXT, BUS = "#C8C8C8", "#6B6B6B", "#595959"  # what is not lit; what all gates read


def unrolled(
    xs: ArrayLike,
    hs: ArrayLike,
    *,
    title: str,
    alt: str,
    outputs: ArrayLike | None = None,
    slopes: ArrayLike | None = None,
) -> Picture:
    """An RNN drawn once for each step: inputs below, states above, the number in every box.

    Args:
        xs: the inputs of a few steps (T, D).
        hs: the states (T+1, H), row 0 the initial one, as `trace` gives for one sequence.
        title: the message.
        alt: the finding in a sentence.
        outputs: one number read out of the state after each step (T,), drawn above it.
        slopes: the slopes of the loss at the states after each step (T, H), drawn above them in
            place of outputs, with arrows that lead back; with one unit, each with its factor.
    """
    inputs, states = np.asarray(xs), np.asarray(hs)
    tops, back = None, slopes is not None
    if back:
        tops = np.asarray(slopes)
    elif outputs is not None:
        tops = np.asarray(outputs)[:, None]
    pitch, below = 2.2, -1.7 - np.arange(inputs.shape[1])  # one step to the next; rows of inputs
    high = len(states[0]) + 0.6  # where the states and their names end
    above = high + 0.7 + np.arange(0 if tops is None else tops.shape[1])[::-1]  # rows of boxes
    arrow = {"arrowstyle": "-|>", "lw": 3, "color": "black", "shrinkA": 0, "shrinkB": 2}
    backward = {**arrow, "color": VERMILLION}
    with mpl.rc_context(STYLE):
        width = pitch * len(states) - 0.8 + (1.3 if back else 0)
        top = high if tops is None else above[0] + 1.2
        figure, axes = frame(title, "", "", width=1.1 * width, height=0.8 * (top - below[-1] + 1.5))
        axes.set(xlim=(-0.7, width - 0.7), ylim=(below[-1] - 1.0, top))
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
            if tops is None:
                continue
            size = float(np.abs(tops).max()) or 1.0
            for row, value in zip(above, tops[t - 1], strict=True):
                _box(axes, x, row, value, size=size if back else 1.0)
            name = rf"$\partial L/\partial h_{{{t}}}$" if back else rf"$\hat{{y}}_{{{t}}}$"
            axes.text(x, above[0] + 0.8, name, ha="center", va="center")
            if not back:
                axes.annotate("", (x, above[-1] - 0.4), (x, high - 0.45), arrowprops=arrow)
                continue
            centre = (above[0] + above[-1]) / 2
            axes.annotate("", (x + 0.6, centre), (x + pitch - 0.6, centre), arrowprops=backward)
            if t == len(tops):
                axes.text(x + pitch - 0.5, centre, "$L$", ha="left", va="center")
            elif tops.shape[1] == 1 and tops[t, 0]:
                factor = f"·{tops[t - 1, 0] / tops[t, 0]:.2f}"
                axes.text(x + pitch / 2, centre + 0.25, factor, ha="center", color=VERMILLION)
    return Picture(figure, alt)


# The diagram, in the places of the CellExplorer's (explorers/js/diagram.js): x from left to right
# in pixels of a figure that is 1100 wide, y downwards.
LEFT, RIGHT = 20, 1080
AT = {"x": 165, "f": 255, "i": 435, "add": 533, "g": 631, "o": 812, "out": 972}
CELL, TANH, WRITTEN, SHOWN, GATES, HIDDEN, BELOW = 62, 118, 152, 176, 216, 336, 398
BOX_WIDTH, BOX_HEIGHT = 64, 48  # of a gate


class Wire(NamedTuple):
    """A line through points, the symbol whose colour it takes, and the paths it belongs to."""

    symbol: str
    paths: str
    points: Sequence[Point]


def _wires() -> tuple[Wire, ...]:
    f, i, add, g, o, out = (AT[name] for name in ("f", "i", "add", "g", "o", "out"))
    risers = [Wire("", gate, [(AT[gate], HIDDEN), (AT[gate], GATES)]) for gate in "figo"]
    stops = [AT[name] for name in ("x", "f", "i", "g", "o")]
    bus = [
        Wire("", "figo"[n:], [(stops[n], HIDDEN), (stops[n + 1], HIDDEN)])  # up to the last gate
        for n in range(4)
    ]
    return (
        *bus,
        *risers,
        Wire("h", "figo", [(LEFT, HIDDEN), (AT["x"], HIDDEN)]),
        Wire("x", "figo", [(AT["x"], BELOW), (AT["x"], HIDDEN)]),
        Wire("c", "cf", [(LEFT, CELL), (f, CELL)]),
        Wire("c", "cf", [(f, CELL), (add, CELL)]),
        Wire("c", "c", [(add, CELL), (RIGHT, CELL)]),
        Wire("c", "h", [(out, CELL), (out, SHOWN)]),
        Wire("h", "ho", [(out, SHOWN), (out, HIDDEN), (RIGHT, HIDDEN)]),
        Wire("f", "f", [(f, GATES), (f, CELL)]),
        Wire("i", "i", [(i, GATES), (i, WRITTEN), (add, WRITTEN)]),
        Wire("g", "g", [(g, GATES), (g, WRITTEN), (add, WRITTEN)]),
        Wire("c", "igc", [(add, WRITTEN), (add, CELL)]),
        Wire("o", "o", [(o, GATES), (o, SHOWN), (out, SHOWN)]),
    )


def cell_diagram(lit: str, *, title: str, alt: str) -> Picture:
    """The whole LSTM cell at one step, with some of its paths in colour and the rest in grey.

    On the left the old state, the old output and, from below, the new input come in; on the right
    the new state and the new output go out. The path of a gate goes from what it reads to what it
    multiplies, that of "c" along the cell state, that of "h" from the new state to the new output.

    Args:
        lit: the paths in colour: any letters of "figoch"; "" leaves all in grey.
        title: the message.
        alt: the finding in a sentence.

    Raises:
        ValueError: `lit` has a letter that is no path.
    """
    if unknown := sorted(set(lit) - set("figoch")):
        raise ValueError(
            f"cell_diagram: lit should be letters of 'figoch', got {lit!r} with "
            f"{', '.join(map(repr, unknown))}"
        )
    with mpl.rc_context(STYLE):
        figure, axes = frame(title, "", "", width=11.0, height=4.6)
        axes.set(xlim=(0, 1100), ylim=(412, 0))
        axes.axis("off")
        # What is lit is drawn last, over the grey.
        wires = _wires()
        for wire in sorted(wires, key=lambda wire: bool(set(wire.paths) & set(lit))):
            on = bool(set(wire.paths) & set(lit))
            axes.plot(
                *zip(*wire.points, strict=True),
                color=(SYMBOL_COLOURS.get(wire.symbol, BUS)) if on else DIM,
                lw=7 if on else 3,
                solid_joinstyle="round",
                zorder=2 if on else 1,
            )
        for row, symbol, paths in ((CELL, "c", "c"), (HIDDEN, "h", "ho")):
            on = bool(set(paths) & set(lit))
            axes.plot(
                [RIGHT + 6],
                [row],
                marker=">",
                markersize=18 if on else 14,
                color=SYMBOL_COLOURS[symbol] if on else DIM,
                clip_on=False,
                zorder=3,
            )
        _draw_nodes(axes, lit)
        ink = BUS if set("figo") & set(lit) else DIM
        axes.plot([AT["x"]], [HIDDEN], marker="o", markersize=13, color=ink, zorder=3)
        _draw_words(axes, lit)
    return Picture(figure, alt)


def _draw_nodes(axes: Axes, lit: str) -> None:
    """The products, the sum, tanh, and a box for each weighted sum that is squashed."""
    nodes = (
        ("⊙", "f", AT["f"], CELL),
        ("+", "igc", AT["add"], CELL),
        ("⊙", "ig", AT["add"], WRITTEN),
        ("tanh", "h", AT["out"], TANH),
        ("⊙", "oh", AT["out"], SHOWN),
    )
    for words, paths, x, y in nodes:
        ink, width = ("black", 3) if set(paths) & set(lit) else (DIM_TEXT, 1.5)
        shape = (76, 36) if words == "tanh" else (40, 40)
        axes.add_patch(Ellipse((x, y), *shape, fc="white", ec=ink, lw=width, zorder=4))
        size = 18 if words == "tanh" else 24
        text = {"+": "$+$", "⊙": r"$\odot$"}.get(words, words)
        axes.text(x, y, text, size=size, color=ink, ha="center", va="center", zorder=5)
    for gate in "figo":
        on = gate in lit
        ink, left = ("black" if on else DIM_TEXT), AT[gate] - BOX_WIDTH / 2
        edge = SYMBOL_COLOURS[gate] if on else DIM
        axes.add_patch(
            Rectangle(
                (left, GATES),
                BOX_WIDTH,
                BOX_HEIGHT,
                fc="white",
                ec=edge,
                lw=5 if on else 1.5,
                zorder=4,
            )
        )
        words = "tanh" if gate == "g" else r"$\sigma$"
        middle = GATES + BOX_HEIGHT / 2
        size = 18 if gate == "g" else 26
        axes.text(AT[gate], middle, words, size=size, color=ink, ha="center", va="center", zorder=5)


def _draw_words(axes: Axes, lit: str) -> None:
    """What comes in and goes out, and the name of each gate beside its box."""
    between = (AT["f"] + AT["add"]) / 2
    half = BOX_WIDTH / 2 + 10
    middle = GATES + BOX_HEIGHT / 2
    words = (
        ("old state $c_{t-1}$", "cf", LEFT, CELL - 38, "left"),
        ("new state $c_t$", "ch", RIGHT, CELL - 38, "right"),
        ("old output $h_{t-1}$", "figo", LEFT, HIDDEN - 30, "left"),
        ("new input $x_t$", "figo", AT["x"] + 16, BELOW - 18, "left"),
        ("new output $h_t$", "ho", RIGHT, HIDDEN + 26, "right"),
        (r"$f_t \odot c_{t-1}$", "cf", between, CELL - 38, "center"),
        (r"$i_t \odot g_t$", "igc", AT["add"] + 16, (CELL + WRITTEN) / 2, "left"),
        ("forget\ngate $f_t$", "f", AT["f"] - half, middle, "right"),
        ("input\ngate $i_t$", "i", AT["i"] - half, middle, "right"),
        ("candi-\ndate $g_t$", "g", AT["g"] + half, middle, "left"),
        ("output\ngate $o_t$", "o", AT["o"] + half, middle, "left"),
    )
    for text, paths, x, y, side in words:
        on = bool(set(paths) & set(lit))
        axes.text(
            x,
            y,
            text,
            color="black" if on else DIM_TEXT,
            weight="bold" if on else "normal",
            ha=side,
            va="center",
            zorder=6,
        )


def _box(axes: Axes, x: float, y: float, value: float, *, size: float = 1.0) -> None:
    """A number in a box, coloured by the signed map, whose ends are ±size."""
    share = float(value) / size
    colour = mpl.colormaps[SIGNED_MAP](0.5 + 0.5 * share)
    axes.add_patch(Rectangle((x - 0.6, y - 0.4), 1.2, 0.8, fc=colour, ec="black", lw=1.5))
    digits = f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"
    axes.text(
        x, y, digits, color="white" if abs(share) > 0.7 else "black", ha="center", va="center"
    )
