"""Dropout: one mask for a sequence, the mean stays the same, and evaluation drops nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.dropout import dropout

KEY = jax.random.key(0)
XS = 1 + jax.random.uniform(jax.random.key(1), (64, 7, 50))  # never 0


def test_one_mask_serves_all_steps_of_a_sequence():
    silent = dropout(KEY, XS, 0.3) == 0
    assert (silent == silent[:, :1]).all()
    assert not (silent[0] == silent[1]).all()  # another sequence, another mask
    assert abs(silent.mean() - 0.3) < 0.03


def test_a_mask_for_each_step_if_asked_for():
    silent = dropout(KEY, XS, 0.3, each_step=True) == 0
    assert not (silent == silent[:, :1]).all(axis=(1, 2)).any()
    assert abs(silent.mean() - 0.3) < 0.01


@pytest.mark.parametrize("each_step", [False, True])
def test_what_is_left_is_scaled_up_so_that_the_mean_stays(each_step):
    dropped = dropout(KEY, XS, 0.25, each_step=each_step)
    np.testing.assert_allclose(dropped, jnp.where(dropped == 0, 0.0, XS / 0.75), rtol=1e-6)
    assert abs(dropped.mean() / XS.mean() - 1) < 0.03


def test_evaluation_leaves_everything_as_it_is():
    assert dropout(None, XS, 0.3) is XS
    np.testing.assert_array_equal(dropout(KEY, XS, 0.0), XS)


def test_the_key_decides():
    np.testing.assert_array_equal(dropout(KEY, XS, 0.5), dropout(KEY, XS, 0.5))
    assert not jnp.array_equal(dropout(KEY, XS, 0.5), dropout(jax.random.key(2), XS, 0.5))


def test_one_sequence_and_another_precision(x64):
    dropped = dropout(KEY, XS[0].astype(jnp.float64), 0.5)
    assert dropped.shape == (7, 50)
    assert dropped.dtype == jnp.float64
    assert ((dropped == 0) == (dropped[:1] == 0)).all()


def test_another_share_compiles_nothing(compilations):
    apply = jax.jit(dropout)
    apply(KEY, XS, jnp.float32(0.1))
    before = compilations()
    apply(KEY, XS, jnp.float32(0.6))
    assert compilations() == before


def test_gradient_goes_only_where_something_is_left():
    slope = jax.grad(lambda xs: dropout(KEY, xs, 0.5).sum())(XS)
    np.testing.assert_array_equal(slope, jnp.where(dropout(KEY, XS, 0.5) == 0, 0.0, 2.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, XS, 0.3), "dropout: key should be one random key"),
        ((KEY, XS[0, 0], 0.3), "dropout: xs has 1 axis"),
        ((KEY, XS, 1.0), "dropout: share should be one number from 0 on and below 1, got 1.0"),
        ((KEY, XS, -0.1), "dropout: share should be one number"),
        ((KEY, XS, [0.1, 0.2]), "dropout: share should be one number"),
        ((None, XS, 30), "dropout: share should be one number"),
        ((KEY, XS.astype(jnp.int32), 0.3), "dropout: xs should be an array of floats"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        dropout(*arguments)
