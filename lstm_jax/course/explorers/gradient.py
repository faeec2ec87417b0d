"""An RNN and an LSTM side by side: how much gradient gets back to the first step."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.cells import LSTMParams, RNNParams
from lstm_jax.course import plots
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.data.windows import fit_scale
from lstm_jax.course.explorers.controls import Numbers, Slider
from lstm_jax.course.explorers.explorer import Explorer
from lstm_jax.course.explorers.weights import (
    HIDDEN,
    SEEDS,
    biases,
    check_hidden,
    for_page,
    scaled_weights,
)
from lstm_jax.gradients import gradient_flow
from lstm_jax.traces import trace

STEPS = 100
LSTM_PRESETS = {
    "LSTM forgets by default": {"forget_bias": 0.0},
    "LSTM remembers": {"forget_bias": 4.0},
}


class Networks(NamedTuple):
    """The same of both: parameters, traces or gradients."""

    rnn: Any
    lstm: Any


@cache
def _input() -> np.ndarray[Any, np.dtype[np.float32]]:
    """The first sunspot months (STEPS, 1), with mean 0 and standard deviation 1/2."""
    months = sunspots().number[:STEPS]
    halved = fit_scale(months).apply(months) / 2
    return np.asarray(halved, np.float32)[:, None]


class GradientExplorer(Explorer):
    """How much of a small change at step t is left at the last step, in an RNN and in an LSTM.

    Both read the same sunspots, and neither is trained. Drawn for each t is the
    largest singular value of ∂s_T/∂s_t, as `lstm_jax.gradient_flow` gives it; for the LSTM also
    its direct path, along the cell state alone.

    Args:
        hidden: H, how many units both have, from 4 to 32.
        lstm: whether the LSTM is shown; without it there is no forget bias to move either.
        values: controls that start elsewhere, such as `gain=0.8`.

    Attributes:
        gain: factor on both recurrent matrices: all singular values of each block.
        forget_bias: the bias of the LSTM's forget gate.
        length: T, how many of the 100 steps are read.
        seed: which random weights, from 0 to 7.
        baseline: gain, forget bias, length and seed of the curves kept, paler; length 0 for none.

    Raises:
        ValueError: a size out of range, an unknown control, or a value that a control cannot take.
    """

    gain = Slider("recurrent gain", 0.1, 2.0, default=1.0, step=0.05)
    forget_bias = Slider("forget bias", -2.0, 8.0, default=1.0)
    length = Slider("length T", 10, STEPS, default=STEPS, step=1)
    seed = Slider("seed", 0, SEEDS - 1, default=0, step=1)
    baseline = Numbers([0.0] * 4, low=-2, high=STEPS)
    t = Slider("time step t", 0, STEPS, step=1, default=0)

    def __init__(self, *, hidden: int = HIDDEN, lstm: bool = True, **values: Any) -> None:
        """As above."""
        self.hidden, self.lstm = check_hidden("GradientExplorer", hidden), lstm
        super().__init__(
            view="gradient" if lstm else "gradient of the RNN",
            presets={
                "gain 0.8": {"gain": 0.8},
                "gain 1.5": {"gain": 1.5},
                "gain 1.5, other weights": {"gain": 1.5, "seed": 7},
            }
            | (LSTM_PRESETS if lstm else {}),
            data={
                "xs": _input()[:, 0].tolist(),
                "rnn": for_page("rnn", self.hidden),
                "H": self.hidden,
                "seeds": SEEDS,
            }
            | ({"lstm": for_page("lstm", self.hidden)} if lstm else {}),
            buttons={"keep": "keep as baseline"},
            **values,
        )
        if not lstm:
            self.controls = [each for each in self.controls if each["name"] != "forget_bias"]

    @property
    def params(self) -> Networks:
        """What `init_rnn` and `init_lstm` draw from `jax.random.key(seed)`, as the sliders say."""
        drawn = (self.hidden, self.seed, self.gain)
        return Networks(
            RNNParams(*scaled_weights("rnn", *drawn), biases(self.hidden, 0)),
            LSTMParams(
                *scaled_weights("lstm", *drawn), biases(self.hidden, 0, self.forget_bias, 0, 0)
            ),
        )

    @property
    def xs(self) -> Array:
        """All of the input (100, 1); the networks read the first `length` steps."""
        return jnp.asarray(_input())

    def trace(self) -> Networks:
        """What both networks do: `lstm_jax.trace` with `lengths=length`, so all sizes are fixed."""
        length = jnp.int32(self.length)
        return Networks(*(trace(each, self.xs, lengths=length) for each in self.params))

    def gradient_flow(self) -> Networks:
        """The curves on screen: `lstm_jax.gradient_flow` of both, each (length + 1,)."""
        # A new length would be a new compilation. Nothing but the forget gate has a bias, so both
        # networks stay at 0 until the first input: zeros in front of it change nothing.
        rest = STEPS - self.length
        padded = np.concatenate([np.zeros((rest, 1), np.float32), _input()[: self.length]])
        flows = (gradient_flow(each, padded) for each in self.params)
        return Networks(
            *(jax.tree.map(lambda norms: np.asarray(norms)[rest:], flow) for flow in flows)
        )

    def still(self) -> plots.Picture:
        """The three curves over time."""
        flows = self.gradient_flow()
        left = f"{flows.rnn.total[0]:.1e} in an RNN with gain {self.gain:g}"
        curves = {"RNN": flows.rnn.total}
        if self.lstm:
            curves |= {"LSTM": flows.lstm.total, "along c alone": flows.lstm.direct}
            left += (
                f", {flows.lstm.total[0]:.1e} in an LSTM with forget bias {self.forget_bias:g}, "
                f"{flows.lstm.direct[0]:.1e} along its cell state alone"
            )
        state = "s" if self.lstm else "h"
        return plots.curves(
            np.arange(self.length + 1),
            curves,
            title="How much gradient gets back to step t",
            xlabel="time step t",
            ylabel=f"‖∂{state}$_T$/∂{state}$_t$‖, no unit",
            alt="Of a small change at step 0, this much is left after "
            f"{self.length} steps: {left}.",
            log=True,
            dashed=["along c alone"] if self.lstm else [],
        )
