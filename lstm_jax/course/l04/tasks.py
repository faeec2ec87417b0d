"""The second task of the explorer in lesson 04, and whether it is found."""

from typing import Any

from lstm_jax.course.explorers.gate import GateExplorer


def end_of_the_memory(**controls: Any) -> float:
    """The cell state after the noise.

    Args:
        controls: those of the explorer, `w`, `u` and `bias`.
    """
    explorer = GateExplorer(gate="i", sequence="noise", **controls)
    return float(explorer.trace().c[-1, 0])


def answer(explorer: GateExplorer) -> str:
    """What the explorer shows at its last step, and whether its memory ends low enough."""
    if explorer.sequence != "noise":
        return "Choose the input *noise* for both tasks."
    end = float(explorer.trace().c[-1, 0])
    found = "Task 2: found." if end < -5 else "Task 2 wants it below −5."
    return (
        f"Your explorer: w = {explorer.w:g}, u = {explorer.u:g}, bias {explorer.bias:g}. The "
        f"memory ends at {end:.2f}. {found}"
    )
