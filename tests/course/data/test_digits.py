import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_digits

from lstm_jax.course.data.digits import CHANCE, LINEAR_ACCURACY, TRAIN, accuracy, digits
from lstm_jax.course.data.minibatches import Minibatches

ALL = load_digits()


def test_rows_and_pixels_are_those_of_the_package():
    for steps, size in ((8, 8), (64, 1), (16, 4), (1, 64)):
        train, test = digits(steps)
        assert (train.xs.shape, train.ys.shape) == ((1287, steps, size), (1287,))
        assert (test.xs.shape, test.ys.shape) == ((510, steps, size), (510,))
        for part, rows in ((train, slice(TRAIN)), (test, slice(TRAIN, None))):
            assert (part.xs.dtype, part.ys.dtype) == (np.float32, np.int32)
            np.testing.assert_array_equal(part.xs.reshape(-1, 64) * 16, ALL.data[rows])
            np.testing.assert_array_equal(part.ys, ALL.target[rows])
    # Step t of the default is row t of the picture.
    for t in range(8):
        np.testing.assert_array_equal(digits().train.xs[3, t] * 16, ALL.images[3, t])


def test_the_cut_is_where_a_form_begins():
    # Every form asks for all digits in order, three times over, and nothing else looks like that.
    threes = list(range(10)) * 3
    labels = ALL.target.tolist()
    begins = [row for row in range(len(labels)) if labels[row : row + 30] == threes]
    assert len(begins) >= 10
    assert TRAIN in begins


def test_a_picture_is_most_like_one_of_its_own_form():
    # Why the cut is not at random. A form has about 128 pictures.
    begins = np.array([0, 130, 256, 386, 516, 646, 776, 905, 1029, 1157, 1287, 1415, 1545, 1667])
    form = np.searchsorted(begins, np.arange(1797), side="right")
    pixels, labels = ALL.data, ALL.target
    square = (pixels**2).sum(axis=1)
    distance = square[:, None] + square[None] - 2 * pixels @ pixels.T
    distance[(labels[:, None] != labels[None]) | np.eye(1797, dtype=bool)] = np.inf
    same = form[distance.argmin(axis=1)] == form
    assert same.mean() > 0.5  # one in 14 where the form does not matter


def least_squares(train, test) -> float:
    """The accuracy of a weighted sum of all pixels for each digit."""

    def with_constant(xs):
        return np.c_[xs.reshape(len(xs), 64), np.ones(len(xs))]

    weights, *_ = np.linalg.lstsq(with_constant(train[0]), np.eye(10)[train[1]])
    scores = with_constant(test[0]) @ weights
    return float(accuracy(jnp.asarray(scores, jnp.float32), jnp.asarray(test[1])))


def test_baselines():
    train, test = digits()
    assert least_squares(train, test) == pytest.approx(LINEAR_ACCURACY, abs=1e-6)
    for part in (train, test):
        np.testing.assert_allclose(np.bincount(part.ys) / len(part.ys), CHANCE, atol=0.01)


def test_a_cut_at_random_flatters():
    xs = np.concatenate([part.xs for part in digits()])
    ys = np.concatenate([part.ys for part in digits()])
    rows = np.random.default_rng(0).permutation(1797)
    xs, ys = xs[rows], ys[rows]
    assert (
        least_squares((xs[:TRAIN], ys[:TRAIN]), (xs[TRAIN:], ys[TRAIN:])) > LINEAR_ACCURACY + 0.03
    )


def test_batches_come_from_the_training_part():
    xs, ys = Minibatches(digits(64).train, 200)(jax.random.key(0))
    assert (xs.shape, ys.shape) == ((200, 64, 1), (200,))
    known = {row.tobytes() for row in digits(64).train.xs}
    assert {np.asarray(row).tobytes() for row in xs} <= known


def test_shared_arrays_cannot_be_written_to():
    for part in digits():
        for array in part:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


def test_scikit_learn_is_not_imported():
    code = (
        "import sys; from lstm_jax.course.data.digits import digits; digits(); "
        "print(sorted({'sklearn', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: digits(7), "digits: steps is 7, which does not divide the 64 pixels"),
        (lambda: digits(0), "digits: steps should be a whole number from 1 on, got 0"),
        (lambda: digits(8.0), "digits: steps should be a whole number"),
        (
            lambda: accuracy(jnp.zeros((3, 9)), jnp.zeros(3, jnp.int32)),
            "accuracy: logits has 9 classes but there are 10",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
