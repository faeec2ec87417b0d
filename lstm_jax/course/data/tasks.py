"""The synthetic tasks in one form, so that one loop can train a network on any of them.

    state (B, T, H)  -> the steps that `due` picks ->  weights and a bias  ->  outputs, K numbers
    loss(outputs, ys), accuracy(outputs, ys)

`print(table(100))` shows what each one asks, what an answer without memory scores, and what its
paper counts as right.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from lstm_jax.arrays import Array, Key, check_size
from lstm_jax.course.data import adding, copy_memory, counting, lag_recall, temporal_order
from lstm_jax.losses import cross_entropy, mean_squared_error

# A network has solved a task when its accuracy on new sequences is at least this.
SOLVED = 0.99


class Score(NamedTuple):
    """A loss, and the accuracy that goes with it."""

    loss: float
    accuracy: float


class Task(NamedTuple):
    """A task that draws its own data; `outputs` below are the K numbers of each answer.

    Attributes:
        name: in words.
        draw: `draw(key, batch, length)`, on the device: xs `(B, T, D)` and ys.
        inputs: D.
        outputs: K.
        every_step: whether an answer is due at each step, or at the last one only.
        loss: `loss(outputs, ys)`, one number, for training.
        accuracy: `accuracy(outputs, ys)`, the fraction right by the rule of the paper.
        right: that rule in words.
        without_memory: `without_memory(length)`, the lowest loss and the highest accuracy for
            an answer that remembers nothing of the sequence.
        source: first author and year; the module of the task has the full reference.
    """

    name: str
    draw: Callable[[Key, int, int], tuple[Array, Array]]
    inputs: int
    outputs: int
    every_step: bool
    loss: Callable[[Array, Array], Array]
    accuracy: Callable[[Array, Array], Array]
    right: str
    without_memory: Callable[[int], Score]
    source: str

    def due(self, hs: Array) -> Array:
        """Of the hidden states `(B, T, H)`, those that an answer is read from.

        `(B, T, H)` where `every_step`, else the last of each row, `(B, H)`.
        """
        return hs if self.every_step else hs[:, -1]


def _adding_loss(outputs: Array, ys: Array) -> Array:
    return mean_squared_error(outputs, ys[:, None])


def _adding_accuracy(outputs: Array, ys: Array) -> Array:
    return adding.accuracy(outputs.squeeze(-1), ys)


def _lag_recall_draw(key: Key, batch: int, length: int) -> tuple[Array, Array]:
    """The longest lag: the first symbol is asked at the last step."""
    return lag_recall.lag_recall(key, length - 1, batch, length)


ADDING = Task(
    name="adding",
    draw=adding.adding,
    inputs=2,
    outputs=1,
    every_step=False,
    loss=_adding_loss,
    accuracy=_adding_accuracy,
    right=f"off by less than {adding.TOLERANCE}",
    without_memory=lambda _: Score(adding.CONSTANT_MSE, adding.CONSTANT_ACCURACY),
    source="Hochreiter 1997, exp. 4",
)

TEMPORAL_ORDER_2 = Task(
    name="temporal order, 2 places",
    draw=temporal_order.temporal_order,
    inputs=len(temporal_order.SYMBOLS),
    outputs=4,
    every_step=False,
    loss=cross_entropy,
    accuracy=temporal_order.accuracy,
    right=f"no probability off by {temporal_order.TOLERANCE}",
    without_memory=lambda _: Score(math.log(4), temporal_order.chance(2)),
    source="Hochreiter 1997, exp. 6a",
)

TEMPORAL_ORDER_3 = TEMPORAL_ORDER_2._replace(
    name="temporal order, 3 places",
    draw=partial(temporal_order.temporal_order, places=3),
    outputs=8,
    without_memory=lambda _: Score(math.log(8), temporal_order.chance(3)),
    source="Hochreiter 1997, exp. 6b",
)

LAG_RECALL = Task(
    name="lag recall, lag T - 1",
    draw=_lag_recall_draw,
    inputs=lag_recall.SYMBOLS + 1,
    outputs=lag_recall.SYMBOLS,
    every_step=False,
    loss=cross_entropy,
    accuracy=lag_recall.accuracy,
    right="highest score",
    without_memory=lambda _: Score(math.log(lag_recall.SYMBOLS), lag_recall.CHANCE),
    source="after Hochreiter 1997, exp. 2",
)

COPY_MEMORY = Task(
    name="copy memory",
    draw=copy_memory.copy_memory,
    inputs=copy_memory.SYMBOLS + 2,
    outputs=copy_memory.SYMBOLS + 1,
    every_step=True,
    loss=cross_entropy,
    accuracy=copy_memory.accuracy,
    right="highest score, each of ten",
    without_memory=lambda length: Score(copy_memory.constant_loss(length), copy_memory.CHANCE),
    source="Arjovsky 2016",
)

COUNTING = Task(
    name="counting",
    draw=counting.counting,
    inputs=len(counting.SYMBOLS),
    outputs=len(counting.SYMBOLS),
    every_step=True,
    loss=counting.loss,
    accuracy=counting.accuracy,
    right="highest score, whole string",
    without_memory=lambda length: Score(
        counting.memoryless_loss(length), counting.memoryless_accuracy(length)
    ),
    source="Gers 2001",
)

TASKS = (ADDING, TEMPORAL_ORDER_2, TEMPORAL_ORDER_3, LAG_RECALL, COPY_MEMORY, COUNTING)


def table(length: int) -> str:
    """Every task at `length` steps, one a row, as text to print.

    Raises:
        ValueError: `length` is below 21, the shortest sequence of the copy memory task.
    """
    length = check_size("table", "length", length)
    if length <= 2 * copy_memory.COPIED:
        raise ValueError(f"table: length is {length}; the copy memory task needs at least 21 steps")
    head = ("task", "D", "K", "due", "loss*", "accuracy*", "right when", "source")
    rows = [head]
    for task in TASKS:
        score = task.without_memory(length)
        due = "every step" if task.every_step else "last step"
        sizes = (str(task.inputs), str(task.outputs))
        scores = (f"{score.loss:.4f}", f"{score.accuracy:.1%}")
        rows.append((task.name, *sizes, due, *scores, task.right, task.source))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, f"* of the best answer without memory, at {length} steps"])
