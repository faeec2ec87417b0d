"""One gate of an LSTM with a single unit: what opens it, and what that does to the memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from lstm_jax.cells import LSTMGates, LSTMParams
from lstm_jax.course import plots
from lstm_jax.course.explorers.controls import Choice, Slider
from lstm_jax.course.explorers.explorer import LAST
from lstm_jax.course.explorers.sequences import STEPS, SequenceExplorer, check_steps
from lstm_jax.traces import Clamp

# The sliders move one gate; these are the weight on the input, the weight on the previous output
# and the bias of all others, chosen to keep out of the way.
_OTHERS = {
    "i": (8.0, 0.0, -4.0),  # writes where the input is above 1/2
    "f": (0.0, 0.0, 5.0),  # keeps 99 % at each step
    "g": (2.0, 0.0, 0.0),  # the candidate follows the input
    "o": (0.0, 0.0, 4.0),  # shows 98 % of what is there
}
_NAMES = {"f": "forget", "i": "input", "o": "output"}
# Starting points; what a lesson asks to find is not among them.
_PRESETS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "f": {
        "fresh cell, bias 0": {"bias": 0.0, "t": 15},
        "bias 1": {"bias": 1.0, "t": 15},
        "bias 5 keeps": {"bias": 5.0, "t": 15},
        "write and erase": {"bias": 4.0, "sequence": "write and erase", "t": 25},
        "always 0": {"clamp": "0", "t": 15},
        "always 1": {"clamp": "1", "sequence": "count", "t": LAST},
    },
    "i": {
        "half open": {"sequence": "noise"},
        "closes when full": {"w": 6.0, "u": -8.0, "sequence": "count", "t": LAST},
        "always 0": {"clamp": "0", "sequence": "noise"},
        "always 1": {"clamp": "1", "sequence": "noise", "t": LAST},
    },
    "o": {
        "reads when asked": {"w": -8.0, "bias": -4.0, "sequence": "write and erase", "t": 25},
        "half open": {"sequence": "count", "t": LAST},
        "counts past 1": {"bias": 4.0, "sequence": "count", "t": LAST},
        "always 0 keeps silent": {"clamp": "0", "sequence": "count", "t": LAST},
    },
}


class GateExplorer(SequenceExplorer):
    """One gate over an input sequence: three sliders, the gate, the cell state and the output.

    The cell has one input and one unit. The gate is σ(w·x_t + u·h_{t-1} + bias); the weights of
    the other gates are fixed and stand in `params`.

    Args:
        gate: "f" (forget), "i" (input) or "o" (output).
        steps: T, how many steps it reads, from 60 to 150.
        values: controls that start elsewhere, such as `bias=1`.

    Attributes:
        w: weight on the input.
        u: weight on the previous output.
        bias: what the gate tends to without either.
        clamp: "0" or "1" holds the gate there at every step, "free" lets it move.

    Raises:
        ValueError: an unknown gate or control, a size out of range, or a value that a control
            cannot take.
    """

    w = Slider("weight on input w", -8, 8, default=0.0)
    u = Slider("weight on previous output u", -8, 8, default=0.0)
    bias = Slider("bias b", -8, 8, default=0.0)
    clamp = Choice("hold the gate at", ("free", "0", "1"))

    def __init__(self, gate: str = "f", *, steps: int = STEPS, **values: Any) -> None:
        """As above."""
        if gate not in _NAMES:
            raise ValueError(f'GateExplorer: gate should be "f", "i" or "o", got "{gate}"')
        self.gate = gate
        super().__init__(
            view="gate",
            steps=check_steps("GateExplorer", steps),
            presets=_PRESETS[gate],
            data={"gate": gate, "name": _NAMES[gate], "weights": _OTHERS},
            **values,
        )

    @property
    def params(self) -> LSTMParams:
        """The LSTM that the sliders describe: w_x (1, 4), w_h (1, 4), b (4,)."""
        weights = {**_OTHERS, self.gate: (self.w, self.u, self.bias)}
        w_x, w_h, b = jnp.asarray([weights[gate] for gate in LSTMGates._fields], jnp.float32).T
        return LSTMParams(w_x[None], w_h[None], b)

    @property
    def clamps(self) -> list[Clamp]:
        """The gate held at 0 or 1, where `clamp` says so."""
        return [] if self.clamp == "free" else [Clamp(self.gate, float(self.clamp))]

    def still(self) -> plots.Picture:
        """Input, gate, cell state and output over time."""
        record = self.trace()
        gate = np.asarray(getattr(record, self.gate))[:, 0]
        c, h = (np.asarray(state)[1:, 0] for state in (record.c, record.h))
        name = _NAMES[self.gate]
        return plots.curves(
            np.arange(self.steps),
            # In this order they have the colours of the page.
            {
                "cell state c": c,
                "output h": h,
                f"{name} gate {self.gate}": gate,
                "input x": self.xs[:, 0],
            },
            title=f"the {name} gate over {self.steps} steps",
            xlabel="time step t",
            ylabel="value (no unit)",
            alt=f"With w = {self.w:g}, u = {self.u:g} and bias {self.bias:g} the {name} gate moves "
            f"between {gate.min():.2f} and {gate.max():.2f}; the cell state ends at {c[-1]:.2f}, "
            f"the output at {h[-1]:.2f}.",
        )
