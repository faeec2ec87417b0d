"""Draw the picture of the README: how much gradient an RNN and an LSTM keep, going back in time.

python notebooks/tools/picture.py            write gradient.png beside this file
"""

from pathlib import Path

import jax
import jax.numpy as jnp

import lstm_jax
from lstm_jax.course import plots

FILE = Path(__file__).with_name("gradient.png")


def picture() -> plots.Picture:
    """The same networks and the same sequence as in the README."""
    xs = jax.random.normal(jax.random.key(0), (100, 1))
    rnn = lstm_jax.init_rnn(jax.random.key(1), 1, 32)
    lstm = lstm_jax.init_lstm(jax.random.key(1), 1, 32, forget_bias=4.0)
    lost, kept = lstm_jax.gradient_flow(rnn, xs), lstm_jax.gradient_flow(lstm, xs)
    return plots.curves(
        100 - jnp.arange(101),
        {"RNN": lost.total, "LSTM": kept.total, "LSTM, cell state alone": kept.direct},
        title="How much gradient is left, going back in time",
        xlabel="steps back",
        ylabel="‖∂s$_T$/∂s$_t$‖, no unit",
        alt=f"100 steps back the RNN has {lost.total[0]:.0e} left, the LSTM {kept.total[0]:.0f}, "
        f"its cell state alone {kept.direct[0]:.1f}.",
        log=True,
        dashed=["LSTM, cell state alone"],
    )


if __name__ == "__main__":
    FILE.write_bytes(picture().png())
    print(f"wrote {FILE}")
