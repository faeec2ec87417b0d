"""The update of the LSTM of 1997, which has no forget gate.

Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997, with tanh for
its two squashing functions.
"""

import jax
import jax.numpy as jnp

from lstm_jax.arrays import Array
from lstm_jax.cells import LSTMParams


@jax.jit
def cell_of_1997(params: LSTMParams, xs: Array) -> Array:
    """c_t = c_{t-1} + i_t ⊙ g_t for all t: xs (T, D) -> (T, H). The block f is not used."""

    def advance(state: tuple[Array, Array], x: Array) -> tuple[tuple[Array, Array], Array]:
        h, c = state
        i, _, g, o = jnp.split(x @ params.w_x + h @ params.w_h + params.b, 4)
        c = c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), c

    zeros = jnp.zeros(params.w_h.shape[0])
    return jax.lax.scan(advance, (zeros, zeros), xs)[1]
