"""Handwritten digits, read as a sequence: a row of the picture at each step, or a pixel.

1,797 pictures of 8 × 8 pixels, written by 13 people into 14 copies of one printed form. The file
holds them form by form, and pictures of one form are most alike, because one person wrote them. So
the split falls between two forms. A random split would put the same handwriting into both parts,
and the test would be too easy.
"""

import gzip
from functools import cache
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Array, check_size
from lstm_jax.course.data.installed import installed_file
from lstm_jax.losses import check_logits

CLASSES = 10
PIXELS = 64
# The first ten forms are to train on, the last four to test on.
TRAIN = 1287
# The accuracy of always naming the same digit; each has a share of 0.10 ± 0.01.
CHANCE = 1 / CLASSES
# A weighted sum of all pixels at once for each digit, fitted by least squares to the training part.
LINEAR_ACCURACY = 443 / 510


class Part(NamedTuple):
    """Pictures as sequences, and the digit that each one shows.

    Attributes:
        xs: `(N, T, D)` float32, from 0 (paper) to 1 (ink).
        ys: `(N,)` int32, 0 to 9.
    """

    xs: npt.NDArray[np.float32]
    ys: npt.NDArray[np.int32]


class Digits(NamedTuple):
    """1,287 pictures to train on and 510 to test on, from other forms."""

    train: Part
    test: Part


def digits(steps: int = 8) -> Digits:
    """The digits, each picture read from left to right and from top to bottom.

    The arrays are read-only: everyone shares them. `Minibatches(digits().train, 50)` draws batches.

    Args:
        steps: T, the steps of a sequence, a divisor of 64: with 8 a step is a row of 8 pixels, with
            64 it is one pixel. D is 64 / T.

    Raises:
        ValueError: `steps` does not divide 64.
        ModuleNotFoundError: the package scikit-learn, which holds the file, is not installed.
        FileNotFoundError: it is installed, but without the file.

    Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", 1998, UCI Machine
    Learning Repository (CC BY 4.0), the test part, as kept in scikit-learn.
    """
    steps = check_size("digits", "steps", steps)
    if PIXELS % steps:
        raise ValueError(
            f"digits: steps is {steps}, which does not divide the 64 pixels of a picture; "
            "try 8 (a row at each step) or 64 (a pixel)"
        )
    pictures, ys = _read()
    xs = pictures.reshape(-1, steps, PIXELS // steps)
    return Digits(Part(xs[:TRAIN], ys[:TRAIN]), Part(xs[TRAIN:], ys[TRAIN:]))


def accuracy(logits: Array, target: Array) -> Array:
    """The fraction of pictures for which the highest of `logits (B, 10)` is `target (B,)`.

    Raises:
        ValueError: the shapes do not fit each other, or `target` holds no integers.
    """
    check_logits("accuracy", logits, target, classes=CLASSES, rank=1)
    return jnp.mean(jnp.argmax(logits, axis=-1) == target)


@cache
def _read() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """All pictures `(1797, 64)` and their digits `(1797,)`, in the order of the file."""
    name = "datasets/data/digits.csv.gz"
    path = installed_file("digits", "sklearn", name)
    with gzip.open(path, "rt", encoding="ascii") as file:
        table = np.loadtxt(file, dtype=np.float32, delimiter=",")
    # A row is 64 pixels, each with 0 to 16 parts of ink, and then the digit.
    pictures, ys = table[:, :PIXELS] / np.float32(16), table[:, PIXELS].astype(np.int32)
    for array in (pictures, ys):
        array.flags.writeable = False
    return pictures, ys
