"""What networks are compared on: batches without end, and sequences to be judged by.

A learning curve is drawn from sequences held out, the same for all networks and at every look. So
it moves because the network has changed, never because the batch was an easy one.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Floats, Key, check_size
from lstm_jax.course.data import baselines
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.data.tasks import Task
from lstm_jax.course.data.windows import fit_scale, split, windows
from lstm_jax.losses import mean_squared_error
from lstm_jax.training.blocks import Draw, Loss

BATCH = 50  # sequences in a step of training
HELD_OUT = 500  # sequences at each look
NEW = 2560  # sequences at the end, as many as in Hochreiter and Schmidhuber, 1997

Sequences = tuple[Array, Array]  # xs (B, T, D) and ys


class Judges(NamedTuple):
    """The sequences that networks are judged by; training never draws them.

    held_out: for the learning curve.
    new: for the end, looked at once.
    """

    held_out: Sequences
    new: Sequences


class Problem(NamedTuple):
    """A task or a data set in one form.

    Attributes:
        name: in words, with the length.
        length: T.
        inputs: D.
        answers: numbers in an answer, K.
        draw: `draw(key)`, a batch to train on.
        loss: `loss(answers, ys)`, one number.
        score: `score(answers, ys)`: of a task the fraction right by the rule of its paper, of a
            series the skill over persistence. 1 is perfect.
        judges: `judges()`, the sequences to judge by; drawn when they are first asked for,
            because that takes a second.
        reference: the loss of the best answer without memory; of a series, of a linear forecast of
            the part held out.
        good: a loss up to here is called good: half the reference; of a series, the reference.
    """

    name: str
    length: int
    inputs: int
    answers: int
    draw: Draw
    loss: Loss
    score: Loss
    judges: Callable[[], Judges]
    reference: float
    good: float

    @property
    def held_out(self) -> Sequences:
        """The sequences for the learning curve."""
        return self.judges().held_out

    @property
    def new(self) -> Sequences:
        """The sequences for the end."""
        return self.judges().new


@cache
def of_task(task: Task, length: int) -> Problem:
    """A task of `course.data.tasks` whose answer is due at the last step, at `length` steps.

    The same call gives the same object, so that what `fit` has compiled for it is used again.

    Raises:
        ValueError: the answers of `task` are due at every step, or `length` is invalid.
    """
    length = check_size("of_task", "length", length)
    if task.every_step:
        raise ValueError(
            f"of_task: task is {task.name!r}, with an answer at every step; "
            "take one with an answer at the last step, such as ADDING"
        )
    reference = task.without_memory(length).loss
    return Problem(
        name=f"{task.name}, T = {length}",
        length=length,
        inputs=task.inputs,
        answers=task.outputs,
        draw=partial(_draw, task, length),
        loss=task.loss,
        score=task.accuracy,
        judges=partial(_judges, task, length),
        reference=reference,
        good=reference / 2,
    )


@cache
def _judges(task: Task, length: int) -> Judges:
    return Judges(
        held_out=task.draw(jax.random.key(1_000_001), HELD_OUT, length),
        new=task.draw(jax.random.key(1_000_002), NEW, length),
    )


def _draw(task: Task, length: int, key: Key) -> Sequences:
    return task.draw(key, BATCH, length)


def _series_loss(answers: Array, ys: Array) -> Array:
    return mean_squared_error(answers, ys[:, :1])


def _series_skill(answers: Array, ys: Array) -> Array:
    """1 - MSE / MSE of persistence; ys (B, 2) holds the target and the last value seen."""
    persistence = mean_squared_error(ys[:, 1:], ys[:, :1])
    return 1 - mean_squared_error(answers, ys[:, :1]) / persistence


@cache
def of_sunspots() -> Problem:
    """Monthly sunspot numbers, 48 months in, 12 months ahead, as in lesson 01.

    Three parts in time, and no window reaches from one into another: from January 1749 to train on,
    from July 1895 held out, from May 1944 to June 2009 new. All are in standard units of the first.
    """
    length, horizon = 48, 12
    _, number = sunspots()
    known, after = split(number, 0.75)
    train, between = split(known, 0.75)
    scale = fit_scale(train)

    parts = [windows(scale.apply(part), length, horizon) for part in (train, between, after)]
    xs, ys = parts[1]
    linear_loss = baselines.rmse(baselines.linear(parts[0], xs), ys) ** 2

    def beside_persistence(xs: Floats, ys: Floats) -> Sequences:
        targets = np.stack([ys, baselines.persistence(xs)], axis=1)
        return jnp.asarray(xs, jnp.float32), jnp.asarray(targets, jnp.float32)

    learned, *judging = (beside_persistence(*part) for part in parts)
    judges = Judges(*judging)
    return Problem(
        name="sunspots, a year ahead",
        length=length,
        inputs=1,
        answers=1,
        draw=Minibatches(learned, BATCH),
        loss=_series_loss,
        score=_series_skill,
        judges=lambda: judges,
        reference=linear_loss,
        good=linear_loss,
    )
