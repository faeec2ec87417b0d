"""What a unit may follow, and which units do: counted by hand, and beside NumPy's correlation."""

import numpy as np
import pytest

from lstm_jax.course.data.topics import topics
from lstm_jax.course.explorers import tracking
from lstm_jax.course.l09 import study as language

TEXT = 'a "b(" (\n  (x) "y\n)) '
COUNTED = {
    "quote": [0, 0, 1, 1, 1, 0, 0, 0, 0, *[0] * 6, 1, 1, 0, 0, 0, 0],
    "bracket": [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 2, 2, 2, 2, 2, 1, 0, 0],
    "indent": [0] * 9 + [1, *[2] * 7, 0, 0, 0, 0],
    "column": [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3],
}


def test_followed_counts_as_a_reader_does():
    assert {name: values.tolist() for name, values in tracking.followed(TEXT).items()} == COUNTED
    assert tracking.FOLLOWED.keys() == COUNTED.keys()


def test_followed_of_no_text_is_empty():
    assert {name: len(values) for name, values in tracking.followed("").items()} == dict.fromkeys(
        COUNTED, 0
    )


def test_correlations_are_those_of_numpy():
    rng = np.random.default_rng(0)
    cs, values = rng.normal(size=(50, 3)) + 4, rng.normal(size=50)
    expected = [np.corrcoef(unit, values)[0, 1] for unit in cs.T]
    np.testing.assert_allclose(tracking.correlations(cs, values), expected)
    line = np.column_stack([2 * values, -values, np.full(50, 3.0)])
    np.testing.assert_allclose(tracking.correlations(line, values), [1, -1, 0], atol=1e-12)
    assert (tracking.correlations(cs, np.ones(50)) == 0).all()


def stretch(cs, values):
    return tracking.Stretch("", np.asarray(cs, float).T, {"quote": np.asarray(values, float)})


def test_search_ranks_in_one_text_and_measures_in_the_other():
    here = stretch([[1, 0, 1, 0], [0, 1, 0, 1.1], [0, 0, 1, 1]], [0, 1, 0, 1])
    there = stretch([[0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]], [0, 1, 0, 1])
    found = tracking.search("quote", here, there)
    assert found.units.tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.searched, [-1, 0.998, 0], atol=1e-3)
    np.testing.assert_allclose(found.measured, [1, 0, 0], atol=1e-12)


def test_memory_is_that_of_the_model():
    here, there = tracking.stretches(language.load())
    assert here.text == topics().train[-16_000:]
    assert there.cs.shape == (16_000, 128)
    part = tracking.memory(language.load(), there.text[:50])
    np.testing.assert_allclose(there.cs[:50], part, atol=1e-4)


@pytest.mark.parametrize(("place", "expected"), [(20, 18), (3, 1)])
def test_liveliest_is_where_values_change_most(place, expected):
    values = np.zeros(30)
    values[place : place + 5 : 2] = 1
    start = tracking.liveliest(values, 8)
    changes = np.abs(np.diff(values[start : start + 8])) > 0
    assert changes.sum() >= 5
    assert tracking.liveliest(values, 30) == 0
