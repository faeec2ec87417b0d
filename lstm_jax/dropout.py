"""Dropout for sequences: random features are 0, so that a network cannot rely on a single one.

One mask is drawn for a sequence and used at every step of it. With a new mask at each step the cell
would still see every feature at some of the steps.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import (
    Array,
    ArrayLike,
    Axis,
    Key,
    check_array,
    check_key,
    check_shape,
    is_concrete,
)


def dropout(
    key: Key | None, xs: ArrayLike, share: ArrayLike, *, each_step: bool | Array = False
) -> Array:
    """`xs` with a share of its features at 0 and the others scaled up; the mean stays the same.

    Put it in front of a layer and behind it, between two layers and before a readout. The recurrent
    product stays whole.

    Args:
        key: a JAX random key, in training; None to evaluate, which returns `xs` as it is.
        xs: (B, T, D), the input or the output of a layer; or (T, D), or a summary (B, 1, D).
        share: the part that is set to 0, from 0 on and below 1; it may be an array that changes
            without a new compilation.
        each_step: whether every step draws a mask of its own, as for a network without memory; it
            may be an array likewise.

    Returns:
        an array of the shape of `xs`: 0 where the mask is, else `xs / (1 - share)`.

    Raises:
        ValueError: `key` is neither a key nor None, `xs` no (B, T, D) or (T, D) floats, or `share`
            no number from 0 to below 1.

    Source: Srivastava and others, "Dropout", 2014; one mask for all steps: Gal and Ghahramani, "A
    theoretically grounded application of dropout in recurrent neural networks", NIPS 2016.
    """
    xs = check_array("dropout", "xs", xs)
    time_features = (Axis("time"), Axis("features"))
    check_shape("dropout", "xs", xs.shape, (Axis("batch"), *time_features), time_features)
    rate = _check_share(share, xs.dtype)
    if key is None:
        return xs
    check_key("dropout", key)
    # Numbers are drawn for all steps in both cases, so that one program serves both.
    drawn = jax.random.uniform(key, xs.shape, xs.dtype)
    drawn = jnp.where(jnp.asarray(each_step), drawn, drawn[..., :1, :])
    return jnp.where(drawn < rate, jnp.zeros_like(xs), xs / (1 - rate))


def _check_share(share: Any, dtype: Any) -> Array:
    rate = jnp.asarray(share).astype(dtype)
    inside = not is_concrete(share) or (np.ndim(share) == 0 and 0 <= float(np.asarray(share)) < 1)
    if rate.shape != () or not inside:
        raise ValueError(
            f"dropout: share should be one number from 0 on and below 1, got {share!r}; "
            "0.3 silences three features in ten"
        )
    return rate
