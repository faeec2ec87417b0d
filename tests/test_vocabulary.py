"""Symbols as numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_jax.vocabulary import UNKNOWN, Vocabulary, vocabulary


def test_the_most_frequent_come_first_and_ties_by_the_alphabet():
    known = vocabulary(["hello", "low"])
    assert known == Vocabulary((UNKNOWN, "l", "o", "e", "h", "w"))
    assert vocabulary(["hello", "low"], most=2).symbols == (UNKNOWN, "l", "o")
    assert vocabulary([["a", "b"], ["a"]], extra=["<end>"]).symbols == (UNKNOWN, "<end>", "a", "b")


def test_extra_symbols_are_not_there_twice():
    assert vocabulary(["ab" + UNKNOWN], extra="b").symbols == (UNKNOWN, "b", "a")


@given(st.text(max_size=40))
def test_the_way_back_gives_the_text(text):
    known = vocabulary([text])
    assert "".join(known.symbols_of(known.ids(text))) == text


def test_what_is_not_known_is_number_0():
    known = vocabulary(["ab"])
    np.testing.assert_array_equal(known.ids("azb"), [1, 0, 2])
    assert known.symbols_of([1, 0]) == ["a", UNKNOWN]


def test_batch_pads_behind_the_end():
    ids, lengths = vocabulary(["ab"]).batch(["ab", "", "bbz"])
    np.testing.assert_array_equal(ids, [[1, 2, 0], [0, 0, 0], [2, 2, 0]])
    np.testing.assert_array_equal(lengths, [2, 0, 3])
    assert ids.dtype == lengths.dtype == np.int32


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_batch_of_nothing_says_so(texts):
    with pytest.raises(
        ValueError, match=r"Vocabulary\.batch: texts should hold at least one symbol"
    ):
        vocabulary(["ab"]).batch(texts)
