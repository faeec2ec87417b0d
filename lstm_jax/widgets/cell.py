"""The whole LSTM cell: the diagram with live numbers, linked to what all units do over time."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.cells import LSTMParams
from lstm_jax.init import init_lstm
from lstm_jax.plots import Picture, curves
from lstm_jax.traces import Clamp, trace
from lstm_jax.widgets.controls import Choice, Slider
from lstm_jax.widgets.sequences import STEPS, SequenceExplorer
from lstm_jax.widgets.weights import HIDDEN, SEEDS, drawn_weights

_FREE = "none"
_PRESETS: Mapping[str, Mapping[str, Any]] = {
    # With a small gain, so that it is not the recurrence that keeps the cell busy.
    "remembers": {"sequence": "blocks", "forget_bias": 4.0, "gain": 0.2, "unit": 2, "t": 30},
    "forgets": {"sequence": "blocks", "forget_bias": -2.0, "gain": 0.2, "unit": 2, "t": 30},
    "f held at 1": {
        "sequence": "sine",
        "clamp_gate": "f",
        "clamp_value": 1.0,
        "t": 40,
    },
    "i held shut half-way": {
        "sequence": "sine",
        "forget_bias": 3.0,
        "clamp_gate": "i",
        "clamp_value": 0.0,
        "clamp_from": 30,
        "t": 45,
    },
    "o shut: h silent, c lives on": {
        "sequence": "sine",
        "forget_bias": 2.0,
        "clamp_gate": "o",
        "clamp_value": 0.0,
        "unit": 2,
        "t": 18,
    },
}


class CellExplorer(SequenceExplorer):
    """The diagram of an LSTM cell, one unit at one step, above the heat maps of all 8 units.

    The cell has one input and random weights: `params` is what `init_lstm` draws from `seed`.

    Args:
        values: controls that start elsewhere, such as `forget_bias=4`.

    Attributes:
        forget_bias: bias of the forget gate, the same for all units.
        input_bias: bias of the input gate.
        gain: factor on the recurrent weights.
        seed: which of the 8 sets of weights.
        unit: the unit in the diagram, from 0.
        clamp_gate: the gate that is held, "none" for no gate.
        clamp_value: where it is held: 0 to 1, for the candidate g -1 to 1.
        clamp_from: the first step in which it is held.
        clamp_to: the step from which it is free again.
        clamp_unit: whether all units are held, or this one.

    Raises:
        ValueError: an unknown control, a value that a control cannot take, or a clamp of no step.
    """

    forget_bias = Slider("forget bias", -4, 6, default=1.0)
    input_bias = Slider("input bias", -4, 4, default=0.0)
    gain = Slider("gain", 0, 3, default=1.0)
    seed = Slider("seed", 0, SEEDS - 1, step=1, default=0)
    unit = Slider("unit", 0, HIDDEN - 1, step=1, default=0)
    clamp_value = Slider("held at", -1, 1, default=1.0, step=0.05)
    clamp_from = Slider("from step", 0, STEPS - 1, step=1, default=0)
    clamp_to = Slider("until step", 1, STEPS, step=1, default=STEPS)
    clamp_gate = Choice("hold a gate", (_FREE, *"figo"))
    clamp_unit = Choice("for", ("all", "this unit"))

    def __init__(self, **values: Any) -> None:
        """As above."""
        super().__init__(
            view="cell",
            presets=_PRESETS,
            data={"weights": drawn_weights(init_lstm), "H": HIDDEN},
            **values,
        )
        if problem := self._problem():
            raise ValueError(f"CellExplorer: {problem}")

    @property
    def params(self) -> LSTMParams:
        """The LSTM that the sliders describe: w_x (1, 32), w_h (8, 32), b (32,)."""
        lstm = init_lstm(
            jax.random.key(self.seed),
            1,
            HIDDEN,
            gain=jnp.float32(self.gain),
            forget_bias=jnp.float32(self.forget_bias),
        )
        return lstm._replace(b=lstm.b.at[:HIDDEN].set(self.input_bias))  # the block of i is first

    @property
    def clamps(self) -> list[Clamp]:
        """The gate that is held, or []; a `ValueError` where the controls hold it at no step."""
        if problem := self._problem():
            raise ValueError(f"CellExplorer: {problem}")
        return self._held()

    def still(self) -> Picture:
        """Cell state and output of the unit over time."""
        held = [] if self._problem() else self._held()
        record = trace(self.params, self.xs, clamps=held)
        c, h = (np.asarray(state)[1:, self.unit] for state in (record.c, record.h))
        gates = f"; gate {self.clamp_gate} is held at {self.clamp_value:g}" if held else ""
        return curves(
            np.arange(STEPS),
            {"input x": self.xs[:, 0], "cell c": c, "output h": h},
            title=f"unit {self.unit} of an LSTM over {STEPS} steps",
            xlabel="time step t",
            ylabel="value (no unit)",
            alt=f"With forget bias {self.forget_bias:g} and input {self.sequence!r}{gates}, the "
            f"cell state of unit {self.unit} moves between {c.min():.2f} and {c.max():.2f}, its "
            f"output between {h.min():.2f} and {h.max():.2f}.",
        )

    def _held(self) -> list[Clamp]:
        if self.clamp_gate == _FREE:
            return []
        units = slice(None) if self.clamp_unit == "all" else [self.unit]
        steps = slice(self.clamp_from, self.clamp_to)
        return [Clamp(self.clamp_gate, self.clamp_value, steps=steps, units=units)]

    def _problem(self) -> str:
        """What is wrong with the clamp, in the words of the page (js/cell.js), or ""."""
        if self.clamp_gate == _FREE:
            return ""
        if self.clamp_from >= self.clamp_to:
            return (
                f"there is no step from {self.clamp_from} until {self.clamp_to}, so nothing "
                "can be held; move clamp_from below clamp_to"
            )
        if self.clamp_gate != "g" and self.clamp_value < 0:
            return (
                f"gate {self.clamp_gate} lives in 0 to 1 and cannot be held at "
                f"{self.clamp_value:g}; move clamp_value up to 0 at least"
            )
        return ""
