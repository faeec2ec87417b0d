"""The memory of lesson 00, how far it comes after the sun, and how long a call takes."""

import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course import sunspots
from lstm_jax.course.l00 import memories
from lstm_jax.course.l00.stand_ins import leaky_sum
from lstm_jax.course.l00.timing import first_and_later


def test_fading_memory_is_the_weighted_sum() -> None:
    np.testing.assert_allclose(
        memories.fading_memory(0.5, jnp.array([8.0, 8.0, 8.0, 0.0, 0.0])), [4, 6, 7, 3.5, 1.75]
    )


@pytest.mark.parametrize("late", [-9, 0, 17])
def test_months_behind_finds_a_shift(late: int) -> None:
    number = np.random.default_rng(0).normal(size=1000)
    assert memories.months_behind(number, np.roll(number, late)) == late


@pytest.mark.parametrize(("decay", "late"), [(0.0, 0), (0.94, 11), (0.99, 25)])
def test_the_longer_the_memory_the_later_it_is(decay: float, late: int) -> None:
    assert memories.months_late(decay, sunspots().number[:480]) == late


def test_a_leaky_sum_is_as_late_as_the_memory() -> None:
    number = sunspots().number[:480]
    whole = leaky_sum(0.94, jnp.asarray(number))
    assert memories.months_behind(number, whole, skip=120) == memories.months_late(0.94, number)


def test_first_and_later_times_each_way() -> None:
    calls: list[str] = []
    ways = {name: lambda x, name=name: calls.append(name) or x for name in ("one", "two")}
    first, later = first_and_later(ways, 3.0, rounds=2)
    assert calls == ["one", "two"] * 3
    assert first.keys() == later.keys() == ways.keys()
    assert min(*first.values(), *later.values()) >= 0
