"""Whole networks, one file each: plain functions over named tuples of parameters, on `run`.

readout     a cell, and a readout that turns its outputs into answers
translation an encoder and a decoder with attention: greedy decoding and beam search
"""

from lstm_jax.models.readout import Network, Readout, init_network, last_answers, read_out

__all__ = ["Network", "Readout", "init_network", "last_answers", "read_out"]
