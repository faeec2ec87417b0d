"""A trained network and its task, for `TrainedCellExplorer` to show when it is given none.

The task is `lag_recall`: of 40 symbols one is marked, and 30 steps later, at the end, the network
has to name it. `train_recall` is the command that has trained the network in the file beside this.
"""

import math
from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Key
from lstm_jax.course.data.lag_recall import SYMBOLS, lag_recall
from lstm_jax.files import load, save
from lstm_jax.models import Network, Readout

LENGTH, LAG = 40, 30
FEATURES = (*map(str, range(SYMBOLS)), "mark")  # what the inputs of a step are called
FILE = Path(__file__).with_name("recall.safetensors")


def draw_recall(key: Key, batch: int) -> tuple[Array, Array]:
    """Draw sequences of the task: xs (B, 40, 5), and which symbol was marked, ys (B,)."""
    return lag_recall(key, LAG, batch, LENGTH)


class Recall(NamedTuple):
    """The network of 8 units, forget bias 3 before training, and 256 sequences it has not seen."""

    network: Network
    xs: Array
    ys: Array


def save_recall(network: Network, xs: Array, ys: Array) -> None:
    """Write the file. The sequences go with it, as drawing them anew takes longer than all else."""
    bits = np.packbits(np.asarray(xs, bool))  # they hold nothing but 0 and 1
    parts = {"lstm": network.cell, "readout": tuple(network.readout), "bits": bits, "ys": ys}
    save(FILE, parts)


def load_recall() -> Recall:
    """Read the file."""
    parts = load(FILE)
    assert isinstance(parts, dict)
    shape = (len(parts["ys"]), LENGTH, len(FEATURES))
    bits = np.unpackbits(np.asarray(parts["bits"]), count=math.prod(shape))
    xs = jnp.asarray(bits.reshape(shape), jnp.float32)
    return Recall(Network(parts["lstm"], Readout(*parts["readout"])), xs, parts["ys"])
