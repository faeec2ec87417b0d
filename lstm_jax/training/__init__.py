"""Training: `fit` makes a loss small, for one run or for many seeds side by side.

Read `blocks` first: a step of training is the few lines at its top, and one compiled scan runs it
many times. `fitting` calls that scan block after block, shows how far it has got and keeps what has
been trained when something stops it. The rest are its tools: `optimizers`, `outcome` (what comes
back, and what went wrong), `progress` (what one block hands to the next) and `checkpoint` (a run on
disk). Several devices are in `lstm_jax.devices`.
"""

from lstm_jax.losses import cross_entropy, mean_squared_error
from lstm_jax.training.fitting import fit
from lstm_jax.training.optimizers import adam
from lstm_jax.training.outcome import DivergenceError, Fit, History

__all__ = [
    "DivergenceError",
    "Fit",
    "History",
    "adam",
    "cross_entropy",
    "fit",
    "mean_squared_error",
]
