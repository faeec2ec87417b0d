"""The compiled part of training: one step, and a scan over a block of them.

A step is the lines at the top of `_train`: draw a batch, find the loss and its gradient, let the
optimiser turn the gradient into a change, add the change to the parameters. `jax.vmap` makes it the
step of many runs at once: each with its own parameters, key and batches.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from lstm_jax.arrays import Array, Key
from lstm_jax.devices import Placement

Loss = Callable[..., Any]  # loss(params, batch) -> one number; with a carry see `fit`
Draw = Callable[[Key], Any]  # draw(key) -> batch
Measure = Callable[[Any, Any], dict[str, Array]]  # measure(params, batch) -> numbers by name


class Job(NamedTuple):
    """What to train on: three functions, each a tree whose arrays are arguments under `jit`."""

    loss: Loss
    draw: Draw
    measure: Measure | None
    every: Array  # steps from one call of `measure` to the next


class Run(NamedTuple):
    """What one step of training hands to the next; arrays of S runs have an axis S in front."""

    params: Any
    opt_state: optax.OptState
    carry: Any  # what `loss` hands to the next step; None where it hands on nothing
    alive: Array  # False once a step has failed: nothing changes after it


class Record(NamedTuple):
    """What is kept of each step."""

    loss: Array
    gradient_norm: Array
    measures: dict[str, Array]
    alive: Array  # after the step


def _train(
    job: Job,
    update: Callable[..., Any],
    names: tuple[str, ...],
    placement: Placement,
    step: Array,
    key: Key,
    run: Run,
) -> tuple[Run, Record]:
    batch = placement.share(job.draw(jax.random.fold_in(key, step)))
    loss = jax.value_and_grad(_one_number(job.loss), has_aux=True)
    (value, carry), gradient = loss(run.params, batch, run.carry)
    with jax.numpy_dtype_promotion("standard"):  # optax needs it, even where ours is strict
        change, opt_state = update(gradient, run.opt_state, run.params)
    params = optax.apply_updates(run.params, change)

    norm = optax.tree.norm(gradient)
    alive = run.alive & jnp.isfinite(value)
    for leaf in jax.tree.leaves(params):
        alive &= jnp.all(jnp.isfinite(leaf))
    # A step that fails changes nothing except the flag.
    kept = jax.tree.map(
        partial(jnp.where, alive), Run(params, opt_state, carry, alive), run._replace(alive=alive)
    )
    measures = _measured(job, names, step, run.params, batch)
    # After a run has failed there is nothing to record.
    loss, norm, measures = jax.tree.map(
        lambda number: jnp.where(run.alive, number.astype(jnp.float32), jnp.float32(jnp.nan)),
        (value, norm, measures),
    )
    return kept, Record(loss, norm, measures, alive)


@partial(jax.jit, static_argnames=("update", "block", "names", "placement"))
def run_block(
    job: Job,
    key: Key,
    steps: Array,
    step: Array,
    runs: Run,
    *,
    update: Callable[..., Any],
    block: int,
    names: tuple[str, ...],
    placement: Placement,
) -> tuple[Run, Record]:
    """`block` steps from `step` on, or as many as are left before `steps`.

    The remaining steps do nothing, so that a short block compiles nothing new. `names` are those
    that `measure` gives. The records are (block,) or (block, S).
    """

    def train(step: Array, runs: Run) -> tuple[Run, Record]:
        one = partial(_train, job, update, names, placement, step)
        return placement.each_run(one)(key, runs) if key.ndim else one(key, runs)

    def idle(_: Array, runs: Run) -> tuple[Run, Record]:
        unknown = jnp.full(key.shape, jnp.nan, jnp.float32)
        return runs, Record(unknown, unknown, dict.fromkeys(names, unknown), runs.alive)

    def body(runs: Run, step: Array) -> tuple[Run, Record]:
        wanted = jnp.any(runs.alive) & (step < steps)
        return lax.cond(wanted, train, idle, step, runs)

    runs, records = lax.scan(body, runs, step + jnp.arange(block, dtype=step.dtype))
    return runs, placement.everywhere(records)


def measure_names(job: Job, params: Any, key: Key) -> tuple[str, ...]:
    """The names of what `measure` gives for the parameters of one run, or a `ValueError`."""
    measure = job.measure
    if measure is None:
        return ()
    numbers = jax.eval_shape(lambda params, key: measure(params, job.draw(key)), params, key)
    singles = isinstance(numbers, dict) and all(
        isinstance(number, jax.ShapeDtypeStruct) and number.shape == ()
        for number in numbers.values()
    )
    if not singles:
        raise ValueError(
            "fit: measure should give a dict of single numbers, such as "
            '{"accuracy": jnp.mean(right)}, got the shapes '
            f"{jax.tree.map(lambda leaf: leaf.shape, numbers)}"
        )
    return tuple(numbers)


def _measured(
    job: Job, names: tuple[str, ...], step: Array, params: Any, batch: Any
) -> dict[str, Array]:
    """What `measure` gives, at each step that is a multiple of `every`; NaN at the others."""
    measure = job.measure
    if measure is None:
        return {}

    def now(params: Any, batch: Any) -> dict[str, Array]:
        numbers = measure(params, batch)
        return {name: jnp.asarray(numbers[name], jnp.float32) for name in names}

    def not_now(*_: Any) -> dict[str, Array]:
        return dict.fromkeys(names, jnp.float32(jnp.nan))

    return lax.cond(step % job.every == 0, now, not_now, params, batch)


def _one_number(loss: Loss) -> Callable[[Any, Any, Any], tuple[Array, Any]]:
    """The loss and its carry. Gradient goes to `params` alone, so none reaches earlier steps."""

    def checked(params: Any, batch: Any, carry: Any) -> tuple[Array, Any]:
        if carry is None:
            value = loss(params, batch)
        else:
            value, new = loss(params, batch, carry)
            carry = _like(carry, new)
        value = jnp.asarray(value)
        if value.shape != ():
            raise ValueError(
                f"fit: loss should give one number, got an array of shape {value.shape}; "
                "average it over the batch, for example with jnp.mean"
            )
        return value, carry

    return checked


def _like(carry: Any, new: Any) -> Any:
    """`new`, if it has the form of `carry`; else a `ValueError`."""
    old_form, new_form = (
        jax.tree.map(lambda leaf: f"{jnp.result_type(leaf)}{jnp.shape(leaf)}", tree)
        for tree in (carry, new)
    )
    if old_form != new_form:
        raise ValueError(
            f"fit: loss should hand on a carry of the form it was given, {old_form}, got {new_form}"
        )
    return new
