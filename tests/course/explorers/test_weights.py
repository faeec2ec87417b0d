"""The weights in the file are those that `init_rnn` and `init_lstm` draw."""

import numpy as np
import pytest

from lstm_jax.course.explorers.weights import (
    FILE,
    HIDDEN,
    INITS,
    SEEDS,
    draw_weights,
    drawn_weights,
    for_page,
)


@pytest.mark.parametrize("cell", INITS)
def test_file_holds_what_is_drawn(cell: str) -> None:
    stored, drawn = drawn_weights(cell, HIDDEN), draw_weights(cell, HIDDEN)
    blocks = {"rnn": 1, "lstm": 4}[cell]
    assert stored.shape == drawn.shape == (SEEDS, 1 + HIDDEN, blocks * HIDDEN)
    np.testing.assert_allclose(
        stored,
        drawn,
        atol=1e-5,
        err_msg=f"{FILE.name} is old: run python -m lstm_jax.course.explorers.write_weights",
    )


@pytest.mark.parametrize("hidden", [HIDDEN, 16])
def test_page_gets_them_as_float32(hidden: int) -> None:
    for cell in INITS:
        weights = drawn_weights(cell, hidden)
        assert weights.dtype == np.float32
        page = np.frombuffer(for_page(cell, hidden), "<f4")
        np.testing.assert_array_equal(page, weights.ravel())
