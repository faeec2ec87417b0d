"""A trained LSTM at its task: hold or shift a gate, and see its answers and its loss move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, ArrayLike
from lstm_jax.cells import LSTMGates, LSTMParams, Params
from lstm_jax.course import plots
from lstm_jax.course.explorers.answers import AnsweringExplorer
from lstm_jax.course.explorers.clamps import FREE, clamp_problem, held_by, touched_units
from lstm_jax.course.explorers.controls import Choice, Slider
from lstm_jax.course.explorers.network import (
    Judgement,
    check_dataset,
    check_network,
    judge,
    predictions,
)
from lstm_jax.traces import Clamp, held_gates, trace

_NAME = "TrainedCellExplorer"
EXAMPLES = 16  # sequences of the task to look at


class TrainedCellExplorer(AnsweringExplorer):
    """The inside of a trained LSTM, one unit at one step, with its answers and its loss.

    `TrainedCellExplorer(*load_recall())` shows the network of `lstm_jax.course.l06.recall`. It is
    made for small networks, because all T·T influences are computed anew for every move.

    Args:
        lstm: `LSTMParams`.
        readout: a pair w (H, K) and b (K,); the answer after a step is `h @ w + b`.
        xs: sequences (B, T, D). The loss is taken over all, the first 16 can be looked at.
        ys: what is right after the last step: the numbers of classes, (B,) integers, for
            cross-entropy; or (B, K) floats, for the mean squared error, (B,) if K is 1.
        features: what the D inputs are called; None calls them by their numbers.
        presets: more presets, each by its name: the controls that differ from how the explorer
            starts.
        values: controls that start elsewhere, such as `unit=3`.

    Attributes:
        example: which of the sequences is shown, from 0.
        unit: the unit in the diagram, from 0.
        shift_gate: the gate whose weighted sum is shifted.
        shift: how far, at all steps: a number added to the bias. 0 shifts nothing.
        clamp_gate: the gate that is held, "none" for no gate.
        clamp_value: where it is held: 0 to 1, for the candidate g -1 to 1.
        clamp_from: the first step in which it is held.
        clamp_to: the step from which it is free again.
        clamp_unit: whether all units are shifted and held, or this one.

    Raises:
        ValueError: arrays that do not fit each other, an unknown control, a value that a control
            cannot take, or a clamp of no step.
    """

    example = Slider("example", 0, EXAMPLES - 1, step=1, default=0)
    unit = Slider("unit", 0, 7, step=1, default=0)
    shift = Slider("shift by", -6, 6, default=0.0)
    clamp_value = Slider("held at", -1, 1, default=1.0, step=0.05)
    clamp_from = Slider("from step", 0, 59, step=1, default=0)
    clamp_to = Slider("until step", 1, 60, step=1, default=60)
    shift_gate = Choice("shift gate", tuple("figo"))
    clamp_gate = Choice("hold gate", (FREE, *"figo"))
    clamp_unit = Choice("for", ("all", "this unit"))

    def __init__(
        self,
        lstm: LSTMParams,
        readout: Sequence[ArrayLike],
        xs: ArrayLike,
        ys: ArrayLike,
        features: Sequence[str] | None = None,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        **values: Any,
    ) -> None:
        """As above."""
        self._network = check_network(_NAME, lstm, readout)
        self._dataset = check_dataset(_NAME, self._network, xs, ys)
        count, time, inputs = self._dataset.xs.shape
        names = [str(n) for n in range(inputs)] if features is None else list(features)
        if len(names) != inputs:
            raise ValueError(f"{_NAME}: features should be {inputs} names, got {len(names)}")
        size_of_readout = np.abs(np.asarray(self._network.readout.w)).sum(axis=1)  # (H,)
        kind = TrainedCellExplorer
        self.add_traits(
            t=kind.t.until(time - 1),
            example=kind.example.until(min(count, EXAMPLES) - 1),
            unit=kind.unit.until(len(size_of_readout) - 1),
            clamp_from=kind.clamp_from.until(time - 1),
            clamp_to=kind.clamp_to.until(time, default=time),
        )
        # Compiles all that a slider will need; the clamp for what is done once for each clamp.
        held_gates(_NAME, self._network.cell, [Clamp("f", 1.0)], time)
        free = held_gates(_NAME, self._network.cell, (), time)
        self._untouched = judge(self._network, self._dataset, jnp.int32(0), free)
        super().__init__(
            view="trained",
            presets={**_presets(time, int(size_of_readout.argmax())), **(presets or {})},
            data=self._for_page(names),
            **values,
        )
        if problem := clamp_problem(self):
            raise ValueError(f"{_NAME}: {problem}")

    # --- what is on screen, for the next cell

    @property
    def params(self) -> LSTMParams:
        """The LSTM, its bias shifted as the controls say."""
        lstm = self._network.cell
        assert isinstance(lstm, LSTMParams)  # `check_network` has seen to it
        # In NumPy, where another gate or unit compiles nothing.
        blocks = np.array(lstm.b).reshape(4, -1)
        gate = LSTMGates._fields.index(self.shift_gate)
        blocks[gate, touched_units(self)] += blocks.dtype.type(self.shift)
        return lstm._replace(b=jnp.asarray(blocks.ravel()))

    @property
    def xs(self) -> Array:
        """The sequence that is shown (T, D)."""
        return self._dataset.xs[self.example]

    @property
    def clamps(self) -> list[Clamp]:
        """The gate that is held, or []; a `ValueError` where the controls hold it at no step."""
        if problem := clamp_problem(self):
            raise ValueError(f"{_NAME}: {problem}")
        return held_by(self)

    @property
    def prediction(self) -> Array:
        """What the network answers after each step (T, K): probabilities of classes, or numbers."""
        network = self._network._replace(cell=self.params)
        return predictions(network, self._dataset, self.trace().h[1:])

    @property
    def target(self) -> Array:
        """What is right after the last step: a class, or numbers (K,)."""
        return self._dataset.ys[self.example]

    @property
    def loss(self) -> float:
        """The loss over all sequences: cross-entropy in nats, or the mean squared error."""
        return float(self._judge().loss)

    @property
    def accuracy(self) -> float:
        """The fraction of all sequences whose class is named right; NaN where there are none."""
        return float(self._judge().accuracy)

    # --- what the kernel adds to the page

    def asked(self) -> list[str]:
        """What moves the loss and the influences."""
        if clamp_problem(self):
            return []
        names = ["example", "shift", "clamp_gate"]
        if self.shift:
            names += ["shift_gate"]
        if self.clamp_gate != FREE:
            names += ["clamp_value", "clamp_from", "clamp_to"]
        if len(names) > 3:  # some gate is touched
            names += ["clamp_unit"]
            names += ["unit"] if self.clamp_unit == "this unit" else []
        return names

    def compute(self) -> Mapping[str, Any]:
        """The loss and accuracy over all sequences, the influences of the one that is shown."""
        judged = self._judge()
        return {**_score(judged), "influence": _bytes(judged.influence)}

    def _judge(self) -> Judgement:
        network = self._network._replace(cell=self.params)
        held = held_gates(_NAME, network.cell, self.clamps, len(self.xs))
        return judge(network, self._dataset, jnp.int32(self.example), held)

    def _for_page(self, features: list[str]) -> dict[str, Any]:
        lstm, readout = self._network
        xs, ys = (np.asarray(part)[:EXAMPLES] for part in self._dataset)
        arrays = {**lstm._asdict(), "readout_w": readout.w, "readout_b": readout.b, "xs": xs}
        has_classes = self._dataset.has_classes
        return {
            **{name: _bytes(array) for name, array in arrays.items()},
            "sizes": dict(zip("TDHK", (*xs.shape[1:], *readout.w.shape), strict=True)),
            "features": features,
            "classes": has_classes,
            "targets": (ys[:, None] if has_classes else ys).tolist(),
            "untouched": _score(self._untouched),
            "largest": {
                "input": float(np.abs(xs).max()),
                "target": float(np.abs(ys).max()),
                "influence": float(np.asarray(self._untouched.influence).max()),
            },
        }

    # --- for fronts without widgets

    def still(self) -> plots.Picture:
        """How the answer to the sequence shown forms, step by step, touched and untouched."""
        is_touched = not clamp_problem(self)  # what cannot be held is left out
        judged = self._judge() if is_touched else self._untouched
        untouched = self._right(self._network.cell, [])
        now = self._right(self.params, held_by(self)) if is_touched else untouched
        score, before = _score(judged), _score(self._untouched)
        name = "probability of the right class" if self._dataset.has_classes else "answer"
        return plots.curves(
            np.arange(len(now)),
            {"untouched": untouched, "now": now},
            title=f"task loss {score['loss']:.2g} (untouched {before['loss']:.2g})",
            xlabel="time step t",
            ylabel=f"{name} (no unit)",
            alt=f"{self._in_words()} {_score_in_words(score)}; untouched, "
            f"{_score_in_words(before)}. In example {self.example} the {name} after the last step "
            f"is {now[-1]:.2f}; untouched it is {untouched[-1]:.2f}.",
            dashed=["untouched"],
        )

    def _right(self, lstm: Params, clamps: list[Clamp]) -> Any:
        """The probability of the right class after each step (T,), or the first number."""
        network = self._network._replace(cell=lstm)
        answers = predictions(network, self._dataset, trace(lstm, self.xs, clamps=clamps).h[1:])
        return np.asarray(answers)[:, int(self.target) if self._dataset.has_classes else 0]

    def _in_words(self) -> str:
        where = "all units" if self.clamp_unit == "all" else f"unit {self.unit}"
        changes = []
        if self.shift:
            changes += [f"the sum of gate {self.shift_gate} shifted by {self.shift:g}"]
        if self.clamp_gate != FREE and not clamp_problem(self):
            steps = f"from step {self.clamp_from} until {self.clamp_to}"
            changes += [f"gate {self.clamp_gate} held at {self.clamp_value:g} {steps}"]
        return f"With {' and '.join(changes)}, in {where}," if changes else "In a trained LSTM"


def _presets(time: int, cut: int) -> dict[str, dict[str, Any]]:
    """One thing done to the network in each; `cut` is a unit that matters."""
    shown = {"unit": cut, "t": time // 2}
    return {
        "untouched": shown,
        "f at 0.5": {**shown, "clamp_gate": "f", "clamp_value": 0.5},
        "i at 1": {**shown, "clamp_gate": "i", "clamp_value": 1.0},
        "o at 0 until the end": {
            **shown,
            "clamp_gate": "o",
            "clamp_value": 0.0,
            "clamp_to": max(1, time - 1),
        },
        "forget bias −3": {**shown, "shift_gate": "f", "shift": -3.0},
        f"unit {cut} cut": {
            **shown,
            "clamp_gate": "o",
            "clamp_value": 0.0,
            "clamp_unit": "this unit",
        },
    }


def _score(judged: Judgement) -> dict[str, Any]:
    accuracy = float(judged.accuracy)
    return {"loss": float(judged.loss), "accuracy": None if np.isnan(accuracy) else accuracy}


def _score_in_words(score: Mapping[str, Any]) -> str:
    words = f"the task loss is {score['loss']:.2g}"
    if score["accuracy"] is None:
        return words
    return f"{words} and {100 * score['accuracy']:.0f} % of the answers are right"


def _bytes(array: Array) -> bytes:
    return np.asarray(array).astype("<f4").tobytes()
