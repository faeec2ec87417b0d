"""What a loss hands from one step of training to the next."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from lstm_jax.training import fit

KEY = jax.random.key(3)
SGD = optax.sgd(0.1)


class Carry(NamedTuple):
    """The state of a tiny recurrent net, and how many steps there were."""

    state: jax.Array
    steps: jax.Array


def draw(key):
    return jax.random.normal(key, (4,))


def loss(w, x, carry):
    """One step: new state = tanh(w state + x). The loss counts the steps as well."""
    state = jnp.tanh(w * carry.state + x)
    return (state**2).sum() + 0.01 * carry.steps, Carry(state, carry.steps + 1)


START = Carry(jnp.ones(4), jnp.float32(0))
quiet = partial(fit, key=KEY, optimizer=SGD, progress=False)


def by_loop(w, carry, steps, key):
    """Each step differentiates its own loss alone; the state it began with is a constant."""
    losses, opt_state = [], SGD.init(w)
    for n in range(steps):
        x = draw(jax.random.fold_in(key, n))
        (value, new), slope = jax.value_and_grad(loss, has_aux=True)(w, x, carry)
        losses.append(value)
        change, opt_state = SGD.update(slope, opt_state, w)
        w, carry = optax.apply_updates(w, change), new
    return w, losses


@pytest.mark.parametrize("block", [4, 25])
def test_it_goes_from_step_to_step_and_no_gradient_goes_through_it(block):
    result = quiet(loss, jnp.float32(0.8), draw, steps=10, carry=START, block=block)
    w, losses = by_loop(jnp.float32(0.8), START, 10, KEY)
    np.testing.assert_allclose(result.history.loss, losses, rtol=1e-5)
    np.testing.assert_allclose(result.params, w, rtol=1e-5)


def test_each_of_many_runs_has_its_own():
    keys = jax.random.split(KEY, 2)
    carries = Carry(jnp.stack([jnp.ones(4), jnp.zeros(4)]), jnp.float32([0, 5]))
    ws = jnp.float32([0.8, 0.3])
    result = quiet(loss, ws, draw, key=keys, steps=6, carry=carries)
    for n, key in enumerate(keys):
        w, losses = by_loop(ws[n], jax.tree.map(lambda a, n=n: a[n], carries), 6, key)
        np.testing.assert_allclose(result.history.loss[n], losses, rtol=1e-5)
        np.testing.assert_allclose(result.params[n], w, rtol=1e-5)


def test_it_goes_on_from_a_checkpoint(tmp_path):
    file = tmp_path / "run"
    whole = quiet(loss, jnp.float32(0.8), draw, steps=10, carry=START, block=5)
    stop = quiet(
        loss,
        jnp.float32(0.8),
        draw,
        steps=10,
        carry=START,
        block=5,
        checkpoint=file,
        watch=lambda so_far: len(so_far.history.loss) == 5,
    )
    assert len(stop.history.loss) == 5
    on = quiet(loss, jnp.float32(0.8), draw, steps=10, carry=START, block=5, checkpoint=file)
    np.testing.assert_array_equal(on.history.loss, whole.history.loss)


@pytest.mark.parametrize(
    "other",
    [
        lambda carry: carry._replace(state=carry.state[:2]),
        lambda carry: carry._replace(steps=jnp.int32(1)),
    ],
    ids=["shape", "type"],
)
def test_a_carry_of_another_form_is_named(other):
    def wrong(w, x, carry):
        value, carry = loss(w, x, carry)
        return value, other(carry)

    with pytest.raises(ValueError, match="fit: loss should hand on a carry of the form it was giv"):
        quiet(wrong, jnp.float32(0.8), draw, steps=2, carry=START)
