"""Lesson 10: the loss of padded texts, where a decoder looks, and one step of a beam search."""

import math
from collections.abc import Callable

import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise, tenths


def masked_loss(log_p: Array, target: Array, lengths: Array) -> float:
    """The mean of -log p(target) over the valid symbols, of log_p (B, T, V)."""
    total, count = 0.0, 0
    for row in range(len(target)):
        for t in range(lengths[row]):
            total -= log_p[row, t, target[row, t]]
            count += 1
    return total / count


def attention_weights(h: Array, memory: Array, length: int) -> Array:
    """Where an output h (H,) looks in a memory (S, H) of which `length` places are valid."""
    grown = [math.exp(sum(a * b for a, b in zip(h, m, strict=True))) for m in memory[:length]]
    weights = np.zeros(len(memory))
    for place, value in enumerate(grown):
        weights[place] = value / sum(grown)
    return weights


def extend_beams(totals: Array, log_p: Array) -> tuple[Array, Array]:
    """The K best of all beginnings made one symbol longer: beams (K,) and symbols (K,)."""
    K, V = log_p.shape
    every = [(totals[k] + log_p[k, v], k, v) for k in range(K) for v in range(V)]
    best = sorted(every, reverse=True)[:K]
    return np.array([k for _, k, _ in best]), np.array([v for _, _, v in best])


def _draw_texts(rng: np.random.Generator, b: int, t: int, v: int) -> Args:
    log_p = _log_softmax(tenths(rng, b, t, v))
    lengths = rng.integers(1, t + 1, b)
    lengths[0], lengths[-1] = t, rng.integers(1, t)  # one row is full, one has padding
    return log_p, rng.integers(0, v, (b, t)), lengths


def _draw_look(rng: np.random.Generator, s: int, h: int) -> Args:
    return tenths(rng, h), tenths(rng, s, h), int(rng.integers(2, s))


def _draw_beams(rng: np.random.Generator, k: int, v: int) -> Args:
    """Beams of which the best total and the best next symbol are seldom the same."""
    totals = -rng.choice(np.arange(1, 31), k, replace=False) / 10
    log_p = _log_softmax(np.cumsum(rng.permuted(np.tile(np.arange(1, v + 1), (k, 1)), axis=1), 0))
    return totals, log_p - rng.random((k, v)) / 100  # no two sums are equal


def _log_softmax(scores: Array) -> Array:
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def _picked(log_p: Array, target: Array) -> Array:
    """Log p of each symbol that is right, (B, T)."""
    return np.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, 0]


def _valid(target: Array, lengths: Array) -> Array:
    return np.arange(target.shape[1])[None] < lengths[:, None]


def _over(reduce: Callable[[Array, Array], float]) -> Callable[..., float]:
    """reduce(losses (B, T), valid (B, T)), of the loss of every symbol."""
    return lambda log_p, target, lengths: reduce(-_picked(log_p, target), _valid(target, lengths))


def _scores(h: Array, memory: Array) -> Array:
    return memory @ h


def _softmax(scores: Array) -> Array:
    return np.exp(scores) / np.exp(scores).sum()


def _in_place(weigh: Callable[[Array], Array]) -> Callable[..., Array]:
    """weigh(scores of the valid places), with 0 in the padding."""

    def weights(h: Array, memory: Array, length: int) -> Array:
        out = np.zeros(len(memory))
        out[:length] = weigh(_scores(h, memory)[:length])
        return out

    return weights


def _best_of(every: Array, k: int) -> tuple[Array, Array]:
    best = np.argsort(-every, axis=None, kind="stable")[:k]
    return best // every.shape[1], best % every.shape[1]


EXERCISES = (
    Exercise(
        why="padding is easy to guess right, and a network that is praised for it learns little.",
        lines=4,
        spec=masked_loss,
        sizes=((2, 2, 2), (3, 4, 3)),
        draw=_draw_texts,
        slopes=("log_p",),
        wrong={
            "This is the mean over all places, padding included. Count the valid ones alone.": (
                _over(lambda loss, valid: loss.mean())
            ),
            "The padding adds nothing any more, but you still divide by all places, B·T. Divide "
            "by the number of valid ones.": _over(lambda loss, valid: (loss * valid).mean()),
            "This is the mean of the means of the rows: a symbol of a short text counts for more. "
            "Add up all symbols, then divide once.": _over(
                lambda loss, valid: ((loss * valid).sum(axis=1) / valid.sum(axis=1)).mean()
            ),
            "This is the sum. Divide it by the number of valid symbols.": _over(
                lambda loss, valid: (loss * valid).sum()
            ),
            "You divided by the number of texts. Divide by the number of valid symbols.": _over(
                lambda loss, valid: (loss * valid).sum() / len(loss)
            ),
            "The sign is wrong: log p is below 0, and a loss is above it.": _over(
                lambda loss, valid: -(loss * valid).sum() / valid.sum()
            ),
            "These are the places of the padding: t < length is valid.": _over(
                lambda loss, valid: (loss * ~valid).sum() / (~valid).sum()
            ),
            "One place too many: of a text of n symbols t = 0 to n - 1 are valid.": (
                lambda log_p, target, lengths: masked_loss(
                    log_p, target, np.minimum(lengths + 1, target.shape[1])
                )
            ),
            "You summed over all symbols of the vocabulary. The loss asks for the one that is "
            "right: log_p[b, t, target[b, t]].": (
                lambda log_p, target, lengths: (
                    -(log_p.sum(axis=2) * _valid(target, lengths)).sum() / lengths.sum()
                )
            ),
        },
        hints=(
            "Two steps: log p of the right symbol at each place, (B, T); then the mean over the "
            "places that are valid.",
            "jnp.take_along_axis(log_p, target[:, :, None], axis=2) picks along the vocabulary. "
            "It leaves an axis of size 1 at the end.",
            "jnp.arange(T)[None] < lengths[:, None] is True where a place is valid. jnp.mean takes "
            "it as its argument `where`.",
        ),
    ),
    Exercise(
        why="these few numbers say what a network looked at, and they are all it needs to look.",
        lines=3,
        spec=attention_weights,
        sizes=((3, 1), (4, 2), (6, 3)),
        draw=_draw_look,
        slopes=("h", "memory"),
        wrong={
            "The padding gets weight too. Its scores have to be very low before the softmax.": (
                lambda h, memory, length: _softmax(_scores(h, memory))
            ),
            "You set the padding to 0 after the softmax, so the weights no longer sum to 1. Mask "
            "the scores, before it.": lambda h, memory, length: (
                _softmax(_scores(h, memory)) * (np.arange(len(memory)) < length)
            ),
            "You set the scores of the padding to 0, and e⁰ is 1. They have to be very low, such "
            "as -1e9.": lambda h, memory, length: _softmax(
                _scores(h, memory) * (np.arange(len(memory)) < length)
            ),
            "These are the scores. The softmax makes them positive, with the sum 1.": _in_place(
                lambda scores: scores
            ),
            "The exponentials are right; divide them by their sum.": _in_place(np.exp),
            "All weight lies on the best place. The softmax shares it out.": _in_place(
                lambda scores: np.eye(len(scores))[scores.argmax()]
            ),
            "All valid places get the same. The scores h · m have to decide.": _in_place(
                lambda scores: np.full(len(scores), 1 / len(scores))
            ),
            "The sign is wrong: a place that fits h well, with a large h · m, gets little.": (
                _in_place(lambda scores: _softmax(-scores))
            ),
            "The valid places alone came back. The result has a weight for each of the S places, "
            "0 in the padding.": lambda h, memory, length: _softmax(_scores(h, memory)[:length]),
        },
        hints=(
            "Three lines: a score for each place, a mask, a softmax.",
            "memory @ h gives the S scores at once. jnp.arange(S) < length is True where a place "
            "is valid.",
            "jnp.where(valid, scores, -1e9) leaves the padding no weight; jax.nn.softmax does the "
            "rest.",
        ),
    ),
    Exercise(
        why="the best text may begin with a symbol that is not the best first symbol.",
        lines=4,
        spec=extend_beams,
        sizes=((3, 4), (3, 6)),
        draws=20,
        draw=_draw_beams,
        wrong={
            "Each beam is made longer by its own best symbol. The K best of all K·V may come from "
            "the same beam.": lambda totals, log_p: (
                np.argsort(-(totals + log_p.max(axis=1)), kind="stable"),
                log_p.argmax(axis=1)[np.argsort(-(totals + log_p.max(axis=1)), kind="stable")],
            ),
            "The totals are missing: what a beam has cost so far counts too.": (
                lambda totals, log_p: _best_of(log_p, len(totals))
            ),
            "These are the K worst. The highest log-probabilities win.": (
                lambda totals, log_p: _best_of(-(totals[:, None] + log_p), len(totals))
            ),
            "The two results have changed places: first the beams, then the symbols.": (
                lambda totals, log_p: extend_beams(totals, log_p)[::-1]
            ),
            "Right, but the best one stands last. Put it first.": (
                lambda totals, log_p: tuple(part[::-1] for part in extend_beams(totals, log_p))
            ),
            "The flat index is taken apart with K. A row of the table has V entries: divide by "
            "V.": lambda totals, log_p: (
                np.argsort(-(totals[:, None] + log_p), axis=None)[: len(totals)] // len(totals),
                np.argsort(-(totals[:, None] + log_p), axis=None)[: len(totals)] % len(totals),
            ),
        },
        hints=(
            "K beams times V symbols: a table of sums (K, V). Which of its K·V numbers are the "
            "largest?",
            "jax.lax.top_k(flat, K) gives the largest values of one long row and their places. "
            "reshape(-1) makes the table one long row.",
            "Place p of the long row is row p // V and column p % V of the table.",
        ),
    ),
)
