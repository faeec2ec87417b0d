"""Is this answer that one? And if not, what is the first difference worth a sentence?"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def is_close(got: Any, expected: Any, tolerance: float) -> bool:
    """Same container, same shapes, and equal values (NaN equals NaN)."""
    return difference(got, expected, tolerance, equal_nan=True) is None


def difference(got: Any, expected: Any, tolerance: float, *, equal_nan: bool = False) -> str | None:
    """The first difference, as a sentence to the student, or None where there is none.

    Both are pytrees of arrays and numbers. First what `misfit` looks at; then, leaf by leaf, NaN
    and infinity where neither is expected, and values.
    """
    problem = misfit(got, expected)
    if problem:
        return problem
    for (label, mine), (_, right) in zip(leaves(got), leaves(expected), strict=True):
        name = f"result{label}"
        if not np.isfinite(mine[np.isfinite(right)]).all() and not equal_nan:
            return f"{name} holds NaN or infinity where a number belongs."
        if not np.allclose(mine, right, tolerance, tolerance, equal_nan=equal_nan):
            wrong = int((~np.isclose(mine, right, tolerance, tolerance)).sum())
            return f"{name} has the right shape; wrong values: {wrong} of {right.size} (marked ✗)."
    return None


def misfit(
    got: Any,
    like: Any,
    wanted: str = "Your function should return {}; it returned {}.",
    name: str = "result",
) -> str | None:
    """How the form of `got` differs from that of `like`, as a sentence, or None where it does not.

    Looked at in this order: values that have outlived the transformation they belong to,
    container, type, shape.
    """
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(got)):
        return (
            "Your function returned a value that exists only inside scan, grad or vmap. Hand it "
            "out through what the inner function returns, not through a list or variable outside."
        )
    container: Any = jax.tree.structure(like)
    if got is None and like is not None:
        return "Your function returns None. Is there a return at its end?"
    if jax.tree.structure(got) != container or callable(got):
        return _part_that_differs(got, like, name) or wanted.format(describe(like), describe(got))
    for (label, mine), (_, right) in zip(leaves(got), leaves(like), strict=True):
        if mine.dtype.kind not in "fiu":
            return f"{name}{label} should hold real numbers; it holds {mine.dtype.type.__name__}."
        if mine.shape != right.shape:
            return f"{name}{label} should have shape {right.shape}; it has shape {mine.shape}."
    return None


def _part_that_differs(got: Any, like: Any, name: str) -> str | None:
    """Where two tuples are alike and a part is not: the first such part, as a sentence."""
    if type(got) is not type(like) or not isinstance(like, tuple) or len(got) != len(like):
        return None
    for n, (mine, right) in enumerate(zip(got, like, strict=True)):
        container: Any = jax.tree.structure(right)
        if jax.tree.structure(mine) != container:
            return f"{name}[{n}] should be {describe(right)}; it is {describe(mine)}."
    return None


def leaves(tree: Any) -> list[tuple[str, np.ndarray]]:
    """The arrays of a pytree, each with the path that leads to it: `""`, `[0]`, `.w_x`."""
    paths, _ = jax.tree_util.tree_flatten_with_path(tree)
    return [(jax.tree_util.keystr(path), _as_array(leaf)) for path, leaf in paths]


def _as_array(leaf: Any) -> np.ndarray:
    try:
        return np.asarray(leaf)
    except TypeError:  # a traced value or a random key: nothing to compare, something to show
        return np.asarray(repr(leaf))


def describe(value: Any) -> str:
    """A value in a few words: `an array of shape (2, 3)`, `a list of 4`."""
    if value is None:
        return "None"
    if isinstance(value, (list, tuple, dict)):
        kind = type(value).__name__
        spelled = kind[:2].isupper() and kind[0] in "FHLMNRSX"  # an LSTM, an RNN
        return f"{'an' if spelled or kind[0] in 'AEIOaeio' else 'a'} {kind} of {len(value)}"
    if isinstance(value, (jax.Array, np.ndarray)):
        return f"an array of shape {value.shape}" if value.ndim else "an array with one number"
    if callable(value):
        return "a function"
    return f"{value!r:.60} (of type {type(value).__name__})"


def show_array(array: np.ndarray, wrong: np.ndarray | None = None) -> str:
    """An array as text, four digits a number, never `-0`, with ✗ after each that `wrong` marks."""
    if array.dtype.kind not in "fiu":
        return f"{array!s:.200}"
    marks = np.zeros(array.shape, bool) if wrong is None else wrong
    cells = [
        f"{value + 0.0:.4g}" + "✗" * bool(mark)
        for value, mark in zip(array.flat, marks.flat, strict=True)
    ]
    width = max(map(len, cells), default=0)
    padded = np.array([cell.rjust(width) for cell in cells], dtype=object).reshape(array.shape)
    return np.array2string(padded, formatter={"all": str}, threshold=60, max_line_width=72)
