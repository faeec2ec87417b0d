"""Lesson 07: initial weights of an LSTM that remembers for 200 steps."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lstm_jax.cells import LSTMParams
from lstm_jax.course.checks.challenge import Challenge, Measured, Mistake
from lstm_jax.course.checks.compare import misfit
from lstm_jax.course.checks.drawing import logit
from lstm_jax.course.checks.exercise import Args, Array
from lstm_jax.init import init_lstm
from lstm_jax.traces import trace

STEPS, LONGEST = 200, 2000
WRITES = 0.01  # less than that is no writing
D, H = 2, 16
EXACT = logit(0.5 ** (1 / STEPS))  # a gate whose sum stays there has a half-life of STEPS


class Evidence(NamedTuple):
    """What the networks of three keys show.

    half_life: steps in which the median unit of each network forgets half, on noise (3,).
    biases: the mean bias of each block i, f, g, o, over all networks (4,).
    writes: how much what is written, i · g, moves with the input, in the network that moves least.
    alike: whether two of them are the same.
    """

    half_life: Array
    biases: Array
    writes: float
    alike: bool


def _calls() -> tuple[Args, ...]:
    return tuple((jax.random.key(seed), D, H) for seed in range(3))


def _form(result: Any) -> str | None:
    like = LSTMParams._make(np.zeros(shape) for shape in ((D, 4 * H), (H, 4 * H), (4 * H,)))
    problem = misfit(result, like)
    if problem is None and not all(np.isfinite(array).all() for array in result):
        return "result holds NaN or infinity where a number belongs."
    return problem


def _measure(results: Sequence[LSTMParams]) -> Measured:
    """Let each network read noise, and see what its forget gates keep of the memory."""
    xs = np.random.default_rng(0).normal(size=(STEPS, D)).astype(np.float32)
    half_life, writes = [], []
    for params in results:
        record = trace(LSTMParams(*map(jnp.float32, params)), xs)
        i, f, g = (np.asarray(gate, float) for gate in (record.i, record.f, record.g))  # (T, H)
        faded = -np.log(np.maximum(f, 1e-30)).mean(axis=0)  # a step, on average (H,)
        half_life.append(math.log(2) / max(float(np.median(faded)), 1e-12))
        writes.append(float(np.median((i * g).std(axis=0))))
    arrays = [np.concatenate([np.ravel(leaf) for leaf in params]) for params in results]
    evidence = Evidence(
        half_life=np.array(half_life),
        biases=np.mean([np.reshape(params.b, (4, H)).mean(axis=1) for params in results], axis=0),
        writes=min(writes),
        alike=any(np.array_equal(arrays[0], other) for other in arrays[1:]),
    )
    shortest, longest = evidence.half_life.min(), evidence.half_life.max()
    said = (
        f"Three networks of {H} units read noise. The middle unit of each forgets half of its "
        f"memory in {', '.join(f'{steps:,.0f}' for steps in half_life)} steps. The goal: at least "
        f"{STEPS}, and at most {LONGEST:,}, so that training can still close the gate."
    )
    within = shortest >= STEPS and longest <= LONGEST
    works = evidence.writes >= WRITES and not evidence.alike
    return Measured(bool(within and works), said, evidence)


def _with(
    *biases: float, change: Callable[[LSTMParams], LSTMParams] = lambda params: params
) -> Callable[..., LSTMParams]:
    """Fresh weights with the biases of i, f, g and o set, then changed by `change`."""

    def answer(key: Any, input_size: int, hidden_size: int) -> LSTMParams:
        params = init_lstm(key, input_size, hidden_size)
        return change(params._replace(b=jnp.repeat(jnp.float32(biases), hidden_size)))

    return answer


def _only(block: int) -> Callable[[Evidence], bool]:
    """Is the bias in that block, and not in that of the forget gate?"""
    return lambda seen: seen.biases[block] > 3 and seen.biases[1] < 3


EXERCISES = (
    Challenge(
        name="long_memory",
        why="what no gradient reaches in the first batch is not learned in the last one.",
        lines=3,
        arguments=("key", "input_size", "hidden_size"),
        calls=_calls,
        form=_form,
        measure=_measure,
        wrong={
            "All three networks are the same: the key is not used. Draw the weights with "
            "init_lstm(key, ...).": Mistake(
                lambda key, d, h: _with(0, 6.5, 0, 0)(jax.random.key(0), d, h),
                lambda seen: seen.alike,
            ),
            "All four gates got the bias. An open input gate writes everything, an open candidate "
            "is stuck at 1: open the forget gate alone, columns H to 2H.": Mistake(
                _with(6.5, 6.5, 6.5, 6.5), lambda seen: bool((seen.biases > 3).all())
            ),
            "No input gets in: w_x is 0. Keep the weights that init_lstm draws, and change the "
            "bias.": (
                Mistake(
                    _with(0, 6.5, 0, 0, change=lambda p: p._replace(w_x=0 * p.w_x)),
                    lambda seen: seen.writes < WRITES,
                )
            ),
            "The bias stands in the first block, the input gate's. The order is i, f, g, o: the "
            "forget gate has columns H to 2H.": Mistake(_with(6.5, 1, 0, 0), _only(0)),
            "The bias stands in the third block, the candidate's. The forget gate is the second.": (
                Mistake(_with(0, 1, 6.5, 0), _only(2))
            ),
            "The bias stands in the last block, the output gate's. The forget gate is second.": (
                Mistake(_with(0, 1, 0, 6.5), _only(3))
            ),
            "The sign is turned round: a bias far below 0 shuts the forget gate.": Mistake(
                _with(0, -6.5, 0, 0), lambda seen: seen.biases[1] < -1
            ),
            "That is the bias of a gate that stands still. These gates move with what they hear, "
            "and what they lose on the way down they do not win back on the way up: open them "
            "further.": (
                Mistake(
                    _with(0, EXACT, 0, 0),
                    lambda seen: abs(seen.biases[1] - EXACT) < 0.1 and seen.half_life.min() > 100,
                )
            ),
            "The bias is large, but the weights are too: what the gate hears shuts it again and "
            "again. Leave the weights as init_lstm draws them.": Mistake(
                _with(0, 6.5, 0, 0, change=lambda p: p._replace(w_x=8 * p.w_x, w_h=8 * p.w_h)),
                lambda seen: seen.biases[1] > EXACT and seen.half_life.min() < STEPS,
            ),
            "The bias is too small: the half-life is about 0.7 times e to the bias.": Mistake(
                _with(0, 3, 0, 0), lambda seen: seen.half_life.min() < STEPS
            ),
            "The gate is so far open that its slope f (1 - f) is nearly 0: no gradient could "
            "close it again, and nothing would ever be forgotten.": Mistake(
                _with(0, 20, 0, 0), lambda seen: seen.half_life.max() > LONGEST
            ),
        },
        hints=(
            "init_lstm(key, input_size, hidden_size, forget_bias=...) sets the one bias that "
            "decides. Which one gives 200 steps?",
            "Lesson 03: at a half-life of n steps the gate stands at f = 0.5 ** (1 / n), and the "
            "bias is log(f / (1 - f)). That is for a gate that stands still.",
            "These gates move. A little more bias than the formula says is enough.",
        ),
    ),
)
