"""Lesson 03: train networks on the lag task of lesson 02, and measure what gradient comes back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Floats
from lstm_jax.cells import Params
from lstm_jax.course.data.lag_recall import accuracy, lag_recall
from lstm_jax.models import Network, last_answers
from lstm_jax.traces import LSTMTrace, trace
from lstm_jax.training import adam, fit

LAG, LENGTH = 30, 34  # with 48 letters, as in lesson 02, this takes many more updates
MARKED = LENGTH - 1 - LAG  # the step whose symbol is asked for
SEEDS, UPDATES, BATCH, RATE = 8, 600, 16, 0.01
NEW = 1000  # sequences to judge by

Loss = Callable[[Network, tuple[Array, Array]], Array]


def learn(
    fresh: Mapping[str, Sequence[Network]],
    loss: Loss,
    *,
    updates: int = UPDATES,
    progress: bool = True,
) -> dict[str, Floats]:
    """Train networks of several kinds; network n of each kind reads the same batches.

    Args:
        fresh: the untrained networks of each kind, as many of each.
        loss: `loss(network, (xs, ys))`, one number.
        updates: of each network, with `BATCH` new sequences each.
        progress: whether to show a bar.

    Returns:
        For each kind the share of new sequences that each of its networks has right.
    """
    optimizer = adam(RATE)
    new = lag_recall(jax.random.key(2), LAG, NEW, LENGTH)
    scores: dict[str, Floats] = {}
    for names in _alike(fresh):  # those that differ in their numbers alone train side by side
        networks = [network for name in names for network in fresh[name]]
        keys = jax.random.split(jax.random.key(1), len(networks) // len(names))
        trained = fit(
            loss,
            jax.tree.map(lambda *arrays: jnp.stack(arrays), *networks),
            _draw,
            key=jnp.tile(keys, len(names)),
            steps=updates,
            optimizer=optimizer,
            progress=progress,
        )
        right = np.asarray(_right(trained.params, *new)).reshape(len(names), -1)
        scores |= dict(zip(names, right, strict=True))
    return {name: scores[name] for name in fresh}


def comes_back(networks: Sequence[Network], sequences: int = 4) -> tuple[float | None, float]:
    """The share of the gradient that comes back over the lag, in the middle one of the networks.

    Args:
        networks: of one kind.
        sequences: how many to measure it on.

    Returns:
        Along the cell state, the product of the forget gates of all steps after the marked one, in
        the middle unit, or None if the cells have none; and by all paths, how strongly the last
        output depends on the marked input, divided by how strongly its own output does.
    """
    xs, _ = lag_recall(jax.random.key(2), LAG, NEW, LENGTH)
    cells = jax.tree.map(lambda *arrays: jnp.stack(arrays), *(each.cell for each in networks))
    along, by_all = _shares(cells, xs[:sequences])
    return None if along is None else float(jnp.median(along)), float(jnp.median(by_all))


@jax.jit
def _shares(cells: Params, xs: Array) -> tuple[Array | None, Array]:
    """Both shares of each network, (networks,), in the middle one of the sequences."""

    def of_one(cell: Params, xs: Array) -> tuple[Array | None, Array]:
        def outputs(marked: Array) -> tuple[Array, Array | None]:
            record = trace(cell, xs.at[MARKED].set(marked))
            f = record.f[MARKED + 1 :] if isinstance(record, LSTMTrace) else None
            return record.h[jnp.array([MARKED + 1, LENGTH])], f  # h[0] is the initial one

        slopes, f = jax.jacfwd(outputs, has_aux=True)(xs[MARKED])  # (2, H, D)
        here, last = jnp.linalg.norm(slopes, axis=(1, 2))
        return None if f is None else jnp.median(f.prod(axis=0)), last / here

    shares = jax.vmap(lambda cell: jax.vmap(of_one, (None, 0))(cell, xs))(cells)
    return jax.tree.map(lambda share: jnp.median(share, axis=1), shares)


def _alike(fresh: Mapping[str, Sequence[Network]]) -> list[list[str]]:
    """The kinds in groups of those whose arrays have the same shapes."""
    groups: dict[Any, list[str]] = {}
    for name, networks in fresh.items():
        arrays, structure = jax.tree.flatten(networks[0])
        groups.setdefault((structure, *(array.shape for array in arrays)), []).append(name)
    return list(groups.values())


def _draw(key: Array) -> tuple[Array, Array]:
    return lag_recall(key, LAG, BATCH, LENGTH)


@jax.jit
def _right(networks: Network, xs: Array, ys: Array) -> Array:
    return jax.vmap(lambda network: accuracy(last_answers(network, xs), ys))(networks)
