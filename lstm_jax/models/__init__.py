"""Whole networks, one file each: plain functions over named tuples of parameters, on `run`.

readout      a cell, and a readout that turns its outputs into answers
language     a network that predicts the next symbol of a text, and continues a text
translation  an encoder and a decoder with attention: greedy decoding and beam search
sentiment    a text in, a score out: the words as vectors, a cell, one summary of all its outputs
forecasting  a network that corrects a free forecast at several horizons, with quantiles
"""

from lstm_jax.models.forecasting import Forecast, forecast, forecast_loss, init_forecaster
from lstm_jax.models.language import LanguageModel, init_language_model, predict, sample, surprise
from lstm_jax.models.readout import Network, Readout, init_network, last_answers, read_out
from lstm_jax.models.sentiment import Sentiment, init_sentiment

__all__ = [
    "Forecast",
    "LanguageModel",
    "Network",
    "Readout",
    "Sentiment",
    "forecast",
    "forecast_loss",
    "init_forecaster",
    "init_language_model",
    "init_network",
    "init_sentiment",
    "last_answers",
    "predict",
    "read_out",
    "sample",
    "surprise",
]
