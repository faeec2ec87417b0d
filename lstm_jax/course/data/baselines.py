"""Forecasts that cost nothing, and the score of a network against them.

A forecast is good only beside another one. Print these first, in the units of the series.
Windows `xs (B, T, D)` and targets `ys`, `(B,)` or `(B, K)` for K horizons, are those of
`lstm_jax.course.data.windows`. `persistence` and `seasonal` look at the first of the D series.
"""

from collections.abc import Sequence

import numpy as np

from lstm_jax.arrays import Floats


def persistence(xs: Floats, horizons: Sequence[int] | None = None) -> Floats:
    """Nothing changes: the last value of each window, `(B,)`; for K horizons K times, `(B, K)`."""
    last = xs[:, -1, 0]
    return last if horizons is None else np.repeat(last[:, None], len(horizons), axis=1)


def seasonal(xs: Floats, horizon: int | Sequence[int], period: int) -> Floats:
    """The series repeats: the value one period before the target, `(B,)` or `(B, K)`.

    Raises:
        ValueError: that value is not in the window: it lies before its start or after its end.
    """
    if not isinstance(horizon, int | np.integer):
        return np.stack([seasonal(xs, each, period) for each in horizon], axis=1)
    length = xs.shape[1]
    if not horizon <= period < horizon + length:
        raise ValueError(
            f"seasonal: period is {period} but a window of {length} steps with horizon {horizon} "
            f"shows the values {horizon} to {horizon + length - 1} steps before the target"
        )
    return xs[:, length - 1 + horizon - period, 0]


def linear(train: tuple[Floats, Floats], xs: Floats, *, ridge: float = 0.0) -> Floats:
    """A weighted sum of all numbers in the window and a constant, `(B,)` or `(B, K)`.

    Its weights make the squared error on `train`, windows and targets, as small as they can: least
    squares. With `ridge` above 0, `ridge` times the sum of the squared weights is added to the sum
    of the squared errors, so that a long window of a short series fits less of its noise. The
    constant has no penalty.
    """
    train_xs, train_ys = (np.asarray(part, np.float64) for part in train)
    inputs, asked = (
        np.reshape(part, (len(part), -1)).astype(np.float64) for part in (train_xs, xs)
    )
    middle, mean = inputs.mean(axis=0), train_ys.mean(axis=0)  # the constant, free of the penalty
    rows, targets = inputs - middle, train_ys - mean
    if ridge:
        # Each weight w costs ridge * w²: the squared error of a row sqrt(ridge) with the target 0.
        size = rows.shape[1]
        rows = np.concatenate([rows, np.sqrt(ridge) * np.eye(size)])
        targets = np.concatenate([targets, np.zeros((size, *targets.shape[1:]))])
    weights, *_ = np.linalg.lstsq(rows, targets)
    return (asked - middle) @ weights + mean


def rmse(prediction: Floats, target: Floats) -> float:
    """Root of the mean squared error, in the units of the series.

    Raises:
        ValueError: the shapes differ (`(B, 1)` minus `(B,)` would be B² differences), or one of
            them has gaps.
    """
    prediction, target = np.asarray(prediction), np.asarray(target)
    if prediction.shape != target.shape:
        raise ValueError(
            f"rmse: prediction is {prediction.shape} but target is {target.shape}; "
            "they should have the same shape, for example (batch,)"
        )
    for name, values in {"prediction": prediction, "target": target}.items():
        known = np.isfinite(values)
        if not known.all():
            raise ValueError(
                f"rmse: {name} has gaps (NaN or infinity), {(~known).sum()} of {known.size} "
                "values; leave out the unknown values, with `known` of fill_gaps"
            )
    difference = prediction.astype(np.float64) - target.astype(np.float64)
    return float(np.sqrt(np.mean(difference**2)))


def skill(prediction: Floats, target: Floats, reference: Floats) -> float:
    """`1 - MSE(prediction) / MSE(reference)`: the share of the reference's error that is gone.

    1 is a perfect forecast, 0 is no better than the reference, below 0 is worse.

    Raises:
        ValueError: shapes differ, or the reference is already perfect.
    """
    error, reference_error = rmse(prediction, target), rmse(reference, target)
    if reference_error == 0:
        raise ValueError("skill: the reference makes no error, so there is nothing to improve on")
    return 1 - (error / reference_error) ** 2


def skill_by_horizon(prediction: Floats, target: Floats, reference: Floats) -> Floats:
    """The `skill` at each of K horizons, `(K,)`, of forecasts `(B, K)`.

    Raises:
        ValueError: as `skill`, or the forecasts are not `(B, K)`.
    """
    if np.ndim(prediction) != 2:
        raise ValueError(
            f"skill_by_horizon: prediction is {np.shape(prediction)}; "
            "it should be (batch, horizons)"
        )
    columns = (np.moveaxis(np.asarray(part), 1, 0) for part in (prediction, target, reference))
    return np.array([skill(*column) for column in zip(*columns, strict=True)])
