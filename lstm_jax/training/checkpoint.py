"""A run on disk: all that training needs to go on from where it was, to exactly the same numbers.

The file is in the safetensors format, like that of `lstm_jax.save`: named arrays, nothing that can
run code. A note in it holds a fingerprint of what training began with, so that a file is never
continued with other arguments by mistake.
"""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.files import read_arrays, write_arrays

_FORMAT = "lstm_jax training 1"


class Checkpoint:
    """A file that keeps the progress of a run; without a path it does nothing.

    path: the file.
    made_with: for each argument of `fit` that the numbers depend on, a tree of arrays.
    """

    def __init__(self, path: str | os.PathLike[str] | None, made_with: dict[str, Any]) -> None:  # noqa: D107
        self.path = path
        self._digests = {name: _digest(tree) for name, tree in made_with.items()} if path else {}
        self._written = time.monotonic()

    def write(self, progress: Any, *, seconds_apart: float = 0.0) -> None:
        """Write a tree of arrays, unless it is less than `seconds_apart` since the last time.

        An older file stays until the new one is whole. Of several processes the first one writes.
        """
        now = time.monotonic()
        if self.path is None or jax.process_index() or now - self._written < seconds_apart:
            return
        note = {"format": _FORMAT, "made_with": json.dumps(self._digests)}
        write_arrays(self.path, _named(progress), note)
        self._written = now

    def resume(self, start: Any) -> Any:
        """The progress in the file, in the form of `start`; `start` itself where there is none.

        Raises:
            ValueError: the file is broken, not from `fit`, or made with other arguments.
        """
        if self.path is None or not Path(self.path).exists():
            return start
        arrays, note = read_arrays("fit", self.path)
        if note.get("format") != _FORMAT:
            raise ValueError(
                f"fit: {self.path} is a safetensors file but no checkpoint of fit; "
                "give checkpoint a name of its own"
            )
        then = json.loads(note["made_with"])
        other = [name for name, digest in self._digests.items() if then.get(name) != digest]
        if other:
            raise ValueError(
                f"fit: checkpoint {self.path} was made with other {' and '.join(other)}; give the "
                "same as then, or another file name, or delete the file to start again"
            )
        return jax.tree_util.tree_map_with_path(
            lambda path, leaf: _like(leaf, arrays[jax.tree_util.keystr(path)]), start
        )


def _digest(tree: Any) -> str:
    """A fingerprint of a tree of arrays: of its layout, shapes, types and numbers."""
    digest = hashlib.sha256()
    for name, array in _named(tree).items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _named(tree: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Every array in NumPy under its place in the tree, random keys as their numbers."""
    return {
        jax.tree_util.keystr(path): np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
    }


def _like(leaf: Any, array: np.ndarray[Any, Any]) -> Any:
    """`array` in the form of `leaf`: a random key, a JAX array or a NumPy array."""
    if _is_key(leaf):
        return jax.random.wrap_key_data(jnp.asarray(array), impl=jax.random.key_impl(leaf))
    return jnp.asarray(array) if isinstance(leaf, jax.Array) else array


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
