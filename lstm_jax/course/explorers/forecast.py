"""The sun, forecast from any month: what four forecasters say, what came, and the error so far."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array, Floats
from lstm_jax.cells import LSTMParams
from lstm_jax.course import plots
from lstm_jax.course.explorers.controls import Choice, Slider
from lstm_jax.course.explorers.explorer import Explorer
from lstm_jax.course.explorers.forecasts import MODELS, Forecasts, check_forecasts

_NAME = "ForecastExplorer"


class ForecastExplorer(Explorer):
    """Forecasts of the sunspots from each of many months, beside what came.

    Everything is there when the explorer is made, so moving it needs no kernel.

    Args:
        forecasts: such as `lstm_jax.course.l12.sunspot_forecasts.all_forecasts(networks)` gives.
        values: controls that start elsewhere, such as `horizon=24`.

    Attributes:
        t: the origin, in months after the first one.
        horizon: how many months ahead the error is counted.
        model: "LSTM", "linear", "seasonal" or "persistence".

    Raises:
        ValueError: parts of `forecasts` that do not fit each other, an unknown control, or a value
            that a control cannot take.
    """

    t = Slider("origin, months after the first", 0, 59, step=1, default=0)
    horizon = Slider("horizon, months ahead", 1, 24, step=1, default=12)
    model = Choice("forecast", MODELS)

    def __init__(self, forecasts: Forecasts, **values: Any) -> None:
        """As above."""
        self._given = check_forecasts(_NAME, forecasts)
        origins, horizons = forecasts.means["LSTM"].shape
        kind = ForecastExplorer
        self.add_traits(
            t=kind.t.until(origins - 1),
            horizon=kind.horizon.until(horizons, default=min(12, horizons)),
        )
        super().__init__(
            view="forecast",
            presets=forecasts.presets,
            data={
                "month": forecasts.month,
                "length": forecasts.known,
                "horizons": horizons,
                "series": _bytes(forecasts.series),
                "forecasts": {name: _bytes(forecasts.means[name]) for name in MODELS},
                "quantiles": _bytes(np.moveaxis(forecasts.quantiles, -1, 0)),
                "levels": list(forecasts.levels),
            },
            **values,
        )

    @property
    def params(self) -> LSTMParams:
        """The cell of the LSTM."""
        return self._given.cell

    @property
    def xs(self) -> Array:
        """What the LSTM reads at the origin, in its own units (T, D)."""
        return jnp.asarray(self._given.xs[self.t])

    @property
    def forecast(self) -> Floats:
        """What the chosen forecaster says at the origin, (K,) sunspot numbers."""
        return self._given.means[self.model][self.t]

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """The ends of the widest interval of the LSTM at the origin, (K,) each."""
        quantiles = self._given.quantiles[self.t]
        return quantiles[:, 0], quantiles[:, -1]

    @property
    def truth(self) -> Floats:
        """What came in the K months after the origin."""
        return self._given.truth[self.t]

    @property
    def error(self) -> float:
        """The RMSE of the chosen forecaster at this horizon, over all that has come by the origin.

        NaN before the first of its forecasts has come.
        """
        checked = max(0, self.t - self.horizon + 1)
        if not checked:
            return math.nan
        said = self._given.means[self.model][:checked, self.horizon - 1]
        came = self._given.truth[:checked, self.horizon - 1]
        return float(np.sqrt(np.mean((said - came) ** 2)))

    def still(self) -> plots.Picture:
        """The forecast at the origin beside what came."""
        low, high = self.interval
        lowest, *_, highest = self._given.levels
        ends = {f"{lowest:.0%} below": low, f"{1 - highest:.0%} above": high}
        band = ends if self.model == "LSTM" else {}
        k = self.horizon - 1
        origin = (self._given.month + self._given.known + self.t - 0.5) / 12  # a year
        return plots.curves(
            np.arange(1, len(self.truth) + 1),
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
