"""`fit`: training from its first block of steps to its last, watched and never lost."""

import os
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh
from jax.tree_util import Partial
from tqdm import tqdm

from lstm_jax.arrays import Array, Key, check_key, check_size
from lstm_jax.devices import place
from lstm_jax.training.blocks import Draw, Job, Loss, Measure, Run, measure_names, run_block
from lstm_jax.training.checkpoint import Checkpoint
from lstm_jax.training.optimizers import OnePerRun
from lstm_jax.training.outcome import Fit, report
from lstm_jax.training.progress import Progress, start

_SECONDS_BETWEEN_CHECKPOINTS = 5.0


def fit(
    loss: Loss,
    params: Any,
    draw: Draw,
    *,
    key: Key,
    steps: int,
    optimizer: optax.GradientTransformation,
    carry: Any = None,
    block: int = 25,
    measure: Measure | None = None,
    every: int = 25,
    watch: Callable[[Fit], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    mesh: Mesh | None = None,
    progress: bool = True,
    say: Callable[[str], object] = print,
) -> Fit:
    """Train `params` to make `loss` small, on a new batch at each step.

    With S keys it trains S runs side by side, each as it would go alone: its own parameters,
    batches and, where `adam` has S of them, learning rate. A run that diverges stops there; the
    others go on, and a sentence says so.

    Interrupting (the stop button, Ctrl-C) ends training after the block that is under way, says so
    and returns what has been trained. The same arguments give the same numbers on the same machine.

    It compiles once for a `loss`, a `draw`, an `optimizer` and the shapes: define each once,
    because a function that is defined again is compiled again. Give data to `draw` as arguments
    (`Minibatches`, or `jax.tree_util.Partial(function, arrays)`) instead of in its closure; then
    other data of the same shape compiles nothing either.

    Args:
        loss: `loss(params, batch)`, one number, differentiable in `params`.
        params: any tree of float arrays. It is left as it is. For S runs every array has an axis S
            in front: `jax.vmap(init)(keys)` makes such a tree.
        draw: `draw(key)`, a batch, on the device under `jit`.
        key: the JAX random key from which the key of every batch is made; or an array of S keys,
            such as `jax.random.split(key, 8)`, to train S runs.
        steps: updates to make; 0 returns `params` unchanged.
        optimizer: `adam(0.01)`, or any other from optax.
        carry: any tree of arrays that the loss hands from one step to the next, such as the state
            of a cell at the end of a stretch of text. Then `loss(params, batch, carry)` gives the
            number and the carry for the next step; no gradient goes through it, so each step learns
            from its own batch alone. For S runs every array has an axis S in front.
        block: steps between two looks at the progress bar and at the stop button.
        measure: `measure(params, batch)`, a dict of single numbers to keep in the history, such as
            the accuracy or the mean of a gate; of each run's own parameters and batch.
        every: steps from one call of `measure` to the next; the first is at step 0.
        watch: called before the first block and after each with the `Fit` so far, to draw it;
            training ends where it returns True.
        checkpoint: a file for the work so far, written at most every five seconds and at the end.
            If it exists, training continues from it and reaches the same numbers as without a stop.
            Changed code of `loss` or `draw` is not noticed; changed numbers are.
        mesh: devices to train on together: its axis "batch" splits each batch, its axis "seeds" the
            runs; `seeds_mesh(8)` makes one for 8 runs. All else stays as it is.
        progress: whether to show a bar with the loss and the time left.
        say: called with a sentence where a run diverges or training is interrupted.

    Raises:
        ValueError: `key` is no key, `steps`, `block` or `every` is no size, `loss` gives no single
            number or a carry of another form, `params` or `optimizer` is not for as many runs as
            there are keys, batch or runs do not divide over `mesh`, or `checkpoint` was made with
            other arguments.
        DivergenceError: every run stopped being finite; the exception holds the work so far.
    """
    key = _check_key(key)
    steps = _check_steps(steps)
    block = check_size("fit", "block", block)
    every = check_size("fit", "every", every)
    # Data and parameters may come from NumPy: move them to the device once, not at every block.
    job = Job(_as_tree(loss), _as_tree(draw), _as_tree(measure), jnp.int32(every))
    job, params, carry = jax.tree.map(_on_device, (job, params, carry))
    opt_state = _init(optimizer, params, key)
    placement = place(mesh, job.draw, key)
    names = measure_names(job, *_first_run(params, key))
    disk = Checkpoint(
        checkpoint,
        {
            "params": params,
            "optimizer": opt_state,
            "carry": carry,
            "data": job,
            "key": key,
            "steps": np.int64(steps),
            "block": np.int64(block),
        },
    )

    runs = Run(params, opt_state, carry, jnp.ones(key.shape, bool))
    now = disk.resume(start(runs, names, steps, every))
    job, keys = placement.put(job), placement.put_runs(key)

    def stopped(now: Progress) -> bool:
        return watch is not None and watch(now.outcome(every)) is True

    try:
        stop = stopped(now)  # before the bar, so that what it draws stands above
        now = now._replace(runs=placement.put_runs(now.runs))
        with _bar(steps, int(now.done), progress and jax.process_index() == 0) as bar:
            while now.done < steps and not now.all_diverged and not stop:
                done = int(now.done)
                runs, records = run_block(
                    job,
                    keys,
                    jnp.int32(steps),
                    jnp.int32(done),
                    now.runs,
                    update=optimizer.update,
                    block=block,
                    names=names,
                    placement=placement,
                )
                now = now.after(runs, records, min(block, steps - done), every)
                bar.set_postfix_str(now.newest_loss(), refresh=False)
                bar.update(int(now.done) - done)
                here = now._replace(runs=placement.collect(now.runs))
                disk.write(here, seconds_apart=_SECONDS_BETWEEN_CHECKPOINTS)
                stop = stopped(here)
    except KeyboardInterrupt:
        say(f"fit: stopped at step {now.done} of {steps}; what was trained until there is kept")

    now = now._replace(runs=placement.collect(now.runs))
    disk.write(now)
    result = now.outcome(every)
    report(result, key, say)
    return result


def _init(optimizer: optax.GradientTransformation, params: Any, key: Key) -> optax.OptState:
    """The optimiser's first state, with an axis S in front for S runs."""
    if key.ndim == 0:
        if isinstance(optimizer, OnePerRun):
            raise ValueError(
                "fit: optimizer has a learning rate for each of several runs but key is one key; "
                "give as many keys, such as jax.random.split(key, 8)"
            )
        return optimizer.init(params)
    for path, leaf in jax.tree_util.tree_leaves_with_path(params):
        if leaf.shape[:1] != key.shape:
            raise ValueError(
                f"fit: params{jax.tree_util.keystr(path)} is {leaf.shape} but key holds {len(key)} "
                "keys; every array of params should have an axis of that size in front, as "
                "jax.vmap(init)(keys) makes it"
            )
    if isinstance(optimizer, OnePerRun):
        return optimizer.init(params)
    return jax.vmap(optimizer.init)(params)


def _first_run(params: Any, key: Key) -> tuple[Any, Key]:
    return jax.tree.map(lambda leaf: leaf[0], (params, key)) if key.ndim else (params, key)


def _check_key(key: Any) -> Key:
    """One key () or several (S,), in the new style."""
    new_style = isinstance(key, Key) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)
    if new_style and key.ndim == 1 and len(key):
        return key
    check_key("fit", key)
    return key if new_style else jax.random.wrap_key_data(key)


def _check_steps(steps: Any) -> int:
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise ValueError(f"fit: steps should be a whole number from 0 on, got {steps!r}")
    return int(steps)


def _as_tree(function: Any) -> Any:
    # A plain function becomes a tree without arrays; `jit` then tells it apart by its identity.
    if function is not None and jax.tree_util.all_leaves([function]):
        return Partial(function)  # type: ignore[no-untyped-call]
    return function


def _on_device(leaf: Any) -> Array:
    # With its dtype given, a Python number loses its weak type, which would change in the scan.
    return jnp.asarray(leaf, jnp.result_type(leaf))


def _bar(steps: int, done: int, progress: bool) -> tqdm:
    # Plain text in a fixed width: a saved notebook stays small, and nothing depends on widgets.
    return tqdm(
        total=steps,
        initial=done,
        disable=not progress,
        file=sys.stdout,
        ncols=79,
        mininterval=0.5,
        bar_format="{percentage:3.0f}% |{bar}| {n}/{total} steps{postfix}, {remaining} left",
    )
