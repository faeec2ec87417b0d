"""The help texts of Python."""

import sys

import numpy as np
import pytest

from lstm_jax.course.data.topics import ALPHABET, streams, topics, without_repeats
from lstm_jax.vocabulary import UNKNOWN


def paragraphs(text):
    return {" ".join(each.split()) for each in text.split("\n\n")} - {""}


def test_the_text_is_long_and_cut_nine_to_one():
    text = topics()
    total = len(text.train) + len(text.test)
    assert total > 200_000
    assert len(text.test) / total == pytest.approx(0.1, abs=0.01)
    assert text.train.endswith("\n")


def test_no_paragraph_of_the_test_part_was_read_in_training():
    text = topics()
    assert not paragraphs(text.train) & paragraphs(text.test)


def test_nearly_every_character_is_in_the_alphabet():
    text = topics()
    for part in text:
        assert (ALPHABET.ids(part) == 0).mean() < 0.005


def test_the_alphabet_is_what_a_keyboard_prints():
    assert len(ALPHABET.symbols) == len(set(ALPHABET.symbols)) == 97
    assert ALPHABET.symbols[0] == UNKNOWN
    np.testing.assert_array_equal(ALPHABET.ids("\n ~\t\N{SNOWMAN}"), [1, 2, 96, 0, 0])


def test_repeats_go_whatever_their_indentation():
    assert without_repeats("a b\n\nc\n\n  a\n  b\n\nd") == "a b\n\nc\n\nd"


def test_a_python_without_the_text_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(ModuleNotFoundError, match=r"topics: .*pydoc_data\.topics.*python\.org"):
        topics.__wrapped__()


def test_streams_are_stretches_of_the_text_and_each_input_is_the_character_before():
    rows = streams(np.arange(10, 18), 2)
    np.testing.assert_array_equal(rows.targets, [[10, 11, 12, 13], [14, 15, 16, 17]])
    np.testing.assert_array_equal(rows.inputs, [[0, 10, 11, 12], [13, 14, 15, 16]])
    assert rows.inputs.dtype == rows.targets.dtype == np.int32
    assert streams(np.arange(11), 3).targets.shape == (3, 3)


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        (np.arange(4), 0, "streams: rows should be a whole number from 1 on"),
        (np.arange(4), 5, "streams: ids has 4 characters for 5 rows"),
        (np.zeros((2, 2), int), 1, r"streams: ids should be integers of shape \(T,\), got int64"),
        (np.zeros(3), 1, r"streams: ids should be integers of shape \(T,\), got float64"),
    ],
)
def test_wrong_calls_are_named(ids, rows, message):
    with pytest.raises(ValueError, match=message):
        streams(ids, rows)
