import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_jax.course.data.temporal_order import (
    SYMBOLS,
    accuracy,
    chance,
    padded_temporal_order,
    temporal_order,
)
from lstm_jax.losses import cross_entropy

KEY = jax.random.key(0)
CLASSES = {
    2: ["XX", "XY", "YX", "YY"],
    3: ["XXX", "XXY", "XYX", "XYY", "YXX", "YXY", "YYX", "YYY"],
}


def spell(xs) -> list[str]:
    """The sequences as text, after a look at every number."""
    xs = np.asarray(xs)
    assert set(np.unique(xs)) == {0, 1}
    assert (xs.sum(axis=-1) == 1).all()
    return ["".join(SYMBOLS[symbol] for symbol in row) for row in xs.argmax(axis=-1)]


@settings(max_examples=15, deadline=None)  # the first examples compile
@given(st.integers(0, 2**31), st.sampled_from([10, 11, 29, 57, 100]), st.sampled_from([2, 3]))
def test_the_class_is_the_order_of_the_marks(seed, length, places):
    xs, ys = temporal_order(jax.random.key(seed), 16, length, places)
    assert (xs.shape, ys.shape) == ((16, length, 8), (16,))
    assert (xs.dtype, ys.dtype) == (jnp.float32, jnp.int32)
    for text, y in zip(spell(xs), ys.tolist(), strict=True):
        assert (text[0], text[-1]) == ("E", "B")
        assert set(text[1:-1]) <= set("abcdXY")
        assert "".join(symbol for symbol in text if symbol in "XY") == CLASSES[places][y]


@pytest.mark.parametrize(
    ("places", "bounds"), [(2, [(10, 20), (50, 60)]), (3, [(10, 20), (33, 43), (66, 76)])]
)
def test_every_step_of_the_paper_occurs_and_no_other(places, bounds):
    found = [set() for _ in bounds]
    for text in spell(temporal_order(KEY, 3000, 100, places)[0]):
        steps = [step for step, symbol in enumerate(text) if symbol in "XY"]
        for seen, step in zip(found, steps, strict=True):
            seen.add(step)
    assert found == [set(range(first, last + 1)) for first, last in bounds]


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.integers(10, 40), st.sampled_from([2, 3]))
def test_padded_sequences_are_the_same_task(seed, length, places):
    key = jax.random.key(seed)
    xs, ys = padded_temporal_order(key, 16, length, 40, places)
    assert (xs.shape, xs.dtype) == ((16, 40, 8), jnp.float32)
    assert not xs[:, length:].any()
    alone, expected = temporal_order(key, 16, length, places)
    np.testing.assert_array_equal(ys, expected)
    marked = slice(SYMBOLS.index("X"), None)
    np.testing.assert_array_equal(xs[:, :length, marked], alone[..., marked])
    for text in spell(xs[:, :length]):
        assert (text[0], text[-1]) == ("E", "B")
        assert set(text[1:-1]) <= set("abcdXY")


def test_another_padded_length_compiles_nothing():
    draw = jax.jit(padded_temporal_order, static_argnames=("batch", "room"))
    for length in (10, 25, 40):
        draw(KEY, batch=4, length=jnp.int32(length), room=40)
    assert draw._cache_size() == 1


@pytest.mark.parametrize("length", [9, 41])
def test_padded_length_has_to_fit(length):
    with pytest.raises(ValueError, match=f"from 10 to room, which is 40, got {length}"):
        padded_temporal_order(KEY, 4, length, 40)


def test_another_length_stretches_the_places():
    steps = [
        [step for step, symbol in enumerate(text) if symbol in "XY"]
        for text in spell(temporal_order(KEY, 3000, 250)[0])
    ]
    first, second = zip(*steps, strict=True)
    assert (min(first), max(first), min(second), max(second)) == (25, 50, 125, 150)


@pytest.mark.parametrize("places", [2, 3])
def test_classes_places_and_other_symbols_are_drawn_evenly(places):
    xs, ys = temporal_order(KEY, 20_000, 40, places)
    np.testing.assert_allclose(np.bincount(ys) / len(ys), chance(places), atol=0.01)
    # Where a mark stands tells nothing about the class.
    marked = np.asarray(xs[:, :, 6:].sum(axis=-1))
    for y in range(2**places):
        rows = marked[np.asarray(ys) == y]
        np.testing.assert_allclose(rows.mean(axis=0), marked.mean(axis=0), atol=0.03)
    others = np.asarray(xs[:, 1:-1, 2:6]).sum(axis=(0, 1))
    np.testing.assert_allclose(others / others.sum(), 1 / 4, atol=5e-3)


@pytest.mark.parametrize("places", [2, 3])
def test_naming_one_class_scores_the_baseline(places):
    _, ys = temporal_order(KEY, 20_000, 10, places)
    always = jnp.zeros((len(ys), 2**places)).at[:, 1].set(10)
    assert accuracy(always, ys) == pytest.approx(chance(places), abs=0.01)
    undecided = cross_entropy(jnp.zeros_like(always), ys)
    assert undecided == pytest.approx(-math.log(chance(places)), rel=1e-5)


def test_a_key_draws_the_same_batch_again_and_another_key_another():
    first, again, other = (temporal_order(k, 3, 20)[0] for k in (KEY, KEY, jax.random.key(1)))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_accuracy_wants_every_probability_within_three_tenths():
    probabilities = jnp.array(
        [
            [0.71, 0.29, 0.0, 0.0],
            [0.69, 0.11, 0.1, 0.1],  # highest, but not sure enough
            [0.0, 0.0, 0.0, 1.0],
            [1.0, 0.0, 0.0, 0.0],  # sure and wrong
        ]
    )
    target = jnp.array([0, 0, 3, 1])
    assert accuracy(jnp.log(probabilities), target) == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: temporal_order(KEY, 2, 9), "temporal_order: length is 9; below 10 steps"),
        (lambda: temporal_order(KEY, 2, 20, 4), "temporal_order: places should be 2 or 3, got 4"),
        (lambda: temporal_order(KEY, 2, 20, 2.0), "places should be a whole number.* got 2.0"),
        (lambda: temporal_order(KEY, 0, 20), "temporal_order: batch should be a whole number"),
        (lambda: temporal_order(3, 2, 20), "temporal_order: key should be one random key"),
        (
            lambda: accuracy(jnp.zeros((1, 4)), jnp.zeros(3, jnp.int32)),
            "accuracy: logits has 1 sequences but target has 3",
        ),
        (
            lambda: accuracy(jnp.zeros((3, 5, 4)), jnp.zeros((3, 5), jnp.int32)),
            r"accuracy: target has 2 axes; target should be \(batch,\), got \(3, 5\)",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
