"""A solution that the notebook leaves open: it trains one in seconds, and this one weighs less.

One unit, set by hand. At an X it adds 0.9 and at a Y it takes 0.9 off; half of the first is left
when the second comes. So XX, XY, YX and YY end at four levels, and the nearest one is the answer.
"""

import jax.numpy as jnp

from lstm_jax import LSTMParams
from lstm_jax.models import Network, Readout

levels = jnp.tanh(0.9 * jnp.array([1.5, -0.5, 0.5, -1.5]))
w_x = jnp.zeros((8, 4)).at[6:, :2].set(jnp.array([40.0, -20.0]))
cell = LSTMParams(
    w_x=w_x.at[6:, 2].set(jnp.array([1.5, -1.5])),
    w_h=jnp.zeros((1, 4)),
    b=jnp.array([-20.0, 20.0, 0.0, 20.0]),
)
fewest_weights = Network(cell, Readout(100 * levels[None], -50 * levels**2))
