"""The two tasks of the explorer in lesson 03: what to find, and whether it is found."""

from typing import Any

import numpy as np

from lstm_jax.arrays import ArrayLike
from lstm_jax.course.explorers.gate import GateExplorer

PULSE = 5  # the step at which the input "pulse" is 1


def left_of_the_pulse(**controls: Any) -> np.ndarray:
    """The share of the pulse that is left in c 0, 1, 2, … steps after it.

    Args:
        controls: those of the explorer, `w`, `u` and `bias`.
    """
    c = np.asarray(GateExplorer(gate="f", sequence="pulse", **controls).trace().c)[1:, 0]
    return np.asarray(c[PULSE:] / c[PULSE])


def answer(explorer: GateExplorer, f: ArrayLike) -> str:
    """What the explorer shows of the task that belongs to its input.

    Args:
        explorer: a `GateExplorer` of the forget gate.
        f: its forget gate at each step (T,).
    """
    gate = np.asarray(f, np.float64)
    if explorer.clamp != "free":
        return f"The gate is held at {explorer.clamp}. Set it free to work on a task."
    if explorer.sequence == "pulse":
        share = gate[PULSE + 1 : PULSE + 11].prod()
        found = 0.45 <= share <= 0.55
        more = "larger" if share < 0.45 else "smaller"
        return f"Task 1. Ten steps after the pulse {share:.2f} of it is left. " + (
            "This is about one half: found." if found else f"Try a {more} bias."
        )
    if explorer.sequence == "write and erase":
        erase = np.asarray(explorer.xs)[:, 0] < 0
        at, elsewhere = gate[erase].max(), gate[~erase].min()
        found = at < 0.2 and elsewhere > 0.99
        return (
            f"Task 2. At the -1 the gate is {at:.2f}, at all other steps at least "
            f"{elsewhere:.3f}. " + ("Found." if found else "Wanted: below 0.20, and above 0.99.")
        )
    return "Choose the input *pulse* for task 1, or *write and erase* for task 2."


def solved() -> str:
    """One way to do each task, and what it gives, in two lines."""
    ways = {
        "bias 2.6": GateExplorer(gate="f", sequence="pulse", bias=2.6),
        "w = 7 and bias 5": GateExplorer(gate="f", sequence="write and erase", w=7, bias=5),
    }
    lines = []
    for way, explorer in ways.items():
        told = answer(explorer, explorer.trace().f[:, 0])
        lines.append(told.replace(".", f", with {way}:", 1))
    return "\n".join(lines)
