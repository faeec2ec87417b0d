"""Lesson 08: how rough a learning curve is, when a run has solved it, biases for long memories."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise
from lstm_jax.course.data.tasks import SOLVED


def roughness(loss: Array) -> float:
    """How much a learning curve (L,) climbs: doublings from one look to the next, on average."""
    total = 0.0
    for k in range(len(loss) - 1):
        total += max(0.0, math.log2(loss[k + 1] / loss[k]))
    return total / (len(loss) - 1)


def solved_after(score: Array, sequences: Array) -> Array:
    """What each run (S,) had seen at the first look that finds it solved; inf where none does."""
    seen = []
    for run in score:
        looks = [k for k in range(len(run)) if run[k] >= SOLVED]
        seen.append(sequences[looks[0]] if looks else math.inf)
    return np.array(seen)


def chrono_biases(steps: Array) -> Array:
    """The biases (4H,) of units that remember for `steps` (H,); Tallec and Ollivier, ICLR 2018."""
    H = len(steps)
    b = np.zeros(4 * H)  # i, f, g, o
    for unit in range(H):
        b[unit] = -math.log(steps[unit])
        b[H + unit] = math.log(steps[unit])
    return b


def _draw_curve(rng: np.random.Generator, looks: int) -> Args:
    """A curve that climbs at least once: on one that never does, no mean over climbs exists."""
    loss = rng.choice(np.arange(1, 21), looks, replace=False) / 10
    return (loss if (np.diff(loss) > 0).any() else loss[::-1],)


def _draw_runs(rng: np.random.Generator, runs: int, looks: int) -> Args:
    """Scores near the threshold and far from it; looks that come at no regular distance."""
    score = rng.choice([0.5, 0.8, 0.9, 0.98, 0.988, 0.99, 0.994, 1.0], (runs, looks))
    sequences = 50.0 * np.sort(rng.choice(np.arange(1, 41), looks, replace=False))
    return score, sequences


def _draw_steps(rng: np.random.Generator, h: int, longest: int) -> Args:
    return (rng.integers(2, longest + 1, h).astype(float),)


def _doublings(loss: Array) -> Array:
    """From one look to the next (L - 1,); below 0 where the loss falls."""
    return np.diff(np.log2(loss))


def _climbs(loss: Array) -> Array:
    return np.maximum(_doublings(loss), 0)


def _where_never(value: Callable[[Array], float]) -> Callable[..., Array]:
    """Right, except that value(sequences) stands in place of infinity."""

    def after(score: Array, sequences: Array) -> Array:
        right = solved_after(score, sequences)
        return np.where(np.isfinite(right), right, value(sequences))

    return after


def _stays(reached: Array) -> Array:
    """Whether a run (S, L) has reached it at this look and at all later ones."""
    return np.logical_and.accumulate(reached[:, ::-1], axis=1)[:, ::-1]


def _at(look: Callable[[Array], Array | np.integer[Any]]) -> Callable[..., Array]:
    """Read at look(score), one for each run or one for all; right where a run is never solved."""

    def after(score: Array, sequences: Array) -> Array:
        never = np.isinf(solved_after(score, sequences))
        # JAX takes the last entry for an index beyond it.
        return np.where(never, np.inf, np.take(sequences, look(score), mode="clip"))

    return after


def _blocks(*factors: float) -> Callable[[Array], Array]:
    """The logarithm of steps times each factor, one block after the other."""
    return lambda steps: np.kron(factors, np.log(steps))


def _keeping(bias: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """The right blocks with another bias of the forget gate, bias(steps)."""
    return lambda steps: np.kron([-1, 1, 0, 0], bias(steps))


def _logit(p: Array) -> Array:
    return np.log(p / (1 - p))


EXERCISES = (
    Exercise(
        why='"smooth" means nothing until a number says it, and the number is fixed before the '
        "race.",
        lines=2,
        spec=roughness,
        sizes=((2,), (4,), (7,)),
        draw=_draw_curve,
        wrong={
            "The way down is counted too. A loss is meant to fall: take only what is above 0.": (
                lambda loss: np.abs(_doublings(loss)).mean()
            ),
            "Ups and downs cancel: nothing is left but the way from the first loss to the last. "
            "Put 0 for each step that falls.": lambda loss: _doublings(loss).mean(),
            "The ratio is upside down: this is how much the loss falls. It climbs where the "
            "later one, loss[k + 1], is the larger.": lambda loss: _climbs(loss[::-1]).mean(),
            "The climbs were cut off and the falls kept. jnp.maximum with 0 keeps what is above "
            "0.": lambda loss: np.minimum(_doublings(loss), 0).mean(),
            "This is the natural logarithm. A doubling counts as 1: use log2.": (
                lambda loss: _climbs(loss).mean() * math.log(2)
            ),
            "This is the logarithm to base 10. A doubling counts as 1: use log2.": (
                lambda loss: _climbs(loss).mean() * math.log10(2)
            ),
            "The logarithm is missing: this is the ratio itself, and a loss that stays the same "
            "gets 1.": lambda loss: (loss[1:] / loss[:-1]).mean(),
            "These are differences of the loss, so a climb counts less where the loss is small. "
            "Take log2 first.": lambda loss: np.maximum(np.diff(loss), 0).mean(),
            "You took the mean over the steps that climb. One that falls counts too, as 0.": (
                lambda loss: _doublings(loss)[_doublings(loss) > 0].mean()
            ),
            "This is the sum. It grows with the number of looks: take the mean.": (
                lambda loss: _climbs(loss).sum()
            ),
            "You divided by L. Between L looks there are L - 1 steps.": (
                lambda loss: _climbs(loss).sum() / len(loss)
            ),
            "This is the largest climb. Asked for is the mean.": lambda loss: _climbs(loss).max(),
            "This is how often the loss climbs. Asked for is how much.": (
                lambda loss: (_doublings(loss) > 0).mean()
            ),
            "This is the standard deviation of the steps. It counts a steep fall like a steep "
            "climb.": lambda loss: _doublings(loss).std(),
            "These are the climbs one by one, (L - 1,). Return their mean.": _climbs,
        },
        hints=(
            "First make L losses into L - 1 steps, each in doublings: 0 for no change, 1 for "
            "twice as much, -1 for half.",
            "The logarithm of a ratio is a difference of logarithms, and jnp.diff subtracts each "
            "entry from the next one.",
            "jnp.maximum turns what is below 0 into 0. The mean is over all steps, those too.",
        ),
    ),
    Exercise(
        why="it turns a curve into one number that runs can be compared by, and a run that "
        "failed still counts.",
        lines=3,
        spec=solved_after,
        sizes=((1, 3), (2, 4), (3, 6)),
        draw=_draw_runs,
        wrong={
            "A run that is never solved gets the first look: argmax finds no True there and says "
            "0. Put infinity for it.": _where_never(lambda sequences: sequences[0]),
            "A run that is never solved gets the last look. Nobody knows when it would have been "
            "solved: put infinity.": _where_never(lambda sequences: sequences[-1]),
            "A run that is never solved gets -1, which looks like the fastest of all. Put "
            "infinity: it is later than any number.": _where_never(lambda sequences: -1.0),
            "A run that is never solved gets 0, which looks like the fastest of all. Put "
            "infinity: it is later than any number.": _where_never(lambda sequences: 0.0),
            "A run that is never solved gets NaN, which is neither early nor late. Put infinity: "
            "it is later than any number.": _where_never(lambda sequences: np.nan),
            "0.99 itself is enough: compare with >=, not with >.": (
                # float32 makes 0.99 a little larger.
                lambda score, sequences: solved_after(score > SOLVED + 1e-4, sequences)
            ),
            "You wait until all is right, a score of 1. At least 0.99 is asked for.": (
                lambda score, sequences: solved_after(score >= 1, sequences)
            ),
            "This is the last look at which a run is solved. The first one counts.": (
                lambda score, sequences: solved_after(score[:, ::-1], sequences[::-1])
            ),
            "This is the look from which on a run stays solved. The first one counts, also if "
            "the score falls again.": (
                lambda score, sequences: solved_after(_stays(score >= SOLVED), sequences)
            ),
            "This is the look with the best score. Asked for is the first one that is good "
            "enough.": _at(lambda score: score.argmax(axis=1)),
            "argmax without axis=1 takes all runs for one long row, so they all get the same "
            "look.": _at(lambda score: (score >= SOLVED).argmax()),
            "This is the number of the look. Read from `sequences` what a run had seen by then.": (
                lambda score, sequences: solved_after(score, np.arange(len(sequences)))
            ),
            "This is the number of the look, and 0 for a run that is never solved. Read from "
            "`sequences`, and put infinity where no look is good enough.": (
                lambda score, sequences: (score >= SOLVED).argmax(axis=1)
            ),
            "This counts the looks at which a run is solved. Asked for is what it had seen at the "
            "first of them.": lambda score, sequences: (score >= SOLVED).sum(axis=1),
            "The axes are mixed up: this looks for the first run at each look. Runs are axis 0, "
            "looks are axis 1.": (
                lambda score, sequences: solved_after(score.T, sequences[: len(score)])
            ),
        },
        hints=(
            "Ask at each look of each run: solved? That is an array of True and False, (S, L). "
            "Where in a row is the first True?",
            "jnp.argmax along axis=1 gives the index of the first True, as True counts as 1. That "
            "index picks from sequences.",
            "A row without a True gives 0 too. any along axis=1 tells which rows have one, and "
            "jnp.where puts jnp.inf in the others.",
        ),
    ),
    Exercise(
        why="with memories of all lengths from the start, there is something to learn from.",
        lines=3,
        spec=chrono_biases,
        sizes=((1, 20), (2, 100), (4, 200)),
        draw=_draw_steps,
        wrong={
            "Input and forget gate are exchanged, or both signs. The first block, i, gets the "
            "opposite; the second one, f, gets ln steps.": _blocks(1, -1, 0, 0),
            "The input gate has the wrong sign. What keeps long is written seldom: it takes the "
            "opposite of the forget gate.": _blocks(1, 1, 0, 0),
            "The forget gate has the wrong sign: the longer a unit should remember, the higher "
            "its bias.": _blocks(-1, -1, 0, 0),
            "The input gate is left at 0. It takes the opposite of the forget gate.": _blocks(
                0, 1, 0, 0
            ),
            "The forget gate is left at 0. It takes ln steps.": _blocks(-1, 0, 0, 0),
            "ln steps stands in the third block, that of g. The order is i, f, g, o.": _blocks(
                -1, 0, 1, 0
            ),
            "The opposite stands in the last block, that of o. The order is i, f, g, o.": _blocks(
                0, 1, 0, -1
            ),
            "All four blocks are filled. Only i and f decide how long a unit remembers; g and o "
            "get 0.": _blocks(1, 1, 1, 1),
            "These are the biases of the forget gate alone. Return those of all blocks, (4H,).": (
                _blocks(1)
            ),
            "g and o are missing. They get 0, H numbers each, which makes (4H,).": _blocks(-1, 1),
            "The four blocks are stacked, (4, H). Put them end to end: (4H,).": (
                lambda steps: np.outer([-1, 1, 0, 0], np.log(steps))
            ),
            "The four biases of a unit stand side by side. It is the H biases of a block that "
            "belong together: first all of i, then all of f.": (
                lambda steps: np.kron(np.log(steps), [-1, 1, 0, 0])
            ),
            "The logarithm is missing: at a bias of 100 a gate stands at 1, and nothing will move "
            "it.": _keeping(lambda steps: steps),
            "This is the logarithm to base 2. The sigmoid is made with e: take the natural one.": (
                _keeping(np.log2)
            ),
            "This is the logarithm to base 10. The sigmoid is made with e: take the natural one.": (
                _keeping(np.log10)
            ),
            "The opposite of b is -b, not 1 - b: it is the gate that becomes 1 - f.": (
                lambda steps: np.concatenate([1 - np.log(steps), _blocks(1, 0, 0)(steps)])
            ),
            "The opposite of b is -b, not 1 / b.": (
                lambda steps: np.concatenate([1 / np.log(steps), _blocks(1, 0, 0)(steps)])
            ),
            "ln(steps - 1) is well thought: 1 / (1 - f) is then exactly steps. Asked for is "
            "ln steps, nearly the same for a long memory.": _keeping(lambda s: np.log(s - 1)),
            "This is exact where a memory lasts until 1/e of it is left. Asked for is ln steps, "
            "nearly the same for a long memory.": _keeping(lambda s: _logit(np.exp(-1 / s))),
            "This is the bias for a half-life, as in lesson 03. Here it is simply ln steps.": (
                _keeping(lambda s: _logit(0.5 ** (1 / s)))
            ),
        },
        hints=(
            "Four blocks of H numbers, in the order i, f, g, o. Which two of them are 0?",
            "jnp.log is the natural logarithm. The forget gate gets it as it is, the input gate "
            "with a minus sign.",
            "jnp.zeros_like(steps) gives a block of zeros; jnp.concatenate puts blocks end to end.",
        ),
    ),
)
