"""How far an LSTM overfits, and what helps: digits, few of them, many networks side by side.

A network reads a picture of 8 × 8 pixels, a row at each step, and names the digit. It learns
from the first pictures in an order of its own. The networks of one call differ in how many pictures
they learn from, and in their dropout; one program trains them all.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.tree_util import Partial

from lstm_jax.arrays import Array, Key, check_key, check_size
from lstm_jax.cells import LSTMParams
from lstm_jax.course.data.digits import CLASSES, accuracy, digits
from lstm_jax.devices import seeds_mesh
from lstm_jax.dropout import dropout
from lstm_jax.init import init_lstm
from lstm_jax.layers import run
from lstm_jax.losses import cross_entropy
from lstm_jax.models import Readout
from lstm_jax.training import Fit, adam, fit

VALIDATION = 258  # of the pictures to train on: the last two forms of ten
BATCH = 16
LOOK = 25  # steps from one look at the validation part to the next
RATE = 0.01
_SHOWN = 128  # of the pictures that a network learns from, those for its training loss

Pictures = tuple[Any, Any]  # xs (N, T, D) and ys (N,)


class Setting(NamedTuple):
    """What networks of one call may differ in.

    Attributes:
        pictures: how many there are to learn from.
        share: of the features that dropout silences, before each layer and before the readout.
        each_step: whether each step draws a mask of its own; if not, a sequence has one.
    """

    pictures: int
    share: float = 0.0
    each_step: bool = False


class Stack(NamedTuple):
    """LSTM layers on top of each other, and a readout of the last output."""

    layers: tuple[LSTMParams, ...]
    readout: Readout


class Learned(NamedTuple):
    """How the S networks of one setting learned.

    Attributes:
        setting: theirs.
        steps: (L,), the training steps at which they were looked at.
        training: (S, L), the loss on the pictures that they learn from, without dropout, in nats.
        validation: (S, L), the loss on the validation part, in nats.
        at_the_end: (S,), the share of the test part that is right after the last step.
        stopped: (S,), likewise, for the network as it was when its validation loss was lowest.
    """

    setting: Setting
    steps: npt.NDArray[np.int64]
    training: npt.NDArray[np.float32]
    validation: npt.NDArray[np.float32]
    at_the_end: npt.NDArray[np.float32]
    stopped: npt.NDArray[np.float32]


def parts() -> tuple[Pictures, Pictures, Pictures]:
    """The pictures to learn from, the validation part and the test part, from different forms."""
    train, test = digits()
    return (
        (train.xs[:-VALIDATION], train.ys[:-VALIDATION]),
        (train.xs[-VALIDATION:], train.ys[-VALIDATION:]),
        (test.xs, test.ys),
    )


def init(key: Key, units: int, layers: int) -> Stack:
    """A fresh network of so many layers with so many units each."""
    keys = jax.random.split(key, layers + 1)
    sizes = [digits().train.xs.shape[-1], *(units for _ in range(layers - 1))]
    w = jax.random.normal(keys[-1], (units, CLASSES)) / np.float32(np.sqrt(units))
    cells = tuple(init_lstm(k, size, units) for k, size in zip(keys, sizes, strict=False))
    return Stack(cells, Readout(w, jnp.zeros(CLASSES)))


def answers(
    network: Stack,
    xs: Array,
    key: Key | None = None,
    share: Any = 0.0,
    each_step: Any = False,
) -> Array:
    """A score for each digit, (B, 10), of pictures (B, T, D); without a key there is no dropout."""
    count = len(network.layers) + 1
    keys = [None] * count if key is None else list(jax.random.split(key, count))
    silence = partial(dropout, share=share, each_step=each_step)
    for layer, its_key in zip(network.layers, keys, strict=False):
        xs, _ = run(layer, silence(its_key, xs))
    last = silence(keys[-1], xs[:, -1:])[:, 0]
    return last @ network.readout.w + network.readout.b[None]


class _Own(NamedTuple):
    """What a run has of its own: an order of the pictures (N,), and its setting as arrays."""

    order: Array
    known: Array
    share: Array
    each_step: Array


def _loss(pictures: Pictures, network: Stack, key: Key, own: _Own) -> tuple[Array, _Own]:
    xs, ys = pictures
    for_rows, for_masks = jax.random.split(key)
    rows = own.order[jax.random.randint(for_rows, (BATCH,), 0, own.known)]
    said = answers(network, xs[rows], for_masks, own.share, own.each_step)
    return cross_entropy(said, ys[rows]), own


def _same(key: Key) -> Key:
    """A batch is drawn by the loss, from the pictures of its run: all it needs is the key."""
    return key


@jax.jit
def _look(
    networks: Stack, own: _Own, pictures: Pictures, validation: Pictures
) -> tuple[Array, Array]:
    """The losses on what each network learns from and on the validation part, (S,) each."""

    def one(network: Stack, own: _Own) -> tuple[Array, Array]:
        rows = own.order[:_SHOWN]
        known = jnp.arange(_SHOWN) < own.known
        learned = cross_entropy(answers(network, pictures[0][rows]), pictures[1][rows], known)
        return learned, cross_entropy(answers(network, validation[0]), validation[1])

    return jax.vmap(one)(networks, own)


@jax.jit
def _right(networks: Stack, test: Pictures) -> Array:
    return jax.vmap(lambda network: accuracy(answers(network, test[0]), test[1]))(networks)


class _Looks:
    """Looks at the networks while they train, and keeps the best of each: `fit(..., watch=...)`."""

    def __init__(self, look: Callable[[Stack], Any]) -> None:
        self.look = look
        self.steps: list[int] = []
        self.losses: list[npt.NDArray[np.float32]] = []  # (2, S) each
        self.best: Any = None

    def __call__(self, so_far: Fit) -> None:
        """Look, and keep each network that is better than ever before."""
        learned, validation = self.look(so_far.params)
        if self.losses:
            better = validation < np.min([each[1] for each in self.losses], axis=0)
            self.best = _where(better, so_far.params, self.best)
        else:
            self.best = so_far.params
        self.steps.append(so_far.history.loss.shape[-1])
        self.losses.append(np.stack([learned, validation]))


@jax.jit
def _where(better: Array, new: Stack, old: Stack) -> Stack:
    """For each run (S,) the new parameters or the old ones."""

    def choose(a: Array, b: Array) -> Array:
        return jnp.where(jnp.expand_dims(better, range(1, a.ndim)), a, b)

    return jax.tree.map(choose, new, old)


def train_settings(
    settings: Sequence[Setting],
    *,
    key: Key,
    units: int = 32,
    layers: int = 1,
    runs: int = 8,
    steps: int = 300,
    watch: Callable[[Fit], object] = lambda _: None,
    progress: bool = False,
) -> list[Learned]:
    """Train S = `runs` networks of each setting side by side.

    Run n has the same first weights, the same order of the pictures and the same batches under
    every setting, as far as its number of pictures allows: so the runs of two settings are pairs.

    Args:
        settings: at least one; none with more pictures than there are.
        key: a JAX random key.
        units: H of each layer.
        layers: how many.
        runs: networks of each setting.
        steps: updates, each on 16 pictures, a multiple of 25.
        watch: called with the `Fit` so far, as by `fit`.
        progress: whether to show a bar.

    Raises:
        ValueError: `key` or a size is invalid, or a number of pictures is too large.
    """
    check_key("train_settings", key)
    runs = check_size("train_settings", "runs", runs)
    pictures, validation, test = parts()
    there = len(pictures[1])
    for each in settings:
        if check_size("train_settings", "pictures of a setting", each.pictures) > there:
            raise ValueError(
                f"train_settings: a setting has {each.pictures} pictures to learn from; "
                f"there are {there}"
            )
    keys = jax.random.split(key, runs)
    fresh = jax.vmap(partial(init, units=units, layers=layers))(keys)
    orders = jax.vmap(lambda k: jax.random.permutation(jax.random.fold_in(k, 1), there))(keys)
    counts, shares, masks = (np.repeat(column, runs) for column in zip(*settings, strict=True))
    own = _Own(
        _again(orders, len(settings)),
        jnp.asarray(counts, jnp.int32),
        jnp.asarray(shares, jnp.float32),
        jnp.asarray(masks),
    )
    looks = _Looks(partial(_look, own=own, pictures=pictures, validation=validation))

    def look(so_far: Fit) -> None:
        looks(so_far)
        watch(so_far)

    result = fit(
        Partial(_loss, pictures),  # type: ignore[no-untyped-call]
        jax.tree.map(lambda leaf: _again(leaf, len(settings)), fresh),
        _same,
        key=_again(keys, len(settings)),
        steps=steps,
        optimizer=adam(RATE),
        carry=own,
        block=LOOK,
        watch=look,
        mesh=seeds_mesh(runs * len(settings)),
        progress=progress,
    )
    training, validated = np.moveaxis(np.array(looks.losses), 0, -1)  # (runs, L) each
    at_the_end, stopped = (np.asarray(_right(each, test)) for each in (result.params, looks.best))
    rows = [slice(first, first + runs) for first in range(0, len(counts), runs)]
    return [
        Learned(
            setting,
            np.array(looks.steps),
            training[its],
            validated[its],
            at_the_end[its],
            stopped[its],
        )
        for setting, its in zip(settings, rows, strict=True)
    ]


def _again(array: Array, times: int) -> Array:
    """The runs (S, ...) once for each setting."""
    return jnp.concatenate([array] * times)
