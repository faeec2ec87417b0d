"""Losses: how wrong the answers of a network are, as the one number that training makes small."""

import jax.numpy as jnp
import optax

from lstm_jax.arrays import Array, Axis, check_shape


def mean_squared_error(prediction: Array, target: Array) -> Array:
    """The mean of `(prediction - target)²` over all entries, one number.

    Raises:
        ValueError: the shapes differ. `(B, 1)` beside `(B,)` would give B² differences.
    """
    axes = [Axis(f"on axis {n}", size, f"target has {size}") for n, size in enumerate(target.shape)]
    check_shape("mean_squared_error", "prediction", prediction.shape, axes)
    return jnp.mean((prediction - target) ** 2)


def cross_entropy(logits: Array, target: Array, where: Array | None = None) -> Array:
    """The mean of `-ln p(target)`, in nats, with p the softmax of the logits.

    Naming one of K classes at random costs ln K; an answer that is sure and right costs 0.

    Args:
        logits: `(B, K)` or `(B, T, K)`, a score for each class.
        target: `(B,)` or `(B, T)` integers, the class that is right, from 0 to K - 1.
        where: booleans of the shape of `target`; False leaves that answer out, and then its target
            may be any number. None counts them all.

    Raises:
        ValueError: the shapes do not fit each other, or `target` holds no integers.
    """
    check_logits("cross_entropy", logits, target)
    if where is not None:
        axes = [Axis(f"on axis {n}", s, f"target has {s}") for n, s in enumerate(target.shape)]
        check_shape("cross_entropy", "where", where.shape, axes)
    each = optax.softmax_cross_entropy_with_integer_labels(logits, target)
    return jnp.mean(each, where=where)


def pinball(prediction: Array, target: Array, levels: Array) -> Array:
    """The mean pinball loss of Q quantiles, one number: smallest where each is where it says.

    A forecast q of level p pays `p · (y - q)` where y lies above it and `(1 - p) · (q - y)` where y
    lies below. At level 0.9 to be too low costs nine times as much as to be too high, so q settles
    where 90 % of all y lie below it.

    Args:
        prediction: `(B, K, Q)`, for each of K numbers Q quantiles.
        target: `(B, K)`.
        levels: `(Q,)`, between 0 and 1.

    Raises:
        ValueError: the shapes do not fit each other.

    Source: Koenker and Bassett, "Regression quantiles", 1978.
    """
    check_shape("pinball", "levels", levels.shape, [Axis("quantiles")])
    axes = [Axis(f"on axis {n}", s, f"target has {s}") for n, s in enumerate(target.shape)]
    quantiles = Axis("quantiles", len(levels), f"there are {len(levels)} levels")
    check_shape("pinball", "prediction", prediction.shape, [*axes, quantiles])
    above = target[..., None] - prediction
    weight = levels.reshape((1,) * target.ndim + (-1,))
    return jnp.mean(jnp.maximum(weight * above, (weight - 1) * above))


def check_logits(
    where: str,
    logits: Array,
    target: Array,
    *,
    classes: int | None = None,
    rank: int | None = None,
) -> None:
    """Raise a `ValueError` unless each integer of `target` has its row of `logits`.

    Args:
        where: the function that was called, for the error.
        logits: `(B, K)` or `(B, T, K)`.
        target: `(B,)` or `(B, T)` integers.
        classes: K, where it is fixed.
        rank: 1 or 2, the axes of `target`, where that is fixed.
    """
    options = [[Axis("batch")], [Axis("batch"), Axis("time")]]
    check_shape(where, "target", target.shape, *(options if rank is None else [options[rank - 1]]))
    if not jnp.issubdtype(target.dtype, jnp.integer):
        raise ValueError(
            f"{where}: target should be integers, the number of the right class, "
            f"got {target.dtype} {target.shape}"
        )
    rows = [
        Axis(axis.name, size, f"target has {size}")
        for axis, size in zip(options[-1], target.shape, strict=False)
    ]
    columns = Axis("classes", classes, f"there are {classes}")
    check_shape(where, "logits", logits.shape, [*rows, columns])
