"""Inputs to choose from: short sequences of numbers in [-1, 1], each made to show one thing."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.explorers.controls import Choice, Numbers, check_between
from lstm_jax.course.explorers.explorer import Explorer

STEPS = 60  # unless the explorer is told otherwise
DRAWN = "drawn"
NAMES = ("pulse", "write and erase", "count", "blocks", "sine", "noise", "sunspots")


@cache
def sequences(steps: int) -> Mapping[str, list[float]]:
    """Each of `NAMES` as a list of `steps` numbers; a longer one begins like a shorter one."""
    step = np.arange(steps)
    return {
        "pulse": _ones(step == 5),
        "write and erase": _ones(np.isin(step, (5, 40)), step == 25),
        "count": _ones(step % 6 == 5),
        "blocks": _ones((step >= 10) & (step < 20), (step >= 35) & (step < 40)),
        "sine": np.sin(2 * np.pi * step / 20).tolist(),
        "noise": np.random.default_rng(0).uniform(-1, 1, steps).tolist(),
        "sunspots": _sunspots(steps),
    }


def _ones(positive: Any, negative: Any = False) -> list[float]:
    return np.subtract(positive, negative, dtype=float).tolist()


def _sunspots(steps: int) -> list[float]:
    """From 1930 on, thirty years in 60 steps: one month of every six, scaled to [-1, 1]."""
    months = sunspots()
    first = int(np.searchsorted(months.year, 1930.0))
    number = months.number[first : first + 6 * steps : 6].astype(float)
    return (2 * number / number.max() - 1).tolist()


def check_steps(where: str, steps: Any) -> int:
    """`steps` as a length that the pictures and the sunspots have room for, or a `ValueError`."""
    return check_between(where, "steps", steps, STEPS, 150)


class SequenceExplorer(Explorer):
    """An explorer whose input is picked from a list or drawn on the picture.

    Attributes:
        steps: T, how many steps it has.
        sequence: the name of the input, "drawn" for the one in `drawing`.
        drawing: the numbers drawn by hand, one for each step.
    """

    sequence = Choice("input", (*NAMES, DRAWN))
    drawing = Numbers([0.0] * STEPS, low=-1, high=1)

    def __init__(self, *, steps: int, data: Mapping[str, Any], **values: Any) -> None:
        """As `Explorer`."""
        self.steps = steps
        self.add_traits(
            t=SequenceExplorer.t.until(steps - 1),
            drawing=Numbers([0.0] * steps, low=-1, high=1),
        )
        super().__init__(data={**data, "sequences": sequences(steps)}, **values)

    @property
    def xs(self) -> Array:
        """The input sequence (steps, 1)."""
        numbers = self.drawing if self.sequence == DRAWN else sequences(self.steps)[self.sequence]
        return jnp.asarray(numbers, jnp.float32)[:, None]
