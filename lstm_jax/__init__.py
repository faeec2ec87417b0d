"""lstm_jax: the recurrent network, the LSTM and the GRU in JAX, small enough to read in an evening.

Start in `cells` (the equations), go on to `scan` (a cell over time), `layers` (what you call),
`traces` (all that happened inside) and `gradients` (how gradient moves through time). `fast`
computes for `run` the same numbers in less time. `linear` and `parallel` hold cells whose steps
need not wait for each other. `lstm_jax.training` and `lstm_jax.models` are imported by name, and so
is `lstm_jax.course`, which holds all that the lessons need.
"""

from lstm_jax.cells import (
    GRUGates,
    GRUParams,
    LSTMGates,
    LSTMParams,
    LSTMState,
    RNNGates,
    RNNParams,
    step,
    zero_state,
)
from lstm_jax.devices import use_cores
from lstm_jax.files import load, save
from lstm_jax.gradients import GradientFlow, gradient_flow, influence
from lstm_jax.init import (
    init_diagonal,
    init_gru,
    init_lstm,
    init_min_gru,
    init_min_lstm,
    init_rnn,
)
from lstm_jax.layers import (
    Bidirectional,
    run,
    run_bidirectional,
    run_parallel,
    run_plain,
    run_stack,
)
from lstm_jax.linear import (
    DiagonalGates,
    DiagonalParams,
    MinGRUGates,
    MinGRUParams,
    MinLSTMGates,
    MinLSTMParams,
)
from lstm_jax.traces import Clamp, GRUTrace, LSTMTrace, RNNTrace, Trace, trace

__all__ = [
    "Bidirectional",
    "Clamp",
    "DiagonalGates",
    "DiagonalParams",
    "GRUGates",
    "GRUParams",
    "GRUTrace",
    "GradientFlow",
    "LSTMGates",
    "LSTMParams",
    "LSTMState",
    "LSTMTrace",
    "MinGRUGates",
    "MinGRUParams",
    "MinLSTMGates",
    "MinLSTMParams",
    "RNNGates",
    "RNNParams",
    "RNNTrace",
    "Trace",
    "gradient_flow",
    "influence",
    "init_diagonal",
    "init_gru",
    "init_lstm",
    "init_min_gru",
    "init_min_lstm",
    "init_rnn",
    "load",
    "run",
    "run_bidirectional",
    "run_parallel",
    "run_plain",
    "run_stack",
    "save",
    "step",
    "trace",
    "use_cores",
    "zero_state",
]
