"""Lesson 13: a mask for a sequence, two steps made one, gates without h, and what devices buy."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lstm_jax.course.checks.exercise import Args, Array, Exercise, tenths


def sequence_dropout(xs: Array, u: Array, share: float) -> Array:
    """Leave out the features of xs (B, T, D) whose u (B, D) is below share, scale up the rest.

    Gal and Ghahramani, NIPS 2016.
    """
    B, T, D = xs.shape
    dropped = np.zeros((B, T, D))
    for b in range(B):
        for d in range(D):
            for t in range(T):
                if u[b, d] >= share:
                    dropped[b, t, d] = xs[b, t, d] / (1 - share)
    return dropped


def combine(a_first: Array, b_first: Array, a_second: Array, b_second: Array) -> tuple[Any, Any]:
    """Two steps h -> a h + b, (H,) each, as the one step that does both."""
    H = len(a_first)
    a, b = np.zeros(H), np.zeros(H)
    for unit in range(H):
        # What the second step makes of what the first one leaves, for h = 0 and for h = 1.
        from_0, from_1 = (
            a_second[unit] * (a_first[unit] * h + b_first[unit]) + b_second[unit] for h in (0, 1)
        )
        a[unit], b[unit] = from_1 - from_0, from_0
    return a, b


def normalised_gates(f_sum: Array, i_sum: Array) -> tuple[Any, Any]:
    """The forget and input gate of a minLSTM, (T, H) each: they add up to 1; Feng and others, 2024.

    f_sum and i_sum are their weighted sums.
    """
    T, H = f_sum.shape
    f, i = np.zeros((T, H)), np.zeros((T, H))
    for t in range(T):
        for unit in range(H):
            forget = 1 / (1 + math.exp(-f_sum[t, unit]))
            write = 1 / (1 + math.exp(-i_sum[t, unit]))
            f[t, unit] = forget / (forget + write)
            i[t, unit] = write / (forget + write)
    return f, i


def speed_up(serial: float, devices: int) -> float:
    """How many times as fast with so many devices, if a share of the time cannot be split.

    Amdahl, 1967.
    """
    alone = 1.0
    own_part = (1 - serial) / devices  # what each device does, all of them at once
    return alone / (serial + own_part)


def _draw_dropout(rng: np.random.Generator, b: int, t: int, d: int) -> Args:
    """A mask that silences something and leaves something, and at least two steps."""
    share = float(rng.integers(2, 9)) / 10
    u = rng.choice(np.arange(1, 20, 2) / 20, (b, d))
    u[0, 0], u[-1, -1] = share / 2, (1 + share) / 2
    return tenths(rng, b, t, d), u, share


def _draw_steps(rng: np.random.Generator, h: int) -> Args:
    return tuple(tenths(rng, h) for _ in range(4))


def _draw_sums(rng: np.random.Generator, t: int, h: int) -> Args:
    """Two sums that never cancel."""
    return tenths(rng, t, h, largest=3.0), tenths(rng, t, h, largest=3.0) + 0.05


def _draw_shares(rng: np.random.Generator, most: int) -> Args:
    return float(rng.integers(1, 20)) / 20, int(rng.integers(2, most + 1))


def _masked(keep: Callable[[Array, float], Array], scale: Callable[[float], float]) -> Any:
    """Kept where keep(u, share), a mask (B, D) for all steps, and times scale(share)."""
    return lambda xs, u, share: np.where(keep(u, share)[:, None], xs * scale(share), 0)


def _at_or_above(u: Array, share: float) -> Array:
    return u >= share


def _below(u: Array, share: float) -> Array:
    return u < share


def _inverse(share: float) -> float:
    return 1 / (1 - share)


def _first_step_only(xs: Array, u: Array, share: float) -> Array:
    dropped = xs * _inverse(share)
    dropped[:, 0] = sequence_dropout(xs, u, share)[:, 0]
    return dropped


def _σ(a: Array) -> Array:
    return 1 / (1 + np.exp(-a))


EXERCISES = (
    Exercise(
        why="a mask drawn anew at every step rubs out a memory; one mask for a sequence does not.",
        lines=2,
        spec=sequence_dropout,
        sizes=((1, 2, 2), (2, 3, 2), (2, 4, 3)),
        draw=_draw_dropout,
        wrong={
            "What is left is not scaled up, so the sums of the next layer are smaller in training "
            "than later. Divide by 1 - share.": _masked(_at_or_above, lambda share: 1),
            "The mask is the wrong way round: silent is what has u below share.": _masked(
                _below, _inverse
            ),
            "The mask is the wrong way round, and what is left is divided by share. Silent is what "
            "has u below share; divide by 1 - share.": _masked(_below, lambda share: 1 / share),
            "You divide by share. It is 1 - share of the features that stand for all.": (
                _masked(_at_or_above, lambda share: 1 / share)
            ),
            "You multiply by 1 - share. In training what is left grows: divide by it.": _masked(
                _at_or_above, lambda share: 1 - share
            ),
            "Everything is scaled and nothing is silent.": _masked(
                lambda u, share: np.full(u.shape, True), _inverse
            ),
            "The mask is used at the first step alone. It holds at all steps.": _first_step_only,
            "You compare with 1 - share: that silences another share of the features.": _masked(
                lambda u, share: u >= 1 - share, _inverse
            ),
            "All sequences get the mask of the first one. Each row of u belongs to one "
            "sequence.": lambda xs, u, share: sequence_dropout(
                xs, np.repeat(u[:1], len(u), 0), share
            ),
            "This is the mask, not what it leaves of xs.": (
                lambda xs, u, share: np.broadcast_to((u >= share)[:, None], xs.shape) + 0.0
            ),
            "These are the weights of the mask, 0 or 1 / (1 - share). Multiply xs by them.": (
                lambda xs, u, share: sequence_dropout(np.ones_like(xs), u, share)
            ),
        },
        hints=(
            "Which features of which sequence stay? That is an array of True and False, (B, D).",
            "It needs an axis for time: u[:, None] is (B, 1, D), and stretches over all T steps.",
            "jnp.where takes the mask, the scaled xs and 0. If 0.2 are silent, 0.8 stand for all: "
            "they grow by 1 / 0.8.",
        ),
    ),
    Exercise(
        why="if two steps make one, a thousand steps make a tree of ten levels.",
        lines=1,
        spec=combine,
        sizes=((1,), (2,), (4,)),
        draw=_draw_steps,
        wrong={
            "b of the first step goes through the second one too: multiply it by a_second.": (
                lambda a1, b1, a2, b2: (a1 * a2, b1 + b2)
            ),
            "The order is wrong: the second step is applied to what the first one leaves.": (
                lambda a1, b1, a2, b2: (a1 * a2, a1 * b2 + b1)
            ),
            "a_first multiplies b_first. By the time b_first is added, a_first is done.": (
                lambda a1, b1, a2, b2: (a1 * a2, a1 * b1 + b2)
            ),
            "b_second is added last of all, after the product with a_second.": (
                lambda a1, b1, a2, b2: (a1 * a2, a2 * (b1 + b2))
            ),
            "The factors are added. One after the other they multiply: a_second (a_first h).": (
                lambda a1, b1, a2, b2: (a1 + a2, a2 * b1 + b2)
            ),
            "b_second is missing.": lambda a1, b1, a2, b2: (a1 * a2, a2 * b1),
            "b_first is missing.": lambda a1, b1, a2, b2: (a1 * a2, b2),
            "b_first is multiplied by both factors. Only the second step comes after it.": (
                lambda a1, b1, a2, b2: (a1 * a2, a1 * a2 * b1 + b2)
            ),
            "The two parts are exchanged: return the factor first, then what is added.": (
                lambda a1, b1, a2, b2: (a2 * b1 + b2, a1 * a2)
            ),
            "This is the second step alone.": lambda a1, b1, a2, b2: (a2, b2),
            "The factor is that of the second step alone. h goes through both.": (
                lambda a1, b1, a2, b2: (a2, a2 * b1 + b2)
            ),
        },
        hints=(
            "Write it out: after the first step there is a_first h + b_first. Put that in place of "
            "the h of the second step.",
            "Multiply out the brackets. What stands before h is the new a, the rest the new b.",
            "b_first is there when the second step comes, so that step scales it. b_second is not.",
        ),
    ),
    Exercise(
        why="gates that never ask what h is can be computed for all steps at once.",
        lines=3,
        spec=normalised_gates,
        sizes=((1, 1), (2, 2), (3, 4)),
        draw=_draw_sums,
        wrong={
            "The gates do not add up to 1. Divide each by the sum of both.": (
                lambda f, i: (_σ(f), _σ(i))
            ),
            "The two gates are exchanged: return the forget gate first.": (
                lambda f, i: normalised_gates(f, i)[::-1]
            ),
            "This is a softmax, with e to the power of the sums. First take the sigmoid of each.": (
                lambda f, i: (_σ(f - i), _σ(i - f))
            ),
            "The sums are divided before the sigmoid. First σ of each, then divide.": (
                lambda f, i: (_σ(f / (f + i)), _σ(i / (f + i)))
            ),
            "You divide by the sum of the weighted sums. Divide by the sum of the two gates.": (
                lambda f, i: (_σ(f) / (f + i), _σ(i) / (f + i))
            ),
            "Each gate is divided by the other one. Divide by the sum of both.": (
                lambda f, i: (_σ(f) / _σ(i), _σ(i) / _σ(f))
            ),
            "The input gate is 1 minus the forget gate here, but before the division: i_sum has no "
            "say.": lambda f, i: (_σ(f), 1 - _σ(f)),
            "The sum runs over the units. Each unit has its own pair of gates.": (
                lambda f, i: tuple(
                    gate / (_σ(f) + _σ(i)).sum(axis=1, keepdims=True) for gate in (_σ(f), _σ(i))
                )
            ),
            "Each gate is divided by twice its share: the mean of both in place of the sum.": (
                lambda f, i: tuple(2 * gate for gate in normalised_gates(f, i))
            ),
            "The sigmoid is missing: a weighted sum below 0 makes a gate that is no share.": (
                lambda f, i: (f / (f + i), i / (f + i))
            ),
        },
        hints=(
            "First two gates as in an LSTM, each from its own sum. Then make them share 1.",
            "jax.nn.sigmoid works on whole arrays. The two gates of a unit add up to something "
            "between 0 and 2.",
            "Divide both by that sum. Return forget first, then input.",
        ),
    ),
    Exercise(
        why="ten percent that cannot be split set a limit of ten, however much you buy.",
        lines=1,
        spec=speed_up,
        sizes=((4,), (64,), (1024,)),
        draw=_draw_shares,
        wrong={
            "The roles are exchanged: it is the rest, 1 - serial, that the devices share.": (
                lambda s, n: 1 / (1 - s + s / n)
            ),
            "The serial part is shared too. It takes as long as before.": lambda s, n: float(n),
            "This is the time that is left, as a share of the time before. The speed-up is 1 over "
            "it.": lambda s, n: s + (1 - s) / n,
            "This is the limit for ever more devices. Here there are only so many.": (
                lambda s, n: 1 / s
            ),
            "The serial part is left out.": lambda s, n: n / (1 - s),
            "This is the law for a problem that grows with the devices (Gustafson, 1988). Here it "
            "stays the same.": lambda s, n: s + (1 - s) * n,
            "This is the share of the best possible, the efficiency: you divided by devices.": (
                lambda s, n: speed_up(s, n) / n
            ),
            "One device is one too few to share: the rest is split over all of them, the first one "
            "too.": lambda s, n: 1 / (s + (1 - s) / (n + 1)),
            "The rest is shared by one device fewer than there are.": (
                lambda s, n: 1 / (s + (1 - s) / (n - 1))
            ),
            "The serial part is counted in the rest as well: only 1 - serial can be split.": (
                lambda s, n: 1 / (s + 1 / n)
            ),
            "This is the time saved, as a share. Asked for is how many times as fast.": (
                lambda s, n: 1 - s - (1 - s) / n
            ),
        },
        hints=(
            "Say that it takes one hour alone. How long does it take together?",
            "The serial part takes as long as before. The rest, 1 - serial, is split evenly.",
            "The speed-up is the time before over the time now. With serial = 0 it is devices, "
            "with serial = 1 it is 1.",
        ),
    ),
)
