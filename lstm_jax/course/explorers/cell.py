"""The whole LSTM cell: the diagram with live numbers, linked to what all units do over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_jax.cells import LSTMParams
from lstm_jax.course import plots
from lstm_jax.course.explorers.clamps import FREE, clamp_problem, held_by
from lstm_jax.course.explorers.controls import Choice, Slider
from lstm_jax.course.explorers.sequences import STEPS, SequenceExplorer, check_steps
from lstm_jax.course.explorers.weights import (
    HIDDEN,
    SEEDS,
    biases,
    check_hidden,
    for_page,
    scaled_weights,
)
from lstm_jax.traces import Clamp, trace

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
    """The diagram of an LSTM cell, one unit at one step, above the heat maps of all units.

    The cell has one input and random weights: `params` is what `init_lstm` draws from `seed`.

    Args:
        steps: T, how many steps it reads, from 60 to 150.
        hidden: H, how many units it has, from 4 to 32.
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
        ValueError: a size out of range, an unknown control, a value that a control cannot take, or
            a clamp of no step.
    """

    forget_bias = Slider("forget bias", -4, 6, default=1.0)
    input_bias = Slider("input bias", -4, 4, default=0.0)
    gain = Slider("gain", 0, 3, default=1.0)
    seed = Slider("seed", 0, SEEDS - 1, step=1, default=0)
    unit = Slider("unit", 0, HIDDEN - 1, step=1, default=0)
    clamp_value = Slider("held at", -1, 1, default=1.0, step=0.05)
    clamp_from = Slider("from step", 0, STEPS - 1, step=1, default=0)
    clamp_to = Slider("until step", 1, STEPS, step=1, default=STEPS)
    clamp_gate = Choice("hold a gate", (FREE, *"figo"))
    clamp_unit = Choice("for", ("all", "this unit"))

    def __init__(self, *, steps: int = STEPS, hidden: int = HIDDEN, **values: Any) -> None:
        """As above."""
        steps = check_steps("CellExplorer", steps)
        self.hidden = check_hidden("CellExplorer", hidden)
        self.add_traits(
            unit=CellExplorer.unit.until(self.hidden - 1),
            clamp_from=CellExplorer.clamp_from.until(steps - 1),
            clamp_to=CellExplorer.clamp_to.until(steps, default=steps),
        )
        super().__init__(
            view="cell",
            steps=steps,
            presets=_PRESETS,
            data={"weights": for_page("lstm", self.hidden), "H": self.hidden},
            **values,
        )
        if problem := clamp_problem(self):
            raise ValueError(f"CellExplorer: {problem}")

    @property
    def params(self) -> LSTMParams:
        """The LSTM that the sliders describe: w_x (1, 4H), w_h (H, 4H), b (4H,)."""
        weights = scaled_weights("lstm", self.hidden, self.seed, self.gain)
        return LSTMParams(*weights, biases(self.hidden, self.input_bias, self.forget_bias, 0, 0))

    @property
    def clamps(self) -> list[Clamp]:
        """The gate that is held, or []; a `ValueError` where the controls hold it at no step."""
        if problem := clamp_problem(self):
            raise ValueError(f"CellExplorer: {problem}")
        return held_by(self)

    def still(self) -> plots.Picture:
        """Cell state and output of the unit over time."""
        held = [] if clamp_problem(self) else held_by(self)
        record = trace(self.params, self.xs, clamps=held)
        c, h = (np.asarray(state)[1:, self.unit] for state in (record.c, record.h))
        gates = f"; gate {self.clamp_gate} is held at {self.clamp_value:g}" if held else ""
        return plots.curves(
            np.arange(self.steps),
            {"input x": self.xs[:, 0], "cell c": c, "output h": h},
            title=f"unit {self.unit} of an LSTM over {self.steps} steps",
            xlabel="time step t",
            ylabel="value (no unit)",
            alt=f"With forget bias {self.forget_bias:g} and input {self.sequence!r}{gates}, the "
            f"cell state of unit {self.unit} moves between {c.min():.2f} and {c.max():.2f}, its "
            f"output between {h.min():.2f} and {h.max():.2f}.",
        )
