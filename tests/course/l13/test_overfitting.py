"""Overfitting: fair splits, pairs that are pairs, and remedies that do what they say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course.data.digits import accuracy, digits
from lstm_jax.course.l13 import overfitting
from lstm_jax.course.l13.overfitting import Setting, answers, init, parts, train_settings
from lstm_jax.losses import cross_entropy

KEY = jax.random.key(0)
quick = partial(train_settings, key=KEY, units=4, runs=2, steps=50)
close = partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-5)


def test_the_parts_are_the_pictures_once_each():
    learned, validation, test = parts()
    xs = np.concatenate([learned[0], validation[0]])
    np.testing.assert_array_equal(xs, digits().train.xs)
    np.testing.assert_array_equal(test[0], digits().test.xs)
    assert validation[1][:20].tolist() == 2 * list(range(10))  # a form begins
    assert len(validation[1]) == 258


@pytest.mark.slow
def test_settings_together_are_each_alone():
    settings = [Setting(20), Setting(200, 0.4), Setting(200, 0.4, True)]
    together = quick(settings)
    for setting, learned in zip(settings, together, strict=True):
        [alone] = quick([setting])
        for name in ("training", "validation"):
            close(getattr(learned, name), getattr(alone, name), err_msg=name)
            assert getattr(learned, name).shape == (2, 3)
        assert learned.setting == setting
        assert learned.steps.tolist() == [0, 25, 50]
        assert learned.at_the_end.shape == learned.stopped.shape == (2,)
    # Same first weights; then every setting goes its own way.
    close(together[0].validation[:, 0], together[1].validation[:, 0])
    assert not np.allclose(together[1].validation[:, 2], together[2].validation[:, 2])
    assert not np.allclose(together[0].validation[:, 2], together[1].validation[:, 2])


def test_losses_are_those_of_the_networks():
    fits = []
    [learned] = quick([Setting(20)], watch=fits.append)
    pictures, validation, test = parts()
    for n, key in enumerate(jax.random.split(KEY, 2)):
        network = jax.tree.map(lambda leaf, n=n: leaf[n], fits[-1].params)
        rows = jax.random.permutation(jax.random.fold_in(key, 1), len(pictures[1]))[:20]
        own = cross_entropy(answers(network, pictures[0][rows]), jnp.asarray(pictures[1])[rows])
        close(learned.training[n, -1], own)
        held_out = cross_entropy(answers(network, jnp.asarray(validation[0])), validation[1])
        close(learned.validation[n, -1], held_out)
        close(learned.at_the_end[n], accuracy(answers(network, jnp.asarray(test[0])), test[1]))


def test_a_network_learns_from_its_own_pictures_alone(monkeypatch):
    """Pictures beyond its own may be anything."""
    pictures, *others = parts()
    [before] = quick([Setting(20)])
    for key in jax.random.split(KEY, 2):
        order = jax.random.permutation(jax.random.fold_in(key, 1), len(pictures[1]))
        assert len(set(np.asarray(order).tolist())) == len(pictures[1])
    used = np.concatenate(
        [
            jax.random.permutation(jax.random.fold_in(key, 1), len(pictures[1]))[:20]
            for key in jax.random.split(KEY, 2)
        ]
    )
    spoiled = np.full_like(pictures[0], np.nan)
    spoiled[used] = pictures[0][used]
    monkeypatch.setattr(overfitting, "parts", lambda: ((spoiled, pictures[1]), *others))
    [after] = quick([Setting(20)])
    close(before.validation, after.validation)


def test_the_network_that_is_kept_is_the_one_with_the_lowest_validation_loss():
    fits = []
    [learned] = quick([Setting(20)], steps=75, watch=fits.append)
    test = parts()[2]
    for n, best in enumerate(learned.validation.argmin(axis=1)):
        network = jax.tree.map(lambda leaf, n=n: leaf[n], fits[best].params)
        close(learned.stopped[n], accuracy(answers(network, jnp.asarray(test[0])), test[1]))


def test_dropout_acts_in_training_and_not_without_a_key():
    network = init(KEY, 4, 2)
    xs = jnp.asarray(digits().train.xs[:5])
    plain = answers(network, xs)
    np.testing.assert_array_equal(plain, answers(network, xs, None, 0.5))
    np.testing.assert_array_equal(plain, answers(network, xs, KEY, 0.0))
    assert not np.allclose(plain, answers(network, xs, KEY, 0.5))
    masks = [answers(network, xs, KEY, 0.5, each) for each in (False, True)]
    assert not np.allclose(*masks)


def test_a_count_that_is_not_there_is_named():
    with pytest.raises(
        ValueError, match="train_settings: a setting has 1030 pictures to learn from"
    ):
        quick([Setting(1030)])
    with pytest.raises(ValueError, match="train_settings: pictures of a setting should be a whole"):
        quick([Setting(0)])
