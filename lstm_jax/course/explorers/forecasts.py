"""What `ForecastExplorer` shows: forecasts of a monthly series, and the series."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from lstm_jax.arrays import Axis, Floats, check_shape
from lstm_jax.cells import LSTMParams

MODELS = ("LSTM", "linear", "seasonal", "persistence")
LEVELS = 5  # quantiles of the LSTM: the inner two and the outer two are the ends of its bands


class Forecasts(NamedTuple):
    """What is said at each of N origins, a month apart, of the K months after it.

    Attributes:
        cell: the LSTM, one of them where several have been trained.
        xs: what it reads at each origin, `(N, T, D)`.
        means: for each of `MODELS` what it expects, `(N, K)`.
        quantiles: of the LSTM, `(N, K, 5)`.
        levels: of the quantiles, `(5,)`, such as 0.05 for the lowest.
        series: all months in a row, from the first one known at the first origin to the last one
            that the last origin asks for. Each origin knows as many months before it.
        month: the first month of the series, counted from January of the year 0 on.
        presets: what is worth a look: the controls that differ from how the explorer starts.
    """

    cell: LSTMParams
    xs: Floats
    means: Mapping[str, Floats]
    quantiles: Floats
    levels: tuple[float, ...]
    series: Floats
    month: int
    presets: Mapping[str, Mapping[str, Any]]

    @property
    def known(self) -> int:
        """How many months of the series are known at the first origin."""
        origins, horizons = self.means[MODELS[0]].shape
        return len(self.series) - origins - horizons + 1

    @property
    def truth(self) -> Floats:
        """What came, for each of the forecasts, `(N, K)`."""
        horizons = self.means[MODELS[0]].shape[1]
        return np.lib.stride_tricks.sliding_window_view(self.series[self.known :], horizons)


def check_forecasts(where: str, given: Any) -> Forecasts:
    """`given` if all of it fits, or a `ValueError` that says what does not."""
    if not isinstance(given, Forecasts):
        raise ValueError(
            f"{where}: forecasts should be Forecasts, such as "
            f"lstm_jax.course.l12.sunspot_forecasts.all_forecasts(networks) gives; "
            f"got {type(given).__name__}"
        )
    if given.means.keys() != set(MODELS):
        raise ValueError(
            f"{where}: forecasts.means should be those of {', '.join(MODELS)}; "
            f"got {', '.join(given.means)}"
        )
    shape = given.means[MODELS[0]].shape
    check_shape(where, "forecasts.means['LSTM']", shape, [Axis("origins"), Axis("horizons")])
    axes = [
        Axis(name, size, f"forecasts.means['LSTM'] has {size}")
        for name, size in zip(("origins", "horizons"), shape, strict=True)
    ]
    for name in MODELS[1:]:
        check_shape(where, f"forecasts.means[{name!r}]", given.means[name].shape, axes)
    levels = Axis("levels", LEVELS, f"the bands take {LEVELS}")
    check_shape(where, "forecasts.levels", np.shape(given.levels), [levels])
    check_shape(where, "forecasts.quantiles", given.quantiles.shape, [*axes, levels])
    features = Axis("features", len(given.cell.w_x), f"its cell takes {len(given.cell.w_x)}")
    check_shape(where, "forecasts.xs", given.xs.shape, [axes[0], Axis("time"), features])
    if given.known < 1:
        raise ValueError(
            f"{where}: forecasts.series should reach from before the first of {shape[0]} origins "
            f"to {shape[1]} months after the last, more than {sum(shape) - 1} months; "
            f"got {len(given.series)}"
        )
    return given
