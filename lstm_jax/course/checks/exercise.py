"""What an exercise is: a specification in plain loops, drawn inputs, known mistakes, hints."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

Args = tuple[Any, ...]
Function = Callable[..., Any]
Array = np.ndarray
Params = Any  # parameters of a cell that hold NumPy arrays, where their type says JAX arrays


class Exercise(NamedTuple):
    """One exercise. Its name is that of the function `spec`, and so are its argument names.

    why: one sentence, why it is worth the effort.
    lines: about how many lines an answer takes.
    spec: the right answer in plain Python and NumPy, in float64.
    sizes: the sizes to draw inputs of, smallest first; each is unpacked into `draw`.
    draw: draw(rng, *size) -> the arguments of one call: NumPy arrays in float64 or of whole
        numbers, plain numbers, or NamedTuples of arrays.
    wrong: diagnosis -> a function that makes that mistake; takes what `spec` takes.
    hints: from a nudge to nearly the answer, without ever being it.
    draws: how many inputs are drawn for a size.
    tolerance: how far from `spec` an answer may be, absolute and relative.
    slopes: the arguments, arrays of real numbers, for which the gradient is compared too.
    way: what an answer with the right values still lacks, as a sentence, or None; it takes the
        answer, and is there where an exercise is about the way to the values.
    """

    why: str
    lines: int
    spec: Function
    sizes: tuple[tuple[int, ...], ...]
    draw: Callable[..., Args]
    wrong: Mapping[str, Function]
    hints: tuple[str, ...]
    draws: int = 15
    tolerance: float = 1e-4
    slopes: tuple[str, ...] = ()
    way: Callable[[Function], str | None] | None = None

    @property
    def name(self) -> str:
        """The name `check` and `hint` know it by."""
        return self.spec.__name__

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments, in order."""
        return tuple(inspect.signature(self.spec).parameters)

    def inputs(self, draws: int | None = None) -> Iterator[Args]:
        """Drawn arguments, the same ones in every call, small sizes first.

        The seed is the name: all students of a class see the same failing input.
        """
        rng = np.random.default_rng(list(self.name.encode()))
        for size in self.sizes:
            for _ in range(self.draws if draws is None else draws):
                yield self.draw(rng, *size)


def tenths(rng: np.random.Generator, *shape: int, largest: float = 1.5) -> Array:
    """Values up to `largest` either way, never 0, with one decimal: short enough to read."""
    sizes = rng.integers(1, round(10 * largest) + 1, shape) / 10
    return np.asarray(rng.choice([-1.0, 1.0], shape) * sizes)
