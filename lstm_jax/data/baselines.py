"""Forecasts that cost nothing, and the score of a network against them.

A forecast is good only beside another one. Print these first, in the units of the series.
Windows `xs (B, T, 1)` and targets `ys (B,)` are those of `lstm_jax.data.windows`.
"""

import numpy as np

from lstm_jax.data.windows import Floats


def persistence(xs: Floats) -> Floats:
    """Nothing changes: the last value of each window, `(B,)`."""
    return xs[:, -1, 0]


def seasonal(xs: Floats, horizon: int, period: int) -> Floats:
    """It comes round again: the value one period before the target, `(B,)`.

    Raises:
        ValueError: that value is not in the window: it lies before its start or after its end.
    """
    length = xs.shape[1]
    if not horizon <= period < horizon + length:
        raise ValueError(
            f"seasonal: period is {period} but a window of {length} steps with horizon {horizon} "
            f"shows the values {horizon} to {horizon + length - 1} steps before the target"
        )
    return xs[:, length - 1 + horizon - period, 0]


def linear(train: tuple[Floats, Floats], xs: Floats) -> Floats:
    """A weighted sum of the window and a constant, `(B,)`, fitted to `train` by least squares."""
    train_xs, train_ys = train
    weights, *_ = np.linalg.lstsq(_with_constant(train_xs), train_ys.astype(np.float64))
    return _with_constant(xs) @ weights


def rmse(prediction: Floats, target: Floats) -> float:
    """Root of the mean squared error, in the units of the series.

    Raises:
        ValueError: the shapes differ. `(B, 1)` against `(B,)` would give B² differences.
    """
    prediction, target = np.asarray(prediction), np.asarray(target)
    if prediction.shape != target.shape:
        raise ValueError(
            f"rmse: prediction is {prediction.shape} but target is {target.shape}; "
            "they should have the same shape, for example (batch,)"
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


def _with_constant(xs: Floats) -> Floats:
    inputs = xs[:, :, 0].astype(np.float64)
    return np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
