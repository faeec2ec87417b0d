"""What exercises on cells share: parameters to draw, the sigmoid, and a parameter left out."""

import math

import numpy as np

from lstm_jax.cells import LSTMParams, RNNParams
from lstm_jax.course.checks.exercise import Array, Function, Params, tenths


def draw_rnn(rng: np.random.Generator, d: int, h: int) -> Params:
    """Parameters of an RNN with d inputs and h units."""
    return RNNParams._make((tenths(rng, d, h), tenths(rng, h, h), tenths(rng, h)))


def draw_lstm(rng: np.random.Generator, d: int, h: int) -> Params:
    """Parameters of an LSTM with d inputs and h units."""
    return LSTMParams._make((tenths(rng, d, 4 * h), tenths(rng, h, 4 * h), tenths(rng, 4 * h)))


def sigmoid(total: Array) -> Array:
    """σ of a weighted sum, from 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-total)))


def logit(p: float) -> float:
    """The sum whose σ is p."""
    return math.log(p / (1 - p))


def without(name: str, spec: Function) -> Function:
    """The mistake of leaving one parameter out: `spec`, which takes params first, with it at 0."""

    def answer(params: Params, *others: Array) -> Array:
        return spec(params._replace(**{name: 0 * getattr(params, name)}), *others)

    return answer
