"""Parameters on disk: `save` and `load`.

A file is in the safetensors format: named arrays and a note in plain text. The note says how the
arrays belong together. Nothing in the file can run code, unlike a pickle.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import safetensors
import safetensors.numpy

from lstm_jax.arrays import is_concrete
from lstm_jax.cells import CELLS, check_params
from lstm_jax.layers import Bidirectional

_FORMAT = "lstm_jax 1"
_NAMED = {kind.__name__: kind for kind in (*CELLS, Bidirectional)}


def save(path: str | os.PathLike[str], params: object) -> None:
    """Write parameters to a safetensors file.

    Args:
        path: the file; an older one is replaced only when the new one is complete.
        params: the parameters of a cell, such as `LSTMParams`, or a model made of cells: dicts with
            string keys, lists and tuples of such parameters and of arrays.

    Raises:
        ValueError: for something that is none of these; nothing is written then.
        OSError: where the file cannot be written; what was there stays as it was.
    """
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    layout = _take_apart("params", params, arrays)
    write_arrays(path, arrays, {"format": _FORMAT, "layout": json.dumps(layout)})


def load(path: str | os.PathLike[str]) -> object:
    """Read what `save` wrote: the same tree, its arrays on JAX's default device.

    A type checker cannot know what a file holds: `assert isinstance(params, LSTMParams)` tells it.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for a file that is cut short, of another format, or whose arrays do not fit each
            other. No code in the file is run, whatever the file is.
    """
    arrays, note = read_arrays("load", path)
    if note.get("format") != _FORMAT:
        raise ValueError(
            f"load: {path} is a safetensors file, but not one that lstm_jax.save wrote: its format "
            f"is {note.get('format')!r}, expected {_FORMAT!r}"
        )
    try:
        params = _put_together(json.loads(note["layout"]), arrays)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"load: {path} cannot be put together: {error}") from None
    if arrays:
        raise ValueError(f"load: {path} holds arrays outside its layout: {', '.join(arrays)}")
    _check_cells(f"load: {path}", params)
    return params


def write_arrays(
    path: str | os.PathLike[str], arrays: dict[str, np.ndarray[Any, Any]], note: dict[str, str]
) -> None:
    """Write named arrays and a note; an older file is replaced when the new one is complete."""
    data = safetensors.numpy.save(arrays, metadata=note)
    target = Path(path)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def read_arrays(
    where: str, path: str | os.PathLike[str]
) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, str]]:
    """What `write_arrays` wrote, or a `ValueError` where the file is not complete."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            note = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise ValueError(
            f"{where}: {path} is not a whole safetensors file ({error}); "
            "copy it again, or write it again"
        ) from None
    return arrays, note


# A layout is an array's name, or a pair of a kind and its parts: ["LSTMParams", {"w_x": ...}].


def _take_apart(name: str, tree: Any, arrays: dict[str, Any]) -> Any:
    """The layout of `tree`; its arrays go to `arrays` under their names."""

    def part(key: Any, value: Any) -> Any:
        return _take_apart(f"{name}.{key}", value, arrays)

    if type(tree) in _NAMED.values():
        if type(tree) in CELLS:
            check_params("save", tree, name)
        return [
            type(tree).__name__,
            {key: part(key, value) for key, value in tree._asdict().items()},
        ]
    if isinstance(tree, Mapping):
        if not all(isinstance(key, str) for key in tree):
            raise ValueError(f"save: the keys of {name} should be strings, got {list(tree)}")
        return ["dict", {key: part(key, value) for key, value in tree.items()}]
    if type(tree) in (list, tuple):
        return [type(tree).__name__, [part(key, value) for key, value in enumerate(tree)]]
    if not is_concrete(tree):
        raise ValueError(f"save: {name} has no numbers yet under jit, grad or vmap; save outside")
    if not hasattr(tree, "dtype") or not hasattr(tree, "shape"):
        raise ValueError(
            f"save: {name} should be the parameters of a cell, such as LSTMParams, an array, "
            f"or a dict, list or tuple of them, got {type(tree).__name__}"
        )
    if name in arrays:
        raise ValueError(f"save: two arrays would be called {name}; rename a key that has a dot")
    arrays[name] = np.ascontiguousarray(tree)
    return name


def _put_together(layout: Any, arrays: dict[str, Any]) -> Any:
    """The tree of `layout`, taking its arrays out of `arrays`."""
    if isinstance(layout, str):
        stored = arrays.pop(layout)
        array = jnp.asarray(stored)
        if array.dtype != stored.dtype:
            raise ValueError(
                f"{layout} is {stored.dtype} but JAX would make it {array.dtype}; first call "
                'jax.config.update("jax_enable_x64", True)'
            )
        return array
    kind, parts = layout
    if kind in ("list", "tuple"):
        values = [_put_together(part, arrays) for part in parts]
        return values if kind == "list" else tuple(values)
    named = {key: _put_together(part, arrays) for key, part in parts.items()}
    return named if kind == "dict" else _NAMED[kind](**named)


def _check_cells(where: str, tree: Any) -> None:
    """Raise a `ValueError` where the arrays of some cell in `tree` do not fit each other."""
    if type(tree) in CELLS:
        check_params(where, tree)
    elif isinstance(tree, Mapping):
        for part in tree.values():
            _check_cells(where, part)
    elif isinstance(tree, tuple | list):
        for part in tree:
            _check_cells(where, part)
