"""Lesson 09: what a text costs in bits, n-grams mixed, chunks of a text, temperature."""

import math

import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise, tenths


def bits_per_character(logits: Array, targets: Array) -> float:
    """The mean of -log2 p(target), p the softmax of each row of logits (T, V); targets (T,)."""
    total = 0.0
    for row, target in zip(logits, targets, strict=True):
        p = math.exp(row[target]) / sum(math.exp(score) for score in row)
        total -= math.log2(p)
    return total / len(targets)


def mix(counts: Array, p: Array) -> Array:
    """Witten and Bell: counts (V,) of the next symbols, mixed with p (V,) of a shorter context."""
    total, kinds = 0.0, 0
    for count in counts:
        total += count
        kinds += count > 0
    if total == 0:
        return p
    mixed = [
        (count + kinds * shorter) / (total + kinds)
        for count, shorter in zip(counts, p, strict=True)
    ]
    return np.array(mixed)


def chunk(ids: Array, rows: int, length: int, n: int) -> Array:
    """Chunk n (rows, length) of a text (T,) that is cut into rows, each a stretch of the text."""
    stretch = len(ids) // rows
    out = np.zeros((rows, length), ids.dtype)
    for row in range(rows):
        for t in range(length):
            out[row, t] = ids[row * stretch + n * length + t]
    return out


def with_temperature(logits: Array, temperature: float) -> Array:
    """The probabilities (V,) that scores (V,) give at a temperature above 0."""
    odds = [math.exp(score / temperature) for score in logits]
    return np.array([each / sum(odds) for each in odds])


def _draw_logits(rng: np.random.Generator, steps: int, symbols: int) -> Args:
    # Scores that differ from step to step, and targets of more than one kind.
    return tenths(rng, steps, symbols, largest=3.0), rng.integers(0, symbols, steps)


def _draw_counts(rng: np.random.Generator, symbols: int) -> Args:
    counts = rng.integers(0, 5, symbols).astype(float)
    if rng.random() < 0.4:
        counts[:] = 0  # a context that was never seen, or once
        counts[rng.integers(symbols)] = rng.integers(2)
    else:
        counts[rng.integers(symbols)] = 3.0
        counts[rng.integers(symbols)] += 2.0
    return counts, rng.dirichlet(np.ones(symbols)).round(2) + 0.01


def _draw_text(rng: np.random.Generator, rows: int, length: int, chunks: int) -> Args:
    total = rows * length * chunks + rows - 1  # some are left over
    ids = rng.permutation(total)
    return ids, rows, length, int(rng.integers(1, chunks - 1))


def _draw_scores(rng: np.random.Generator, symbols: int) -> Args:
    return tenths(rng, symbols, largest=3.0), float(rng.choice([0.3, 0.5, 0.8, 1.5, 2.0, 4.0]))


def _softmax(logits: Array) -> Array:
    odds = np.exp(logits)
    return odds / odds.sum(axis=-1, keepdims=True)


def _named(logits: Array, targets: Array) -> Array:
    """The probability that each target was given, (T,)."""
    return _softmax(logits)[np.arange(len(targets)), targets]


def _stretches(ids: Array, rows: int) -> Array:
    size = len(ids) // rows
    return ids[: rows * size].reshape(rows, size)


def _beside(ids: Array, rows: int, length: int, n: int) -> Array:
    """The next rows * length symbols, cut into rows: the rows of one chunk follow each other."""
    return ids[n * rows * length : (n + 1) * rows * length].reshape(rows, length)


EXERCISES = (
    Exercise(
        why="every language model is judged by this number, and n-grams and networks share it.",
        lines=3,
        spec=bits_per_character,
        sizes=((1, 2), (6, 5)),
        draw=_draw_logits,
        slopes=("logits",),
        wrong={
            "These are nats: the logarithm is the natural one. Divide by ln 2 for bits.": (
                lambda logits, targets: -np.log(_named(logits, targets)).mean()
            ),
            "The sign is missing. A probability is below 1, so its logarithm is below 0.": (
                lambda logits, targets: np.log2(_named(logits, targets)).mean()
            ),
            "This is the sum over the text. Take the mean: bits for one character.": (
                lambda logits, targets: -np.log2(_named(logits, targets)).sum()
            ),
            "These are the bits of each character, (T,). Return their mean.": (
                lambda logits, targets: -np.log2(_named(logits, targets))
            ),
            "This is the logarithm of the mean probability. Take the logarithm first, then the "
            "mean: one sure mistake has to cost.": (
                lambda logits, targets: -np.log2(_named(logits, targets).mean())
            ),
            "The softmax runs over the steps. Its probabilities should sum to 1 over the symbols, "
            "axis=-1.": (
                lambda logits, targets: (
                    -np.log2(_softmax(logits.T).T[np.arange(len(targets)), targets]).mean()
                )
            ),
            "The softmax is missing: these are scores, not logarithms of probabilities.": (
                lambda logits, targets: (
                    -logits[np.arange(len(targets)), targets].mean() / math.log(2)
                )
            ),
            "This is the entropy of what the model says. Asked for is the probability it gave to "
            "the symbol that came.": (
                lambda logits, targets: (
                    -(_softmax(logits) * np.log2(_softmax(logits))).sum(axis=-1).mean()
                )
            ),
            "These are the bits of the most likely symbol. Take those of the target.": (
                lambda logits, targets: -np.log2(_softmax(logits).max(axis=-1)).mean()
            ),
        },
        hints=(
            "First make scores into logarithms of probabilities. jax.nn.log_softmax does it along "
            "the last axis.",
            "Of each row you need one entry: row t, column targets[t]. jnp.arange(len(targets)) "
            "counts the rows.",
            "What you have is ln p. Divided by ln 2 it is log2 p; then the minus sign, and the "
            "mean.",
        ),
    ),
    Exercise(
        why="a count of 0 would cost infinitely many bits the first time that something new comes.",
        lines=4,
        spec=mix,
        sizes=((2,), (3,), (6,)),
        draw=_draw_counts,
        wrong={
            "Where nothing was counted you divide 0 by 0. Such a context knows nothing: p itself "
            "should come back.": lambda counts, p: (
                mix(counts, p) if counts.any() else np.full(len(p), np.nan)
            ),
            "Where nothing was counted you give 0 to every symbol. Such a context knows nothing: p "
            "itself should come back.": lambda counts, p: (
                mix(counts, p) if counts.any() else np.zeros(len(p))
            ),
            "These are the counts alone: what was not seen here gets 0. Mix in kinds times p.": (
                lambda counts, p: counts / counts.sum() if counts.any() else p
            ),
            "p is added once. It weighs as much as there are kinds, so kinds times p.": (
                lambda counts, p: (
                    (counts + p) / (counts.sum() + (counts > 0).sum()) if counts.any() else p
                )
            ),
            "One is added to each count. That is Laplace's way, and it forgets what the shorter "
            "context knows.": lambda counts, p: (counts + 1) / (counts.sum() + len(counts)),
            "The kinds are missing below the line: the result sums to more than 1.": (
                lambda counts, p: (
                    (counts + (counts > 0).sum() * p) / counts.sum() if counts.any() else p
                )
            ),
            "The kinds are all symbols there are. Count those that were seen here: counts above "
            "0.": lambda counts, p: (counts + len(counts) * p) / (counts.sum() + len(counts)),
            "p got the weight of the total, and the counts that of the kinds. It is the other way "
            "round: the more was seen, the less p matters.": (
                lambda counts, p: (
                    ((counts > 0).sum() * counts / counts.sum() + counts.sum() * p)
                    / (counts.sum() + (counts > 0).sum())
                    if counts.any()
                    else p
                )
            ),
        },
        hints=(
            "Two numbers first: N, the sum of the counts, and U, how many of them are above 0.",
            "The symbol's count gets U times its p added, and all is divided by N plus U.",
            "If N is 0, so is U. jnp.where picks p then; jnp.maximum keeps the division from 0 "
            "by 0.",
        ),
    ),
    Exercise(
        why="only if a row goes on where it ended does the state that is carried belong to it.",
        lines=3,
        spec=chunk,
        sizes=((1, 2, 3), (2, 3, 3), (3, 4, 4)),
        draw=_draw_text,
        wrong={
            "The rows of your chunk follow each other in the text, so the next chunk does not go "
            "on where a row ended. Cut text into rows first, then rows into chunks.": _beside,
            "This chunk is one too far: n counts from 0.": (
                lambda ids, rows, length, n: chunk(ids, rows, length, n + 1)
            ),
            "Your chunk starts at step n of each row. Chunk n starts at step n * length.": (
                lambda ids, rows, length, n: _stretches(ids, rows)[:, n : n + length]
            ),
            "Your rows take turns, symbol by symbol: row 0 has the first, row 1 the second. A row "
            "is a stretch of the text.": lambda ids, rows, length, n: (
                ids[: len(ids) // rows * rows].reshape(-1, rows).T[:, n * length : (n + 1) * length]
            ),
            "The axes are exchanged: rows first, then time.": (
                lambda ids, rows, length, n: chunk(ids, rows, length, n).T
            ),
            "This is all that lies before the end of chunk n. Leave out the chunks before it.": (
                lambda ids, rows, length, n: _stretches(ids, rows)[:, : (n + 1) * length]
            ),
            "Every chunk is the first one: n is not used.": (
                lambda ids, rows, length, n: _stretches(ids, rows)[:, :length]
            ),
        },
        hints=(
            "How long is a row? len(ids) // rows. What does not fill a row at the end is left out.",
            "Cut off the rest, then reshape to (rows, -1): each row is then a stretch of the text.",
            "Chunk n of all rows is a slice of axis 1, from n * length on, length steps long.",
        ),
    ),
    Exercise(
        why="one number decides whether a model repeats itself or raves.",
        lines=1,
        spec=with_temperature,
        sizes=((2,), (3,), (5,)),
        draw=_draw_scores,
        slopes=("logits",),
        wrong={
            "You multiply by the temperature. A high one should make all alike: divide.": (
                lambda logits, temperature: _softmax(logits * temperature)
            ),
            "The temperature is not used: this is the softmax of the scores as they are.": (
                lambda logits, temperature: _softmax(logits)
            ),
            "You divide the probabilities. Divide the scores, before the softmax.": (
                lambda logits, temperature: _softmax(logits) / temperature
            ),
            "These are the scores over the temperature. Make them probabilities: a softmax.": (
                lambda logits, temperature: logits / temperature
            ),
            "These are the odds. Divide by their sum, and they are probabilities.": (
                lambda logits, temperature: np.exp(logits / temperature)
            ),
            "These are logarithms of probabilities: softmax, not log_softmax.": (
                lambda logits, temperature: np.log(_softmax(logits / temperature))
            ),
        },
        hints=(
            "The softmax makes scores into probabilities: jax.nn.softmax.",
            "The temperature acts on the scores, before the softmax.",
            "Scores over temperature: the higher it is, the closer together they lie.",
        ),
    ),
)
