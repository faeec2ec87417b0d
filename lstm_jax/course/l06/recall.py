"""A trained network and its task, for `TrainedCellExplorer(*load_recall())` to show.

The task is `lag_recall`: of 40 symbols one is marked, and 30 steps later, at the end, the network
has to name it. `train_recall` is the command that has trained the network in the file beside this.
"""

import math
from pathlib import Path
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Key
from lstm_jax.cells import LSTMParams
from lstm_jax.course.data.lag_recall import SYMBOLS, lag_recall
from lstm_jax.files import load, save
from lstm_jax.models import Network, Readout

LENGTH, LAG = 40, 30
FEATURES = (*map(str, range(SYMBOLS)), "mark")  # what the inputs of a step are called
# Step 9 has the mark. Unit 3 matters most to the answer.
_AFTER_MARK = {"clamp_from": LENGTH - LAG, "unit": 3, "t": 20}
_PRESETS = {
    "f at 1 after the mark": {**_AFTER_MARK, "clamp_gate": "f", "clamp_value": 1.0},
    "i at 0 after the mark": {**_AFTER_MARK, "clamp_gate": "i", "clamp_value": 0.0},
}
FILE = Path(__file__).with_name("recall.safetensors")


def draw_recall(key: Key, batch: int) -> tuple[Array, Array]:
    """Draw sequences of the task: xs (B, 40, 5), and which symbol was marked, ys (B,)."""
    return lag_recall(key, LAG, batch, LENGTH)


class Recall(NamedTuple):
    """What `TrainedCellExplorer` takes, in its order.

    Attributes:
        lstm: the cell of 8 units; its forget bias was 3 before training.
        readout: names the symbol.
        xs: 256 sequences that it has not seen, `(256, 40, 5)`.
        ys: which symbol was marked in each, `(256,)`.
        features: what the inputs of a step are called.
        presets: what is done to this network after the mark.
    """

    lstm: LSTMParams
    readout: Readout
    xs: Array
    ys: Array
    features: tuple[str, ...]
    presets: dict[str, dict[str, Any]]


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
    readout = Readout(*parts["readout"])
    return Recall(parts["lstm"], readout, xs, parts["ys"], FEATURES, _PRESETS)
