"""Training explorers for tests, and what the page makes of them."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.course import TrainingExplorer
from lstm_jax.course.explorers import training
from lstm_jax.course.explorers.training import POINT, RUNS
from lstm_jax.training import Fit, History

Ask = Callable[[str, Any], Any]


def trained(**values: Any) -> TrainingExplorer:
    """An explorer that has been trained."""
    explorer = TrainingExplorer(**values)
    explorer.train(wait=True)
    return explorer


def curve(explorer: TrainingExplorer, name: str) -> Any:
    """What was sent to the page, (RUNS, points)."""
    return np.frombuffer(explorer.answer[name], "<f4").reshape(RUNS, -1)


def made_up(explorer: TrainingExplorer, points: int, seed: int = 0) -> None:
    """Give the explorer curves without training: the first run fails half-way."""
    rng = np.random.default_rng(seed)
    loss = rng.uniform(0.001, 2, (RUNS, points * POINT)).astype(np.float32)
    loss[0, loss.shape[1] // 2 :] = np.nan
    accuracy = np.linspace(0.5, 1.0, points * POINT // 2)[None] ** np.arange(RUNS)[:, None]
    history = History(loss, loss, {"accuracy": accuracy.astype(np.float32)})
    explorer.result = Fit(None, None, history, np.full(RUNS, -1, np.int32))
    explorer.answer = {
        **explorer.answer,
        "with": explorer._settings(),
        "phase": "ended",
        "seconds": 3.21,
        **training._curves(explorer.result),
    }


def state_of(explorer: TrainingExplorer, **changes: Any) -> dict[str, Any]:
    """What the page has of it."""
    names = [control["name"] for control in explorer.controls]
    state = {name: getattr(explorer, name) for name in names}
    return {**state, "answer": explorer.answer, "late": False, **changes}


def ask(ask_node: Ask, explorer: TrainingExplorer, *states: Any) -> Any:
    """What the page makes of states; their bytes travel as lists."""
    question = {"data": explorer.data, "states": states, "widths": [900, 1240]}
    text = json.dumps(question, default=lambda value: {"bytes": list(value)})
    return ask_node("training.mjs", json.loads(text))
