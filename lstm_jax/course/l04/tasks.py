"""The second task of the explorer in lesson 04, and whether it is found."""

from typing import Any

from lstm_jax.course.explorers.gate import GateExplorer

AT_MOST, ABOVE = 15, 5  # steps at which the gate is above one half; where the memory ends


def outcome(explorer: GateExplorer) -> tuple[float, int]:
    """The cell state at the end, and the number of steps at which the gate is above one half."""
    record = explorer.trace()
    return float(record.c[-1, 0]), int((record.i > 0.5).sum())


def after_the_noise(**controls: Any) -> tuple[float, int]:
    """The same where the explorer reads the noise.

    Args:
        controls: those of the explorer, `w`, `u` and `bias`.
    """
    return outcome(GateExplorer(gate="i", sequence="noise", **controls))


def answer(explorer: GateExplorer) -> str:
    """What the explorer shows, and whether the second task is found."""
    if explorer.sequence != "noise":
        return "Choose the input *noise* for both tasks."
    end, wide = outcome(explorer)
    found = wide <= AT_MOST and end > ABOVE
    wants = f"Task 2 wants at most {AT_MOST} steps, and an end above {ABOVE}."
    return (
        f"Your explorer: w = {explorer.w:g}, u = {explorer.u:g}, bias {explorer.bias:g}. The "
        f"memory ends at {end:.2f}. The gate is above one half at {wide} of {explorer.steps} "
        f"steps. {'Task 2: found.' if found else wants}"
    )
