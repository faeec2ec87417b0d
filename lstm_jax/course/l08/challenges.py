"""Lesson 08: the smallest network that solves temporal order at 100 steps. Open at the end."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.arrays import Array
from lstm_jax.cells import GRUParams, LSTMParams, RNNParams
from lstm_jax.course.checks.challenge import Challenge, Measured, Mistake
from lstm_jax.course.checks.compare import describe, misfit
from lstm_jax.course.checks.drawing import logit
from lstm_jax.course.checks.exercise import Params
from lstm_jax.course.data.tasks import SOLVED
from lstm_jax.course.data.temporal_order import SYMBOLS, accuracy, temporal_order
from lstm_jax.models import Network, Readout, last_answers

LENGTH, CLASSES = 100, 4
NEW = 1000  # sequences to judge by, never seen in training
LARGEST = 50_000  # numbers: more would take too long to judge, and the goal is far below

# Numbers in an LSTM with its readout, and what they are. Training has reached the first two; a
# network set by hand reaches them all.
GOALS = {
    5380: "32 units, as in the races",
    1668: "16 units",
    580: "8 units",
    228: "4 units",
    48: "1 unit, and no training: set it by hand",
}


class Evidence(NamedTuple):
    """What a network does on new sequences.

    weights: how many numbers it has.
    right: the share of right answers by the rule of the paper, at 100 steps.
    named: the share with the highest score on the right class.
    first, second: the share in which the first symbol is right, and the second.
    both: of those with two different symbols, the share named with both, in whichever order.
    shorter: the share right by the rule at 50 steps.
    """

    weights: int
    right: float
    named: float
    first: float
    second: float
    both: float
    shorter: float


@cache
def _new(length: int) -> tuple[Array, Array]:
    return temporal_order(jax.random.key(1_000_003), NEW, length)


_answers = jax.jit(last_answers)


def _right(network: Network, length: int) -> float:
    xs, ys = _new(length)
    return float(accuracy(_answers(network, xs), ys))


def _form(result: Any) -> str | None:
    wanted = "Your answer should be {}; it is {}."
    if not isinstance(result, Network):
        return wanted.format("a Network, one cell and its readout", describe(result))
    cell: Any = result.cell
    if not isinstance(cell, RNNParams | LSTMParams | GRUParams):
        kinds = "parameters of an RNN, a GRU or an LSTM"
        return f"The cell should be {kinds}; it is {describe(cell)}."
    if np.ndim(result.readout[0]) == 3:
        return "These are several networks, trained side by side. Hand in one: leave out axis 0."
    if np.ndim(result.readout[0]) != 2 or np.ndim(result.cell.w_h) != 2:
        return "The readout should be w (H, 4) and b (4,), and w_h of the cell a matrix."
    H, D = len(result.cell.w_h), len(SYMBOLS)
    shapes = {RNNParams: 1, LSTMParams: 4, GRUParams: 3}
    width = shapes[type(result.cell)] * H
    bias_n = [(H,)] if isinstance(result.cell, GRUParams) else []
    zeros = type(cell)._make(map(np.zeros, [(D, width), (H, width), (width,), *bias_n]))
    like = Network(zeros, Readout._make((np.zeros((H, CLASSES)), np.zeros(CLASSES))))
    problem = misfit(result, like, wanted, "Your answer")
    if problem is None and not all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(result)):
        return "Your answer holds NaN or infinity where a number belongs."
    return problem


def _measure(results: Sequence[Network]) -> Measured:
    [network] = results
    weights = sum(np.size(leaf) for leaf in jax.tree.leaves(network))
    if weights > LARGEST:
        said = f"It has {weights:,} numbers. The goal is {max(GOALS):,}: {GOALS[max(GOALS)]}."
        return Measured(False, said, Evidence(weights, *[0.0] * 6))
    network = jax.tree.map(jnp.float32, network)
    xs, ys = _new(LENGTH)
    scores = _answers(network, xs)
    named, right_class = np.asarray(scores).argmax(axis=1), np.asarray(ys)
    differ = (right_class == 1) | (right_class == 2)
    right = _right(network, LENGTH)
    evidence = Evidence(
        weights=weights,
        right=right,
        named=float((named == right_class).mean()),
        first=float((named // 2 == right_class // 2).mean()),
        second=float((named % 2 == right_class % 2).mean()),
        both=float(np.isin(named[differ], (1, 2)).mean()),
        shorter=right if right >= SOLVED else _right(network, LENGTH // 2),
    )
    reached = [goal for goal in GOALS if weights <= goal]
    ahead = [goal for goal in GOALS if weights > goal]
    said = (
        f"{weights:,} numbers; right on {right:.1%} of {NEW:,} new sequences of {LENGTH} steps. "
        f"The goal: {SOLVED:.0%} right with at most {max(GOALS):,} numbers, {GOALS[max(GOALS)]}. "
    )
    if right >= SOLVED and reached:
        said += f"Reached: {min(reached):,}. " + (
            f"Next goal: {max(ahead)} numbers, {GOALS[max(ahead)]}."
            if ahead
            else "That was the last goal we know. How few are possible?"
        )
    return Measured(right >= SOLVED and bool(reached), said, evidence)


# --- Networks set by hand: what they know, and what they miss ------------------------------------


def _by_hand(
    keep: Sequence[float], add: Sequence[Sequence[float]], at_rest: float = 20.0
) -> Params:
    """An LSTM whose units change at X and Y alone, with the output gate open.

    keep (H,): the share that a unit keeps at an X or Y. add (H, 2): what it adds at X, and at Y.
    at_rest: the forget bias, which acts at all other symbols.
    """
    H, large = len(keep), 20.0
    w_x, b = np.zeros((len(SYMBOLS), 4, H)), np.zeros((4, H))
    b[0], b[1], b[3] = -large, at_rest, large
    for x, symbol in enumerate("XY"):
        heard = w_x[SYMBOLS.index(symbol)]
        heard[0] = 2 * large
        heard[1] = [logit(kept) - at_rest for kept in keep]
        heard[2] = [np.arctanh(each[x]) for each in add]
    return LSTMParams._make((w_x.reshape(-1, 4 * H), np.zeros((H, 4 * H)), b.ravel()))


def _read(cell: Any, unit: Sequence[float], sure: float = 100.0) -> Network:
    """The class XX, XY, YX or YY whose c, in the first unit, is nearest to what h shows."""
    at = np.tanh(np.array(unit))
    w = np.zeros((len(cell.w_h), CLASSES))
    w[0] = sure * at
    return Network(cell, Readout._make((w, -sure * at**2 / 2)))


def _sums(kept: float) -> list[float]:
    """The final c of a unit for XX, XY, YX, YY: it adds 0.9 at X, -0.9 at Y, and keeps `kept`."""
    return [0.9 * (kept * first + second) for first in (1, -1) for second in (1, -1)]


def _one_unit(kept: float, sure: float = 100.0, at_rest: float = 20.0) -> Network:
    """With one half kept it tells all four classes apart."""
    return _read(_by_hand([kept], [[0.9, -0.9]], at_rest), _sums(kept), sure)


def _first_alone() -> Network:
    """A second unit records that a symbol has come, and shuts the input gate of the first."""
    cell = _by_hand([1 - 1e-9] * 2, [[0.9, -0.9], [0.9, 0.9]])
    cell.w_h[1, 0] = -60.0
    return _read(cell, [0.9, 0.9, -0.9, -0.9])


def _order_blind() -> Network:
    """It adds up the symbols, and names XY where the sum is 0."""
    return _read(_by_hand([1 - 1e-9], [[0.9, -0.9]]), _sums(1.0))


def _too_wide() -> Network:
    """One unit that solves the task, and 39 that do nothing."""
    return _read(_by_hand([0.5] * 40, [[0.9, -0.9]] + [[0.0, 0.0]] * 39), _sums(0.5))


EXERCISES = (
    Challenge(
        name="fewest_weights",
        why="how much a task needs is known only when someone has done it with less.",
        lines=4,
        form=_form,
        measure=_measure,
        wrong={
            "It is larger than the goal allows. Take fewer units: H counts squared.": Mistake(
                _too_wide(), lambda seen: seen.weights > max(GOALS)
            ),
            "It solves 50 steps and not 100: its memory fades on the way.": Mistake(
                _one_unit(0.5, at_rest=4.3), lambda seen: seen.shorter >= SOLVED
            ),
            "It names the right class, but is not sure enough of it: each probability may be off "
            "by 0.3. Train a little longer.": Mistake(
                _one_unit(0.5, sure=4.0), lambda seen: seen.named >= SOLVED
            ),
            "It knows which two symbols came, and not in which order.": Mistake(
                _order_blind(), lambda seen: seen.both > 0.95 and seen.named > 0.6
            ),
            "It knows the second symbol, and has lost the first.": Mistake(
                _one_unit(1e-9), lambda seen: seen.second > 0.95 and seen.first < 0.75
            ),
            "It knows the first symbol, and has missed the second.": Mistake(
                _first_alone(), lambda seen: seen.first > 0.95 and seen.second < 0.75
            ),
            "It guesses: no more is right than by chance. Has it been trained? If it has, another "
            "seed, another rate, or biases for long memories (section 7) may help.": Mistake(
                _one_unit(0.5)._replace(readout=Readout._make((np.zeros((1, 4)), np.zeros(4)))),
                lambda seen: seen.named < 0.4,
            ),
        },
        hints=(
            "Begin with the settings that the long run found for 32 units. Does it still learn "
            "with 16, with 8? Few units often need another seed, or more steps.",
            'start="chrono" makes memories of all lengths up to 100 steps. A second go that '
            "starts where the first one ended costs sequences, not weights.",
            "By hand, one unit is enough: let it add at an X and take off at a Y. What must it "
            "keep at the second one, so that four orders give four different sums?",
        ),
    ),
)
