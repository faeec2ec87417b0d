"""n-grams: name the next symbol by counting what came after the last few before.

The baseline that a language model has to beat. A count alone gives the probability 0 to what
never occurred. So the counts of n symbols are mixed with those of n - 1, and so on down to equal
probabilities.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Floats, check_size
from lstm_jax.vocabulary import Ids

Codes = npt.NDArray[np.int64]


class Table(NamedTuple):
    """What was counted of k symbols in a row. Runs of symbols stand as one number each, sorted.

    Attributes:
        runs: `(R,)`, the runs of k symbols that occur.
        counts: `(R,)`, how often each does.
        contexts: `(C,)`, the runs of k - 1 symbols they begin with.
        totals: `(C,)`, how often each of these had a next symbol.
        kinds: `(C,)`, how many different ones.
    """

    runs: Codes
    counts: Codes
    contexts: Codes
    totals: Codes
    kinds: Codes


class NGrams(NamedTuple):
    """The counts of 1, 2, ... n symbols in a row, and how many symbols there are."""

    symbols: int
    tables: tuple[Table, ...]


def count_ngrams(ids: Ids, order: int, symbols: int) -> NGrams:
    """Count a text.

    Args:
        ids: `(T,)`, whole numbers from 0 to `symbols` - 1.
        order: n. With 1 no past symbol is used, with 5 the last four are.
        symbols: V, how many symbols there are.

    Raises:
        ValueError: `ids` is empty or holds something else, or a size does not fit.
    """
    order = check_size("count_ngrams", "order", order)
    symbols = check_size("count_ngrams", "symbols", symbols)
    if symbols**order >= 2**63:
        raise ValueError(
            f"count_ngrams: order {order} with {symbols} symbols is too much to count; "
            "take a smaller order"
        )
    check_ids("count_ngrams", ids, symbols)
    seen = windows_before(ids, order)
    return NGrams(symbols, tuple(_count(_codes(seen, k, symbols), symbols) for k in _runs(order)))


def probabilities(ngrams: NGrams, windows: Ids) -> Floats:
    """The probability of the last symbol of each window (M, n), given those before it: (M,).

    Source: Witten and Bell, "The zero-frequency problem", IEEE Transactions on Information Theory
    37(4), 1991. A context that was seen N times, with U different symbols after it, gives what it
    has counted a weight of N / (N + U), and leaves the rest to the context that is one shorter.
    """
    p = np.full(len(windows), 1 / ngrams.symbols)
    for k, table in zip(_runs(len(ngrams.tables)), ngrams.tables, strict=True):
        codes = _codes(windows, k, ngrams.symbols)
        count = _look_up(table.runs, table.counts, codes)
        contexts = codes // ngrams.symbols
        total = _look_up(table.contexts, table.totals, contexts)
        kinds = _look_up(table.contexts, table.kinds, contexts)
        mixed = (count + kinds * p) / np.maximum(total + kinds, 1)
        p = np.where(total > 0, mixed, p)
    return p


def next_probabilities(ngrams: NGrams, ids: Ids) -> Floats:
    """The probability of each symbol (V,) after a text (T,), which may be empty."""
    order = len(ngrams.tables)
    known = np.concatenate([np.zeros(order, np.int32), ids])[len(ids) + 1 :]
    windows = np.tile(np.append(known, 0), (ngrams.symbols, 1))
    windows[:, -1] = np.arange(ngrams.symbols)
    return probabilities(ngrams, windows)


def bits(ngrams: NGrams, ids: Ids) -> float:
    """What a text (T,) costs: the mean of -log2 p over its symbols, in bits a symbol.

    Raises:
        ValueError: `ids` is empty, or holds a number that is no symbol.
    """
    check_ids("bits", ids, ngrams.symbols)
    return float(-np.log2(probabilities(ngrams, windows_before(ids, len(ngrams.tables)))).mean())


def windows_before(ids: Ids, length: int) -> Ids:
    """The window that ends with each symbol of a text (T,): (T, length), 0 before the text."""
    padded = np.concatenate([np.zeros(length - 1, ids.dtype), ids])
    return np.lib.stride_tricks.sliding_window_view(padded, length)


def _runs(order: int) -> range:
    return range(1, order + 1)


def _codes(windows: Ids, k: int, symbols: int) -> Codes:
    """The last k symbols of each window as one number: its digits to the base `symbols`."""
    powers = symbols ** np.arange(k - 1, -1, -1, dtype=np.int64)
    return windows[:, -k:].astype(np.int64) @ powers


def _count(codes: Codes, symbols: int) -> Table:
    runs, counts = np.unique(codes, return_counts=True)
    contexts, kinds = np.unique(runs // symbols, return_counts=True)
    starts = np.searchsorted(runs // symbols, contexts)
    return Table(runs, counts, contexts, np.add.reduceat(counts, starts), kinds)


def _look_up(keys: Codes, values: Codes, wanted: Codes) -> Codes:
    """The value of each wanted key, 0 for one that is not there."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def check_ids(where: str, ids: Ids, symbols: int) -> None:
    """Raise a `ValueError` unless `ids` is (T,), at least one, of numbers below `symbols`."""
    array = np.asarray(ids)
    if array.ndim != 1 or not len(array) or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            f"{where}: ids should be integers of shape (T,), at least one, "
            f"got {array.dtype} {array.shape}"
        )
    if array.min() < 0 or array.max() >= symbols:
        raise ValueError(
            f"{where}: ids should lie between 0 and {symbols - 1}, "
            f"got {array.min()} to {array.max()}"
        )
