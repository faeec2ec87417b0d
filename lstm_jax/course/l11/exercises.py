"""Lesson 11: weights of words, the mean over the steps that count, and a test for luck."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise, tenths


def word_weights(positive: Array, negative: Array) -> Array:
    """Naive Bayes: the weight (V,) of each word, from how often it stands in texts of each kind."""
    V = len(positive)
    P, N = sum(positive), sum(negative)
    weights = []
    for p, n in zip(positive, negative, strict=True):
        weights.append(math.log((p + 1) / (P + V)) - math.log((n + 1) / (N + V)))
    return np.array(weights)


def mean_pool(hs: Array, lengths: Array) -> Array:
    """The mean (B, H) of the outputs hs (B, T, H) over the first lengths (B,) steps; 0 for none."""
    B, _, H = hs.shape
    means = np.zeros((B, H))
    for b in range(B):
        for t in range(lengths[b]):
            means[b] += hs[b, t] / lengths[b]
    return means


def sign_test(first: int, second: int) -> float:
    """How often a fair coin parts first + second tosses at least as unevenly, both ways."""
    tosses, fewer = first + second, min(first, second)
    total = 0.0
    for k in range(fewer + 1):
        total += math.comb(tosses, k) / 2**tosses
    return min(1.0, 2 * total)


def _draw_counts(rng: np.random.Generator, words: int) -> Args:
    """Counts with a 0 among them, and more words of one kind than of the other."""
    positive = rng.integers(0, 9, words).astype(float)
    negative = rng.integers(0, 30, words).astype(float)
    positive[0], negative[-1] = 0.0, 0.0
    positive[-1], negative[0] = rng.integers(1, 9), rng.integers(10, 30)
    return positive, negative


def _draw_outputs(rng: np.random.Generator, b: int, t: int, h: int) -> Args:
    """Outputs with something behind the end of each text, too; the second text is shorter."""
    lengths = rng.integers(1, t, b)
    lengths[0] = t - 1
    if b > 1:
        lengths[-1] = 0
    return tenths(rng, b, t, h), lengths.astype(np.int32)


def _draw_tosses(rng: np.random.Generator, most: int) -> Args:
    return int(rng.integers(1, most + 1)), int(rng.integers(1, most + 1))


def _logs(counts: Array, added: float = 1.0) -> Array:
    return np.log((counts + added) / (counts + added).sum())


def _unsmoothed(positive: Array, negative: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return _logs(positive, 0.0) - _logs(negative, 0.0)


def _each_mean(divisor: Callable[[Array, Array], Any], masked: bool = True) -> Callable[..., Array]:
    """Sums over the steps that count, or over all, divided by divisor(hs, lengths)."""

    def pool(hs: Array, lengths: Array) -> Array:
        counts = np.arange(hs.shape[1])[None] < lengths[:, None]
        kept = np.where(counts[:, :, None], hs, 0) if masked else hs
        with np.errstate(invalid="ignore", divide="ignore"):
            return kept.sum(axis=1) / divisor(hs, lengths)

    return pool


def _tail(first: int, second: int, ends: Callable[[int, int], range]) -> float:
    tosses = first + second
    return sum(math.comb(tosses, k) for k in ends(first, second)) / 2**tosses


EXERCISES = (
    Exercise(
        why="a baseline of three lines is what every network has to beat first.",
        lines=3,
        spec=word_weights,
        sizes=((2,), (3,), (5,)),
        draw=_draw_counts,
        wrong={
            "Nothing is added: a word that one kind never has gets an infinite weight. Add 1 to "
            "each count.": _unsmoothed,
            "The counts are not divided by their sum. There are more negative words here, so all "
            "words look negative.": lambda p, n: np.log(p + 1) - np.log(n + 1),
            "The sign is wrong: a word of positive texts should get a weight above 0.": (
                lambda p, n: _logs(n) - _logs(p)
            ),
            "The logarithm is missing: this is a ratio, 1 for a word that says nothing.": (
                lambda p, n: np.exp(_logs(p) - _logs(n))
            ),
            "This is a difference of shares. Take the logarithm of each first.": (
                lambda p, n: np.exp(_logs(p)) - np.exp(_logs(n))
            ),
            "1 is added to each count, so V is added to their sum: divide by the sum of all that "
            "you have above the line.": (
                lambda p, n: np.log((p + 1) / p.sum()) - np.log((n + 1) / n.sum())
            ),
            "1 is added to each count, so V is added to their sum; you added 1.": (
                lambda p, n: np.log((p + 1) / (p.sum() + 1)) - np.log((n + 1) / (n.sum() + 1))
            ),
            "These are the logarithms of the positive shares alone. Subtract those of the negative "
            "ones.": lambda p, n: _logs(p),
            "This is the logarithm to base 2. Naive Bayes adds natural ones.": (
                lambda p, n: (_logs(p) - _logs(n)) / math.log(2)
            ),
        },
        hints=(
            "Two logarithms, one for each kind of text, and their difference. Above 0 should stand "
            "for positive.",
            "A count plus 1, divided by the sum of all counts plus 1 each, is the share of a word.",
            "Add the 1 to the whole array first. Its own sum is then what to divide by.",
        ),
    ),
    Exercise(
        why="texts end at different steps, and what stands in the padding must not count.",
        lines=4,
        spec=mean_pool,
        sizes=((1, 3, 1), (2, 4, 2), (3, 5, 2)),
        draw=_draw_outputs,
        slopes=("hs",),
        wrong={
            "You took the mean over all steps, the padding too.": _each_mean(
                lambda hs, lengths: hs.shape[1], masked=False
            ),
            "The padding is left out of the sum, but still counted: divide by lengths, not by T.": (
                _each_mean(lambda hs, lengths: hs.shape[1])
            ),
            "You divide by the lengths, but the padding is still in the sum.": _each_mean(
                lambda hs, lengths: np.maximum(lengths, 1)[:, None], masked=False
            ),
            "A text without words gives 0 / 0. Divide by 1 at least: jnp.maximum(lengths, 1).": (
                _each_mean(lambda hs, lengths: lengths[:, None])
            ),
            "This is the sum. A text twice as long would count twice: divide by lengths.": (
                _each_mean(lambda hs, lengths: 1)
            ),
            "You divide by lengths + 1. Only a length of 0 needs help.": _each_mean(
                lambda hs, lengths: lengths[:, None] + 1
            ),
            "The step after the last word counts too: step t is in the text where t < length.": (
                lambda hs, lengths: _each_mean(
                    lambda _, longer: np.maximum(longer - 1, 1)[:, None]
                )(hs, lengths + 1)
            ),
            "This is the output after the last word, not the mean of all.": (
                lambda hs, lengths: np.where(
                    lengths[:, None] > 0, hs[np.arange(len(hs)), lengths - 1], 0
                )
            ),
        },
        hints=(
            "First ask of each step of each text: does it count? That is an array (B, T).",
            "jnp.arange over the steps, compared with lengths[:, None], gives it. With another "
            "axis behind, it goes into jnp.where with hs.",
            "Sum along axis=1, then divide by lengths[:, None]. What if a length is 0?",
        ),
    ),
    Exercise(
        why="a network that is right on ten texts more than another may have been lucky.",
        lines=3,
        spec=sign_test,
        sizes=((6,), (12,), (20,)),
        draw=_draw_tosses,
        wrong={
            "This is one side only. Luck can favour either one: count both, twice as much.": (
                lambda a, b: _tail(a, b, lambda a, b: range(min(a, b) + 1))
            ),
            "This is the chance of exactly this split. Splits that are more uneven count too.": (
                lambda a, b: min(1.0, 2 * _tail(a, b, lambda a, b: range(min(a, b), min(a, b) + 1)))
            ),
            "The split itself is missing: range(n) ends at n - 1.": (
                lambda a, b: 2 * _tail(a, b, lambda a, b: range(min(a, b)))
            ),
            "You counted up to the larger number. At least as uneven means: up to the smaller "
            "one.": lambda a, b: min(1.0, 2 * _tail(a, b, lambda a, b: range(max(a, b) + 1))),
            "The share is not divided by the number of all outcomes, 2 ** (first + second).": (
                lambda a, b: 2 * _tail(a, b, lambda a, b: range(min(a, b) + 1)) * 2 ** (a + b)
            ),
            "This is a share of the texts, not a probability: how often would a coin do it?": (
                lambda a, b: abs(a - b) / (a + b)
            ),
            "A probability is 1 at most: two sides that meet in the middle are counted twice.": (
                lambda a, b: 2 * _tail(a, b, lambda a, b: range(min(a, b) + 1))
            ),
        },
        hints=(
            "Texts that both have right, or both wrong, say nothing. For each of the others a fair "
            "coin is tossed.",
            "math.comb(n, k) counts the outcomes of n tosses with k heads; there are 2**n outcomes "
            "in all.",
            "Sum from 0 up to the smaller of the two numbers, itself included; then twice, for the "
            "other side, and never above 1.",
        ),
    ),
)
