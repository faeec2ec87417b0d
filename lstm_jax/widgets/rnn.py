"""A plain RNN over an input sequence: what its hidden state keeps of it, and for how long."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.cells import RNNParams
from lstm_jax.init import init_rnn
from lstm_jax.plots import Picture, signed_map
from lstm_jax.widgets.controls import Slider
from lstm_jax.widgets.sequences import STEPS, SequenceExplorer
from lstm_jax.widgets.weights import HIDDEN, SEEDS, drawn_weights


class RNNExplorer(SequenceExplorer):
    """The hidden state of an RNN with one input and 8 units, untrained, over 60 steps.

    Attributes:
        gain: factor on the recurrent matrix, a random rotation: all its singular values.
        seed: which random weights, from 0 to 7.
    """

    gain = Slider("recurrent gain", 0.0, 2.0, default=1.0, step=0.05)
    seed = Slider("seed", 0, SEEDS - 1, default=0, step=1)

    def __init__(self, **values: Any) -> None:
        """Start at the defaults, but for the controls named in `values`."""
        super().__init__(
            view="rnn",
            presets={
                "no memory": {"gain": 0.0, "t": 6},
                "fades": {"gain": 0.5, "t": 6},
                "fades slowly": {"gain": 0.9, "t": 6},
                "goes on by itself": {"gain": 1.5, "t": 6},
                "blurs the past": {"gain": 0.9, "sequence": "noise", "t": 59},
            },
            data={"rnn": drawn_weights(init_rnn), "H": HIDDEN},
            **values,
        )

    @property
    def params(self) -> RNNParams:
        """`init_rnn` as the sliders say, with `jax.random.key(seed)`."""
        return init_rnn(jax.random.key(self.seed), 1, HIDDEN, gain=jnp.float32(self.gain))

    def still(self) -> Picture:
        """The units over time, as a map."""
        h = self.trace().h[1:]
        size = np.linalg.norm(h, axis=1)
        return signed_map(
            h,
            title=f"The hidden state, recurrent gain {self.gain:g}",
            label="state h, no unit",
            alt=f"The hidden state of {HIDDEN} units over {STEPS} steps, recurrent gain "
            f"{self.gain:g}. Its length is {size.max():.2g} at most and {size[-1]:.2g} at the end.",
        )
