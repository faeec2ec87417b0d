"""Explorers of a trained cell for tests, and what the page makes of them."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax import init_lstm
from lstm_jax.course import TrainedCellExplorer
from lstm_jax.course.l06.recall import load_recall

Ask = Callable[[str, Any], Any]


@cache
def _made() -> TrainedCellExplorer:
    return TrainedCellExplorer(*load_recall())


def as_it_starts() -> TrainedCellExplorer:
    """The explorer of the network that comes along; made once, since that takes seconds."""
    explorer = _made()
    explorer.reset()
    explorer.t, explorer.message = 0, ""
    return explorer


def own(numbers: bool = False, **values: Any) -> TrainedCellExplorer:
    """An explorer of somebody's own network: 7 steps, 3 inputs, 4 units, 2 answers, 5 sequences."""
    keys = jax.random.split(jax.random.key(7), 4)
    lstm = init_lstm(keys[0], 3, 4)
    readout = (jax.random.normal(keys[1], (4, 2)), jnp.ones(2))
    ys = jax.random.normal(keys[3], (5, 2)) if numbers else jnp.array([0, 1, 1, 0, 1])
    return TrainedCellExplorer(lstm, readout, jax.random.normal(keys[2], (5, 7, 3)), ys, **values)


def move(explorer: TrainedCellExplorer, seed: int) -> TrainedCellExplorer:
    """Put every control somewhere."""
    rng = np.random.default_rng(seed)
    gate, start = str(rng.choice(["none", *"ifgo"])), int(rng.integers(39))
    values = {
        "example": int(rng.integers(16)),
        "unit": int(rng.integers(8)),
        "t": int(rng.integers(40)),
        "shift": round(rng.uniform(-6, 6), 1),
        "shift_gate": str(rng.choice(list("ifgo"))),
        "clamp_gate": gate,
        "clamp_value": round(rng.uniform(-1 if gate == "g" else 0, 1), 2),
        "clamp_from": start,
        "clamp_to": int(rng.integers(start + 1, 41)),
        "clamp_unit": str(rng.choice(["all", "this unit"])),
    }
    explorer.set_state(json.loads(json.dumps(values)))
    return explorer


def state_of(explorer: TrainedCellExplorer, **changes: Any) -> dict[str, Any]:
    """What the page has of it."""
    names = [control["name"] for control in explorer.controls]
    state = {name: getattr(explorer, name) for name in names}
    return {**state, "answer": explorer.answer, "late": False, **changes}


def ask(ask_node: Ask, explorer: TrainedCellExplorer, states: Sequence[Any]) -> Any:
    """What the page makes of states; their bytes travel as lists."""
    question = {"data": explorer.data, "states": states, "widths": [900, 1240]}
    text = json.dumps(question, default=lambda value: {"bytes": list(value)})
    return ask_node("trained.mjs", json.loads(text))
