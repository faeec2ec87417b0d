"""A language model reads a stretch of text: what its cells do, and what it expects next.

This is what `TextExplorer` computes when its text moves, by one program for all texts: they are
padded, so that a new one compiles nothing.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.course.data.topics import ALPHABET
from lstm_jax.models import Network, read_out
from lstm_jax.models.language import LONGEST_PROMPT, LanguageModel
from lstm_jax.traces import LSTMTrace, trace

SHOWN, LEAD = 400, LONGEST_PROMPT  # characters of a stretch, and those read before it, at most
LIKELIEST = 5  # next characters that are named
QUANTITIES = ("c", "h", "i", "f", "g", "o")
FULL = 32_767  # what stands for the end of a scale, in 16 bits


class Reading(NamedTuple):
    """What happens at each of N characters, all in NumPy.

    Attributes:
        record: gates (N, H), and states (N + 1, H), row 0 what was known before.
        likeliest: (N, 5), the symbols that are the likeliest to come next.
        chances: (N, 5), their probabilities.
        came: (N,), the probability of the symbol that did come next; NaN after the last of a text.
    """

    record: LSTMTrace
    likeliest: Any
    chances: Any
    came: Any


def stretch_of(text: str, start: int) -> tuple[int, str]:
    """The place of the first character on screen, and all that are: the last of them at the end."""
    first = min(start, max(0, len(text) - SHOWN))
    return first, text[first : first + SHOWN]


def read(model: LanguageModel, text: str, start: int) -> Reading:
    """Read the stretch of a text that begins at `start`, and before it what stands there."""
    first, shown = stretch_of(text, start)
    before = min(first, LEAD)
    ids = ALPHABET.ids(text[first - before : first + len(shown) + 1])
    padded = np.zeros(LEAD + SHOWN + 1, np.int32)
    padded[: len(ids)] = ids
    reading: Reading = jax.tree.map(np.array, _read(model, padded, np.int32(before)))
    if first + len(shown) == len(text) and shown:
        reading.came[len(shown) - 1] = np.nan
    gates_and_states = {
        name: values[: len(shown) + (name in "ch")]
        for name, values in reading.record._asdict().items()
    }
    return Reading(LSTMTrace(**gates_and_states), *(part[: len(shown)] for part in reading[1:]))


@jax.jit
def _read(model: LanguageModel, ids: Array, before: Array) -> Reading:
    def from_there(values: Array, count: int) -> Array:
        return jax.lax.dynamic_slice_in_dim(values, before, count)

    record = trace(model.cell, model.embedding[ids[:-1]])  # type: ignore[arg-type]
    cut = {
        name: from_there(values, SHOWN + (name in "ch"))
        for name, values in record._asdict().items()
    }
    p = jax.nn.softmax(read_out(Network(model.cell, model.readout), cut["h"][1:]))
    chances, likeliest = jax.lax.top_k(p, LIKELIEST)
    came = jnp.take_along_axis(p, from_there(ids[1:], SHOWN)[:, None], axis=1)[:, 0]
    return Reading(LSTMTrace(**cut), likeliest, chances, came)


def in_16_bits(record: LSTMTrace) -> tuple[bytes, list[float]]:
    """All quantities after each character as whole numbers, (6, N, H), and what `FULL` stands for.

    In the order of `QUANTITIES`. The cell state has no bound, so its scale ends where it does; the
    others end at 1. An error of rounding is 1 / 65,534 of the scale at most.
    """
    values = [
        getattr(record, name)[1:] if name in "ch" else getattr(record, name) for name in QUANTITIES
    ]
    most = max(1.0, float(np.abs(record.c).max()))
    ends = [most if name == "c" else 1.0 for name in QUANTITIES]
    scaled = [np.rint(part * (FULL / end)) for part, end in zip(values, ends, strict=True)]
    return np.stack(scaled).astype("<i2").tobytes(), ends
