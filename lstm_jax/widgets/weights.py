"""Random weights for the page, which cannot draw them: those of a few seeds, for a slider."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import numpy as np

HIDDEN = 8
SEEDS = 8


@cache
def drawn_weights(init: Callable[..., Any]) -> bytes:
    """What `init_rnn` or `init_lstm` draws from the keys 0, 1, ... at gain 1, without the biases.

    It is w_x on top of w_h, (SEEDS, 1 + HIDDEN, N), float32.
    """
    drawn = [init(jax.random.key(seed), 1, HIDDEN) for seed in range(SEEDS)]
    weights = np.stack([np.concatenate([params.w_x, params.w_h]) for params in drawn])
    return weights.astype("<f4").tobytes()
