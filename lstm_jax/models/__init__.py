"""Whole networks, one file each: plain functions over named tuples of parameters, on `run`.

readout     a cell, and a readout that turns its outputs into answers
sentiment   a text in, a score out: the words as vectors, a cell, one summary of all its outputs
"""

from lstm_jax.models.readout import Network, Readout, init_network, last_answers, read_out
from lstm_jax.models.sentiment import Sentiment, init_sentiment

__all__ = [
    "Network",
    "Readout",
    "Sentiment",
    "init_network",
    "init_sentiment",
    "last_answers",
    "read_out",
]
