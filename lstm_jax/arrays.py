"""The shape letters, the array types, and the checks that word every shape error.

The letters used in every signature, docstring and comment of this package:

    B  batch      sequences side by side
    T  time       steps of a sequence
    D  input      numbers that come in at one step
    H  hidden     units of the cell

Each public function checks what it is given here, once, before any arithmetic. JAX would broadcast
a state of the wrong size without an error; a result that is wrong but has the right shape is the
hardest mistake to find, so nothing is broadcast silently.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

Array = jax.Array
ArrayLike = jax.typing.ArrayLike
Key = jax.Array
Floats = npt.NDArray[np.floating[Any]]  # in NumPy: what is measured, not trained


class Axis(NamedTuple):
    """One axis of an expected shape: its name, and its size where that is fixed.

    `because` says what fixes the size, for the error: "params expects 3 (params.w_x is (3, 16))".
    """

    name: str
    size: int | None = None
    because: str = ""


_COUNTED = {
    "batch": "sequences",
    "time": "time steps",
    "features": "features",
    "hidden": "units",
}


def check_array(where: str, name: str, value: Any, *, dtype: Any = None, owner: str = "") -> Array:
    """`value` as a JAX array of floats, or a `ValueError` that says what came instead.

    Where `dtype` is given, the array must have it; `owner` names who fixes it ("params.w_x").
    """
    try:
        array = jnp.asarray(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{where}: {name} should be an array of floats, got {type(value).__name__} "
            f"that JAX cannot read ({str(error).splitlines()[0]})"
        ) from None
    if not jnp.issubdtype(array.dtype, jnp.floating):
        raise ValueError(
            f"{where}: {name} should be an array of floats, got {array.dtype} {array.shape}; "
            f"convert it with {name}.astype(jnp.float32)"
        )
    if dtype is not None and array.dtype != dtype:
        raise ValueError(
            f"{where}: {name} is {array.dtype} but {owner} is {dtype}; "
            f"convert one of them, for example with {name}.astype(jnp.{jnp.dtype(dtype).name})"
        )
    return array


def check_shape(where: str, name: str, shape: tuple[int, ...], *options: Sequence[Axis]) -> None:
    """Raise a `ValueError` unless `shape` fits one of `options`, which differ in rank.

    An axis without a fixed size takes any size from 1 on. The error names the argument, what was
    expected and why, and what came.
    """
    wanted = " or ".join(_spell(option) for option in options)
    rule = f"{name} should be {wanted}, got {shape}"
    fitting = [option for option in options if len(option) == len(shape)]
    if not fitting:
        axes = "axis" if len(shape) == 1 else "axes"
        raise ValueError(f"{where}: {name} has {len(shape)} {axes}; {rule}")
    for axis, size in zip(fitting[0], shape, strict=True):
        counted = _COUNTED.get(axis.name, axis.name)
        if axis.size is None and size == 0:
            raise ValueError(f"{where}: {name} is empty, it has 0 {counted}; {rule}")
        if axis.size is not None and size != axis.size:
            because = axis.because or f"{axis.size} are expected"
            raise ValueError(f"{where}: {name} has {size} {counted} but {because}; {rule}")


def check_size(where: str, name: str, value: Any) -> int:
    """`value` as a size: a whole number from 1 on, or a `ValueError`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{where}: {name} should be a whole number from 1 on, got {value!r}")
    return int(value)


def check_scalar(where: str, name: str, value: Any, dtype: Any) -> Array:
    """`value` as a scalar array of `dtype`, so that moving it never compiles anything again."""
    try:
        scalar = jnp.asarray(value).astype(dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: {name} should be a number, got {value!r}") from None
    if scalar.shape != ():
        raise ValueError(
            f"{where}: {name} should be one number, got an array of shape {scalar.shape}"
        )
    # In NumPy, because under `jit` a result of JAX has no value yet.
    if is_concrete(value) and not np.isfinite(np.asarray(value)):
        raise ValueError(f"{where}: {name} should be finite, got {value!r}")
    return scalar


def check_key(where: str, key: Any) -> None:
    """Raise a `ValueError` unless `key` is one JAX random key, new style or old."""
    if isinstance(key, jax.Array):
        if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) and key.shape == ():
            return
        if key.dtype == jnp.uint32 and key.shape == (2,):
            return
    got = f"{key.dtype} {key.shape}" if isinstance(key, jax.Array) else repr(key)
    raise ValueError(f"{where}: key should be one random key, such as jax.random.key(0), got {got}")


def is_concrete(value: Any) -> bool:
    """Whether `value` holds numbers that can be read; under `jit`, `grad` or `vmap` it may not."""
    return not isinstance(value, jax.core.Tracer)


def _spell(option: Sequence[Axis]) -> str:
    inside = ", ".join(axis.name if axis.size is None else str(axis.size) for axis in option)
    return f"({inside},)" if len(option) == 1 else f"({inside})"
