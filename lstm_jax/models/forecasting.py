"""A forecaster: it reads a window and corrects a free forecast for K horizons."""

from typing import NamedTuple

import jax.numpy as jnp

from lstm_jax.arrays import Array, ArrayLike, Axis, check_array, check_shape, check_size
from lstm_jax.cells import AnyParams, check_params
from lstm_jax.losses import mean_squared_error, pinball
from lstm_jax.models.readout import Network, Readout, last_answers


class Forecast(NamedTuple):
    """What a forecaster says of each window.

    mean: (B, K), the value to expect at each horizon.
    quantiles: (B, K, Q), in rising order; the true value should lie below the quantile of
        level p with probability p.
    """

    mean: Array
    quantiles: Array


def init_forecaster(cell: AnyParams, horizons: int, levels: int = 0) -> Network:
    """`cell` with a readout of zeros: before training it leaves the free forecast as it is.

    Args:
        cell: the parameters of the cell, such as `init_lstm` makes.
        horizons: K.
        levels: Q, the number of quantiles; 0 for none.

    Raises:
        ValueError: `cell` is no cell, or a number is no size.
    """
    _, hidden = check_params("init_forecaster", cell, "cell")
    horizons = check_size("init_forecaster", "horizons", horizons)
    answers = horizons * check_size("init_forecaster", "1 + levels", 1 + levels)
    dtype = cell.w_x.dtype
    return Network(cell, Readout(jnp.zeros((hidden, answers), dtype), jnp.zeros(answers, dtype)))


def forecast(network: Network, xs: ArrayLike, free: ArrayLike) -> Forecast:
    """Forecast from windows xs (B, T, D): `free` (B, K), and what the network adds to it.

    `free` is a forecast that needs no network, such as persistence. An untrained network then
    answers "as it is now", whether the series stands at 20 or at 120, and has only the change to
    learn. `free` is fitted to the past alone, like everything else.

    The quantiles are sorted, because they may cross in training and never fit worse when sorted
    (Chernozhukov, Fernández-Val and Galichon, 2010).

    Raises:
        ValueError: `xs` is not (B, T, D), `free` not (B, K), or the readout is not for K horizons.
    """
    answers = last_answers(network, xs)  # (B, K (1 + Q))
    free = check_array("forecast", "free", free, dtype=answers.dtype, owner="network")
    batch = Axis("batch", len(answers), f"xs has {len(answers)}")
    check_shape("forecast", "free", free.shape, (batch, Axis("horizons")))
    if answers.shape[1] % free.shape[1]:
        raise ValueError(
            f"forecast: free has {free.shape[1]} horizons but the network answers with "
            f"{answers.shape[1]} numbers, no multiple of that; free should have as many horizons "
            "as init_forecaster was told"
        )
    values = free[:, :, None] + answers.reshape(*free.shape, -1)  # (B, K, 1 + Q)
    return Forecast(values[:, :, 0], jnp.sort(values[:, :, 1:], axis=-1))


def forecast_loss(said: Forecast, ys: Array, levels: Array) -> Array:
    """The error of a forecast, one number, for the true values ys (B, K) and the levels (Q,).

    The squared error of the mean and, where there are quantiles, their pinball loss.
    """
    error = mean_squared_error(said.mean, ys)
    return error + pinball(said.quantiles, ys, levels) if levels.size else error
