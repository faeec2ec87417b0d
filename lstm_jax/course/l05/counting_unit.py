"""Lesson 05: of the units of a cell, find the one that counts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.course.checks.drawing import sigmoid
from lstm_jax.course.checks.exercise import Args, Array, Exercise
from lstm_jax.traces import LSTMTrace

Record = Any  # an LSTMTrace that holds NumPy arrays, where its type says JAX arrays


def counting_unit(record: Record, counted: Array) -> int:
    """The unit whose memory c (T+1, H) moves with counted (T,), up or down, the most closely."""
    T, H = len(counted), record.c.shape[1]
    closest, best = -1.0, 0
    for unit in range(H):
        c = [float(record.c[t + 1, unit]) for t in range(T)]
        together = abs(_correlation(c, [float(n) for n in counted]))
        if together > closest:
            closest, best = together, unit
    return best


def _correlation(first: list[float], second: list[float]) -> float:
    """Pearson's: 1 or -1 where one is a straight line of the other."""
    a = [value - sum(first) / len(first) for value in first]
    b = [value - sum(second) / len(second) for value in second]
    both = sum(x * y for x, y in zip(a, b, strict=True))
    return both / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


def _draw_record(rng: np.random.Generator, steps: int, others: int) -> Args:
    """What happens in a cell whose gates depend on an event and on noise, not on h.

    One unit counts events, in steps of 0.02 to 0.1, up or down, and noise opens and shuts its
    output gate. One counts all steps, one counts events and leaks, and one holds large random
    values. The others depend a little on everything.
    """
    while True:
        event = (rng.random(steps) < rng.uniform(0.2, 0.5)).astype(float)
        if 3 <= event.sum() <= steps - 3 and event[1:].any():
            break
    noise = rng.normal(size=steps)
    small = rng.integers(2, 11) / 100 * rng.choice([-1, 1])
    drift = rng.integers(1, 11) / 100 * rng.choice([-1, 1])
    # For each unit and gate, i f g o: the weights on event and noise, and the bias.
    always, never = (0, 0, 20), (0, 0, -20)
    listed: list[Any] = [
        ((40, 0, -20), always, (0, 0, np.arctanh(small)), (0, 3, -1)),
        (always, always, (0, 0, np.arctanh(drift)), always),
        ((40, 0, -20), (0, 0, 1.0 + rng.random()), (0, 0, np.arctanh(0.2)), always),
        (always, never, (0, 20, 0), always),
    ]
    listed += [tuple(map(tuple, rng.normal(size=(4, 3)))) for _ in range(others)]
    weights = np.array(listed)[rng.permutation(len(listed))]  # (H, 4, 3)
    sums = np.stack([event, noise, np.ones(steps)], axis=1) @ weights.transpose(1, 2, 0)
    i, f, o = (sigmoid(sums[gate]) for gate in (0, 1, 3))  # (T, H)
    g = np.tanh(sums[2])
    c = [np.zeros(len(weights))]
    for t in range(steps):
        c.append(f[t] * c[-1] + i[t] * g[t])
    h = np.concatenate([np.zeros((1, len(weights))), o * np.tanh(c[1:])])
    return LSTMTrace._make((i, f, g, o, np.stack(c), h)), np.cumsum(event)


def _largest(score: Callable[[Record, Array], Array]) -> Callable[..., int]:
    """The unit with the largest score(record, counted), (H,)."""
    return lambda record, counted: int(np.argmax(score(record, counted)))


def _together(values: Array, counted: Array) -> Array:
    """The correlation of each unit's values (T, H) with counted (T,); 0 for one that stands still.

    Movement within float rounding counts as 0.
    """
    moved = values - values.mean(axis=0)
    lengths = np.linalg.norm(moved, axis=0)
    counted = counted - counted.mean()
    score = counted @ moved / np.where(lengths > 1e-6, lengths, np.inf)
    return np.asarray(score / np.linalg.norm(counted))


EXERCISES = (
    Exercise(
        why="a network does not say what its units are for; you find out by what they move with.",
        lines=4,
        spec=counting_unit,
        sizes=((12, 0), (20, 2), (30, 4)),
        draw=_draw_record,
        wrong={
            "You looked at h. The gate of the unit that counts opens and shuts, so what it shows "
            "is not what it holds: the memory is c.": _largest(
                lambda record, counted: np.abs(_together(record.h[1:], counted))
            ),
            "You took the largest value. A unit may be loud and count nothing, and a count may be "
            "kept in small steps: ask which one moves *with* the count.": _largest(
                lambda record, counted: np.abs(record.c).max(axis=0)
            ),
            "You took the unit that ends highest. Compare all steps, not the last one.": _largest(
                lambda record, counted: record.c[-1]
            ),
            "You took the unit that moves most. Loud is not close: divide by how much it moves.": (
                _largest(lambda record, counted: record.c[1:].std(axis=0))
            ),
            "This is a product without division: whoever is large wins. A correlation divides by "
            "the length of both.": _largest(
                lambda record, counted: np.abs(
                    (counted - counted.mean()) @ (record.c[1:] - record.c[1:].mean(axis=0))
                )
            ),
            "A unit may count downwards: then its correlation is -1. Compare without the sign.": (
                _largest(lambda record, counted: _together(record.c[1:], counted))
            ),
            "This unit moves against the count the most. Up or down, take the closest.": _largest(
                lambda record, counted: -_together(record.c[1:], counted)
            ),
            "Row 0 of c is the state before the first step. The row that belongs to counted[t] is "
            "c[t + 1].": _largest(
                lambda record, counted: np.abs(_together(record.c[:-1], counted))
            ),
            "This is the unit that moves least with the count: argmax, not argmin.": _largest(
                lambda record, counted: -np.abs(_together(record.c[1:], counted))
            ),
            "Units are counted from 0, as in an array.": (
                lambda record, counted: counting_unit(record, counted) + 1
            ),
            "This is how close it is. Asked for is which unit it is.": lambda record, counted: (
                np.abs(_together(record.c[1:], counted)).max()
            ),
            "This is a correlation for each unit. Return the number of the closest one: argmax.": (
                lambda record, counted: np.abs(_together(record.c[1:], counted))
            ),
        },
        hints=(
            "Where does a cell keep a count, in c or in h? Row t + 1 is the one after step t.",
            "A correlation: take the mean off c, multiply with counted, add up over the steps, and "
            "divide by how much each unit moves: jnp.linalg.norm(..., axis=0).",
            "Up or down: take jnp.abs of it. Then jnp.argmax says which unit.",
        ),
    ),
)
