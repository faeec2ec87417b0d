"""Write weights.safetensors anew, in a few seconds; after a change of `init_rnn` or `init_lstm`.

    python -m lstm_jax.course.explorers.write_weights

Machines of another kind may round the last digit of a number otherwise.
"""

from lstm_jax.course.explorers.weights import FILE, HIDDEN, INITS, draw_weights
from lstm_jax.files import save

if __name__ == "__main__":
    save(FILE, {cell: draw_weights(cell, HIDDEN) for cell in INITS})
