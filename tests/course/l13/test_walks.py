"""The ways to walk: each computes what `run_plain` does, forward and backward."""

import jax
import jax.numpy as jnp
import oracles
import pytest

from lstm_jax import run_plain
from lstm_jax.course.explorers.measuring import LOOP, WAYS, Size
from lstm_jax.course.l13.walks import WALKS, forward, inputs, training_step

SIZE = Size(length=37, batch=2, width=4)  # no multiple of what is unrolled


@pytest.mark.parametrize("way", WAYS)
def test_a_way_computes_what_the_plain_scan_does(way):
    params, xs = inputs(way, SIZE)
    hs, _ = run_plain(params, xs)
    shown = forward(way, SIZE).start()()
    if way == LOOP:
        shown = jnp.stack([state.h for state in shown[1:]], axis=1)
    oracles.assert_close(shown, hs, 1e-5)

    slopes = training_step(way, SIZE).start()()
    expected = jax.grad(lambda params: jnp.mean(run_plain(params, xs)[0] ** 2))(params)
    assert type(slopes) is type(params)
    oracles.assert_close(slopes, expected, 1e-6)
    assert max(jnp.abs(leaf).max() for leaf in slopes) > 1e-3  # so 1e-6 tells something


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_bytes_hold_what_a_training_step_must_keep(way):
    short, long = (training_step(way, SIZE._replace(length=length)).bytes for length in (64, 512))
    states = 4 * SIZE.batch * SIZE.width  # of one step, h alone
    assert short >= 64 * 2 * states  # with its inputs
    assert long - short >= (512 - 64) * 2 * states
    assert long < 512 * 100 * states


def test_a_program_says_how_long_it_was_compiled():
    assert forward("scan", SIZE).seconds > 0


def test_walks_have_the_programs_of_their_ways():
    assert tuple(WALKS) == WAYS
    for way, walk in WALKS.items():
        assert [part.func for part in walk] == [inputs, forward, training_step]
        assert [part.args for part in walk] == [(way,)] * 3
