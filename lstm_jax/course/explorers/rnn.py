"""A plain RNN over an input sequence: what its hidden state keeps of it, and for how long."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_jax.cells import RNNParams
from lstm_jax.course import plots
from lstm_jax.course.explorers.controls import Slider
from lstm_jax.course.explorers.explorer import LAST
from lstm_jax.course.explorers.sequences import STEPS, SequenceExplorer, check_steps
from lstm_jax.course.explorers.weights import (
    HIDDEN,
    SEEDS,
    biases,
    check_hidden,
    for_page,
    scaled_weights,
)


class RNNExplorer(SequenceExplorer):
    """The hidden state of an untrained RNN with one input.

    Args:
        steps: T, how many steps it reads, from 60 to 150.
        hidden: H, how many units it has, from 4 to 32.
        values: controls that start elsewhere, such as `gain=0.5`.

    Attributes:
        gain: factor on the recurrent matrix, a random rotation: all its singular values.
        seed: which random weights, from 0 to 7.

    Raises:
        ValueError: a size out of range, an unknown control, or a value that a control cannot take.
    """

    gain = Slider("recurrent gain", 0.0, 2.0, default=1.0, step=0.05)
    seed = Slider("seed", 0, SEEDS - 1, default=0, step=1)

    def __init__(self, *, steps: int = STEPS, hidden: int = HIDDEN, **values: Any) -> None:
        """As above."""
        self.hidden = check_hidden("RNNExplorer", hidden)
        super().__init__(
            view="rnn",
            steps=check_steps("RNNExplorer", steps),
            presets={
                "no memory": {"gain": 0.0, "t": 6},
                "fades": {"gain": 0.5, "t": 6},
                "fades slowly": {"gain": 0.9, "t": 6},
                "goes on by itself": {"gain": 1.5, "t": 6},
                "blurs the past": {"gain": 0.9, "sequence": "noise", "t": LAST},
            },
            data={"rnn": for_page("rnn", self.hidden), "H": self.hidden},
            **values,
        )

    @property
    def params(self) -> RNNParams:
        """What `init_rnn` draws from `jax.random.key(seed)`, with the gain of the slider."""
        weights = scaled_weights("rnn", self.hidden, self.seed, self.gain)
        return RNNParams(*weights, biases(self.hidden, 0))

    def still(self) -> plots.Picture:
        """The units over time, as a map."""
        h = self.trace().h[1:]
        size = np.linalg.norm(h, axis=1)
        return plots.signed_map(
            h,
            title=f"The hidden state, recurrent gain {self.gain:g}",
            label="state h, from −1 to 1",
            alt=f"The hidden state of {self.hidden} units over {self.steps} steps, recurrent gain "
            f"{self.gain:g}. Its norm is {size.max():.2g} at most and {size[-1]:.2g} at the end.",
        )
