"""A gate held by controls: clamp_gate, clamp_value, clamp_from, clamp_to, clamp_unit, and unit.

Two explorers have them, over different numbers of steps and units. js/clamps.js is the other side.
"""

from typing import Any

from lstm_jax.traces import Clamp

FREE = "none"


def touched_units(explorer: Any) -> slice | list[int]:
    """The units that are held: all, or the one that is shown."""
    return slice(None) if explorer.clamp_unit == "all" else [explorer.unit]


def held_by(explorer: Any) -> list[Clamp]:
    """The gate that the controls hold, or []; for controls without a problem."""
    if explorer.clamp_gate == FREE:
        return []
    steps = slice(explorer.clamp_from, explorer.clamp_to)
    units = touched_units(explorer)
    return [Clamp(explorer.clamp_gate, explorer.clamp_value, steps=steps, units=units)]


def clamp_problem(explorer: Any) -> str:
    """Why the gate cannot be held so, in the words of the page, or ""."""
    gate, value = explorer.clamp_gate, explorer.clamp_value
    first, end = explorer.clamp_from, explorer.clamp_to
    if gate == FREE:
        return ""
    if first >= end:
        return (
            f"there is no step from {first} until {end}, so nothing can be held; "
            "move clamp_from below clamp_to"
        )
    if gate != "g" and value < 0:
        return (
            f"gate {gate} lives in 0 to 1 and cannot be held at {value:g}; "
            "move clamp_value up to 0 at least"
        )
    return ""
