"""The sun, forecast from any month: what four forecasters say, what came, and the error so far."""

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Floats
from lstm_jax.cells import LSTMParams
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.explorers.controls import Choice, Slider
from lstm_jax.course.explorers.explorer import Explorer
from lstm_jax.course.l12.study import unstack
from lstm_jax.course.l12.sunspot_forecasts import (
    CUTS,
    HORIZONS,
    LENGTH,
    LEVELS,
    fold,
    free_forecasts,
    load,
    network_forecasts,
)
from lstm_jax.course.plots import Picture, curves
from lstm_jax.models import Network

MODELS = ("LSTM", "linear", "seasonal", "persistence")
ORIGINS = 343  # from December 1978 on, the last 24 months of the series left for what came
_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "before a rise": {"t": 96},
    "at the top": {"t": 132},
    "on the way down": {"t": 168},
    "persistence, at the top": {"model": "persistence", "t": 132},
    "seasonal": {"model": "seasonal", "t": 168},
    "two years ahead": {"horizon": 24, "t": 250},
}


class ForecastExplorer(Explorer):
    """Forecasts of the sunspots from each month since December 1978, beside what came.

    Everything is forecast when the explorer is made, so moving it needs no kernel. The networks and
    the linear forecast know the years before 1979 alone.

    Args:
        networks: those of `sunspot_forecasts.train` for the cut of 1979; None takes the ones that
            came with the package. The LSTM is the mean of what they say.
        values: controls that start elsewhere, such as `horizon=24`.

    Attributes:
        t: the origin, in months after December 1978.
        horizon: how many months ahead the error is counted.
        model: "LSTM", "linear", "seasonal" or "persistence".

    Raises:
        ValueError: an unknown control, or a value that a control cannot take.
    """

    t = Slider("origin, months after December 1978", 0, ORIGINS - 1, step=1, default=0)
    horizon = Slider("horizon, months ahead", 1, HORIZONS[-1], step=1, default=12)
    model = Choice("forecast", MODELS)

    def __init__(self, networks: Network | None = None, **values: Any) -> None:
        """As above."""
        self._fold = fold(CUTS[-1])
        self._networks = load()[CUTS[-1]] if networks is None else networks
        mean, quantiles = network_forecasts(self._networks, self._fold)
        self._forecasts = {**free_forecasts(self._fold), "LSTM": mean.mean(axis=0)}
        self._quantiles = quantiles.mean(axis=0)  # (N, 24, 5)
        year, number = sunspots()
        first = int(np.searchsorted(year, CUTS[-1])) - LENGTH  # the first month in a window
        super().__init__(
            view="forecast",
            presets=_PRESETS,
            data={
                "month": round(12 * float(year[first]) - 0.5),  # counted from year 0 on
                "length": LENGTH,
                "horizons": HORIZONS[-1],
                "series": _bytes(number[first:]),
                "forecasts": {name: _bytes(self._forecasts[name]) for name in MODELS},
                "quantiles": _bytes(np.moveaxis(self._quantiles, -1, 0)),
                "levels": list(LEVELS),
            },
            **values,
        )

    @property
    def params(self) -> LSTMParams:
        """The cell of the first network."""
        cell = unstack(self._networks)[0].cell
        assert isinstance(cell, LSTMParams)
        return cell

    @property
    def xs(self) -> Array:
        """What the networks read at the origin, in standard units: (44, 3)."""
        return jnp.asarray(self._fold.test.xs[self.t])

    @property
    def forecast(self) -> Floats:
        """What the chosen forecaster says at the origin, (24,) sunspot numbers."""
        return self._forecasts[self.model][self.t]

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """The ends of the 90 % interval of the LSTM at the origin, (24,) each."""
        return self._quantiles[self.t, :, 0], self._quantiles[self.t, :, -1]

    @property
    def truth(self) -> Floats:
        """What came in the 24 months after the origin."""
        return self._fold.truth[self.t]

    @property
    def error(self) -> float:
        """The RMSE of the chosen forecaster at this horizon, over all that has come by the origin.

        NaN before the first of its forecasts has come.
        """
        checked = max(0, self.t - self.horizon + 1)
        if not checked:
            return math.nan
        said = self._forecasts[self.model][:checked, self.horizon - 1]
        came = self._fold.truth[:checked, self.horizon - 1]
        return float(np.sqrt(np.mean((said - came) ** 2)))

    def still(self) -> Picture:
        """The forecast at the origin beside what came."""
        low, high = self.interval
        band = {"5 % below": low, "5 % above": high} if self.model == "LSTM" else {}
        k = self.horizon - 1
        origin = self._fold.origin[self.t]
        return curves(
            np.array(HORIZONS),
            {"what came": self.truth, self.model: self.forecast, **band},
            title=f"{self.model}: a forecast from {origin:.1f}",
            xlabel="horizon, months ahead",
            ylabel="sunspot number",
            dashed=list(band),
            alt=f"Forecast from {origin:.1f}: {self.horizon} months ahead the {self.model} says "
            f"{self.forecast[k]:.0f}; it came {self.truth[k]:.0f}.",
        )


def _bytes(array: Any) -> bytes:
    return np.ascontiguousarray(array).astype("<f4").tobytes()
