"""Whole networks, one file each: plain functions over named tuples of parameters, on `run`.

readout      a cell, and a readout that turns its outputs into answers
forecasting  what mends a free forecast, at several horizons, and says how far to trust it
"""

from lstm_jax.models.forecasting import Forecast, forecast, forecast_loss, init_forecaster
from lstm_jax.models.readout import Network, Readout, init_network, last_answers, read_out

__all__ = [
    "Forecast",
    "Network",
    "Readout",
    "forecast",
    "forecast_loss",
    "init_forecaster",
    "init_network",
    "last_answers",
    "read_out",
]
