"""A problem small enough to train in a blink: points exactly on a line."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.training import fit, mean_squared_error


class Line(NamedTuple):
    w: jax.Array
    b: jax.Array


def rows(seed=0, count=200):
    """The best loss is 0 on every batch of them."""
    xs = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    return xs, xs @ np.array([1, -2, 3], np.float32) + 4


def squared(params, batch):
    xs, ys = batch
    return mean_squared_error(xs @ params.w + params.b, ys)


KEY = jax.random.key(5)
START = Line(jnp.zeros(3), jnp.zeros(()))
DRAW = Minibatches(rows(), 32)
quiet = partial(fit, key=KEY, progress=False)

KEYS = jax.random.split(KEY, 3)


def starts(count=3):
    """A line for each of several runs, each starting from elsewhere."""
    return Line(jnp.arange(3.0 * count).reshape(count, 3) / 9, jnp.arange(float(count)))


def one_of(tree, index):
    """One run out of many."""
    return jax.tree.map(lambda leaf: leaf[index], tree)


def equal(one, other):
    return jax.tree.all(jax.tree.map(lambda a, b: bool(np.array_equal(a, b)), one, other))
