"""What `ScalingExplorer` measures: walks as programs, seconds of a call, the law behind these."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from lstm_jax.arrays import Array, ArrayLike
from lstm_jax.cells import AnyParams

LOOP = "Python loop"
WAYS = (LOOP, "scan", "unrolled scan", "run", "scan, minLSTM", "parallel, minLSTM")


class Size(NamedTuple):
    """Steps T, sequences B and units H, which are also the inputs D."""

    length: int
    batch: int
    width: int


class Program(NamedTuple):
    """A program that is compiled but has not run.

    start: makes its inputs, and returns what runs it once.
    seconds: how long it took to trace, lower and compile.
    bytes: the memory it takes, inputs and results included, as XLA plans it.
    """

    start: Callable[[], Callable[[], object]]
    seconds: float
    bytes: int


class Walk(NamedTuple):
    """A way to walk a cell along its sequences, at any size.

    Attributes:
        inputs: the cell that is walked, and sequences xs (B, T, D).
        forward: the program that gives the outputs of all steps.
        training_step: the program that gives the gradient for all weights.
    """

    inputs: Callable[[Size], tuple[AnyParams, Array]]
    forward: Callable[[Size], Program]
    training_step: Callable[[Size], Program]


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call takes, until its results are there."""
    begun = time.perf_counter()
    jax.block_until_ready(call())  # type: ignore[no-untyped-call]
    return time.perf_counter() - begun


class Power(NamedTuple):
    """seconds = factor · T^exponent, fitted to the lengths from `shortest` to `longest`."""

    exponent: float
    factor: float
    shortest: int
    longest: int

    def at(self, length: ArrayLike) -> Any:
        """The fitted seconds, or bytes, at length T."""
        return self.factor * np.asarray(length, np.float64) ** self.exponent

    def __str__(self) -> str:
        """Such as "T^0.97 (fitted from T = 256 to 4096)"."""
        return f"T^{self.exponent:.2f} (fitted from T = {self.shortest} to {self.longest})"


def fitted(lengths: Sequence[int], values: Sequence[float], *, shortest: int = 1) -> Power:
    """The power law nearest to the values, in the least squares of their logarithms.

    Args:
        lengths: T of each value, two different ones or more.
        values: seconds, or bytes, above 0.
        shortest: leave out shorter lengths, where the fixed cost of a call hides the law.

    Raises:
        ValueError: fewer than two lengths from `shortest` on, or a value that is not above 0.
    """
    pairs = [(T, value) for T, value in zip(lengths, values, strict=True) if shortest <= T]
    if len({T for T, _ in pairs}) < 2:
        raise ValueError(
            f"fitted: lengths has {len({T for T, _ in pairs})} from {shortest} on, a slope needs "
            f"2 or more; got {list(lengths)}"
        )
    if not all(value > 0 for _, value in pairs):
        raise ValueError(f"fitted: values should be above 0, got {list(values)}")
    logs = np.log(np.asarray(pairs, np.float64))
    exponent, offset = np.polyfit(logs[:, 0], logs[:, 1], 1)
    kept = [T for T, _ in pairs]
    return Power(float(exponent), float(np.exp(offset)), min(kept), max(kept))
