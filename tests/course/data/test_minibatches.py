import jax
import numpy as np
import pytest

from lstm_jax.course.data.minibatches import Minibatches

KEY = jax.random.key(0)


def test_minibatches_keep_rows_together_and_use_them_all():
    xs = np.arange(12).reshape(6, 2)
    draw = Minibatches((xs, {"row": np.arange(6)}), 50)
    drawn, label = draw(KEY)
    assert drawn.shape == (50, 2)
    np.testing.assert_array_equal(drawn, xs[np.asarray(label["row"])])
    assert set(np.asarray(label["row"])) == set(range(6))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Minibatches(np.zeros(3), 0)(KEY),
            "Minibatches: size should be a whole number from 1",
        ),
        (
            lambda: Minibatches((np.zeros(3), np.zeros((2, 1))), 4)(KEY),
            r"Minibatches: arrays should all have .* got the shapes \[\(3,\), \(2, 1\)\]",
        ),
        (
            lambda: Minibatches(np.zeros((0, 2)), 4)(KEY),
            "Minibatches: arrays should .* at least one",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
