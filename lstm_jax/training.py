"""Training: a loss, an optimiser, and `fit`, the loop that applies one to the other.

A step of training is the lines at the top of `_train`: draw a batch, find the loss and its
gradient, let the optimiser turn the gradient into a change, add the change to the parameters. The
rest of this file runs that step many times in one compiled scan, shows how far it has got, and
keeps what has been trained when something stops it.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax
from jax import lax
from jax.tree_util import Partial
from tqdm import tqdm

from lstm_jax.arrays import Array, Key, check_key, check_size
from lstm_jax.losses import mean_squared_error as mean_squared_error

Loss = Callable[[Any, Any], Array]  # loss(params, batch) -> one number
Draw = Callable[[Key], Any]  # draw(key) -> batch


class History(NamedTuple):
    """What was measured at each step, on the batch of that step, before the parameters changed."""

    loss: npt.NDArray[np.float32]  # (steps,)
    gradient_norm: npt.NDArray[np.float32]  # (steps,) of all parameters together, before clipping


class Fit(NamedTuple):
    """The outcome of `fit`: parameters in the form they came in, and how training went."""

    params: Any
    opt_state: optax.OptState
    history: History


class DivergenceError(FloatingPointError):
    """The loss, its gradient or the parameters stopped being finite numbers.

    `fit` holds the work up to there: the parameters as they were before the step that failed, and
    the history with that step as its last entry.
    """

    def __init__(self, sentence: str, fit: Fit) -> None:
        """`sentence` is what the user reads."""
        super().__init__(sentence)
        self.fit = fit


def _clipped_adam(learning_rate: Array, clip: Array) -> optax.GradientTransformation:
    return optax.chain(optax.clip_by_global_norm(clip), optax.adam(learning_rate))


# Injected, the two numbers are part of the optimiser's state, and its `update` reads them there.
# So all of `adam` share one `update`, and another learning rate compiles nothing.
_inject = optax.inject_hyperparams(_clipped_adam)
_update = _inject(learning_rate=0.0, clip=1.0).update


def adam(learning_rate: float, clip: float = 1.0) -> optax.GradientTransformation:
    """The optimiser Adam, for gradients no longer than `clip`.

    A longer gradient, measured over all parameters together, is shortened to `clip` and keeps its
    direction; `clip=float("inf")` leaves every gradient as it is.

    Raises:
        ValueError: `learning_rate` is below 0, or `clip` is not above 0.

    Source: Kingma and Ba, "Adam", 2015; for clipping, Pascanu, Mikolov and Bengio, "On the
    difficulty of training recurrent neural networks", 2013.
    """
    if not 0 <= learning_rate < float("inf"):
        raise ValueError(
            f"adam: learning_rate should be a number from 0 on, got {learning_rate}; "
            "0.01 is a good first try"
        )
    if not clip > 0:
        raise ValueError(f'adam: clip should be above 0, got {clip}; float("inf") switches it off')
    init = _inject(learning_rate=float(learning_rate), clip=float(clip)).init
    return optax.GradientTransformation(init, _update)


def fit(
    loss: Loss,
    params: Any,
    draw: Draw,
    *,
    key: Key,
    steps: int,
    optimizer: optax.GradientTransformation,
    block: int = 25,
    progress: bool = True,
) -> Fit:
    """Train `params` to make `loss` small, on a new batch at each step.

    Interrupting (the stop button, Ctrl-C) ends training after the block that is under way, says so
    and returns what has been trained. The same arguments give the same numbers on the same machine.

    It compiles once for a `loss`, a `draw`, an `optimizer` and the shapes: give each a name and
    pass the name, since a function that is defined again is a new one. Data belongs in the
    arguments of `draw` (`Minibatches`, or `jax.tree_util.Partial(function, arrays)`), not in its
    closure: then other data of the same shape compiles nothing either.

    Args:
        loss: `loss(params, batch)`, one number, differentiable in `params`.
        params: any tree of float arrays. It is left as it is.
        draw: `draw(key)`, a batch, on the device under `jit`.
        key: the JAX random key from which the key of every batch is made.
        steps: updates to make; 0 returns `params` unchanged.
        optimizer: `adam(0.01)`, or any other from optax.
        block: steps between two looks at the progress bar and at the stop button.
        progress: whether to show a bar with the loss and the time left.

    Raises:
        ValueError: `key` is no key, `steps` or `block` is no size, `loss` gives no single number.
        DivergenceError: a number stopped being finite; the exception holds the work so far.
    """
    check_key("fit", key)
    steps = _check_steps(steps)
    block = check_size("fit", "block", block)
    # Data and parameters may come from NumPy: move them to the device once, not at every block.
    loss, draw, params = jax.tree.map(_on_device, (_as_tree(loss), _as_tree(draw), params))
    state = _State(params, optimizer.init(params), jnp.int32(0), jnp.bool(True))
    history = History(*(np.full(steps, np.nan, np.float32) for _ in History._fields))
    done = 0

    try:
        with _bar(steps, progress) as bar:
            while done < steps and state.finite:
                state_after, measured = _run_block(
                    loss, draw, key, jnp.int32(steps), state, update=optimizer.update, block=block
                )
                for kept, new in zip(history, measured, strict=True):
                    kept[done : done + block] = np.asarray(new)[: steps - done]
                state, before, done = state_after, done, int(state_after.step)
                bar.set_postfix_str(f"loss {history.loss[done - 1]:.4g}", refresh=False)
                bar.update(done - before)
    except KeyboardInterrupt:
        print(f"fit: stopped at step {done} of {steps}; what was trained until there is kept")

    finite = bool(state.finite)
    entries = done if finite else done + 1
    result = Fit(state.params, state.opt_state, History(*(kept[:entries] for kept in history)))
    if not finite:
        raise DivergenceError(_explain(result.history, key), result)
    return result


class _State(NamedTuple):
    """What one step of training hands to the next."""

    params: Any
    opt_state: optax.OptState
    step: Array  # steps done
    finite: Array  # False once a step has failed: no step is made after it


def _train(
    loss: Loss, draw: Draw, update: Callable[..., Any], key: Key, state: _State
) -> tuple[_State, History]:
    batch = draw(jax.random.fold_in(key, state.step))
    value, gradient = jax.value_and_grad(_one_number(loss))(state.params, batch)
    with jax.numpy_dtype_promotion("standard"):  # optax counts on it, also where ours is strict
        change, opt_state = update(gradient, state.opt_state, state.params)
    params = optax.apply_updates(state.params, change)

    norm = optax.tree.norm(gradient)
    finite = jnp.isfinite(value)
    for leaf in jax.tree.leaves(params):
        finite &= jnp.all(jnp.isfinite(leaf))
    after = _State(params, opt_state, state.step + 1, finite)
    # A step that fails is not made: everything but the flag stays as it was.
    kept = jax.tree.map(partial(jnp.where, finite), after, state._replace(finite=finite))
    return kept, History(value.astype(jnp.float32), norm.astype(jnp.float32))


@partial(jax.jit, static_argnames=("update", "block"))
def _run_block(
    loss: Loss,
    draw: Draw,
    key: Key,
    steps: Array,
    state: _State,
    *,
    update: Callable[..., Any],
    block: int,
) -> tuple[_State, History]:
    """`block` steps, or as many as are left; the rest idles, so a short block is no new shape."""

    def idle(state: _State) -> tuple[_State, History]:
        return state, History(jnp.float32(jnp.nan), jnp.float32(jnp.nan))

    def body(state: _State, _: None) -> tuple[_State, History]:
        train = partial(_train, loss, draw, update, key)
        return lax.cond(state.finite & (state.step < steps), train, idle, state)

    return lax.scan(body, state, length=block)


def _one_number(loss: Loss) -> Loss:
    def checked(params: Any, batch: Any) -> Array:
        value = jnp.asarray(loss(params, batch))
        if value.shape != ():
            raise ValueError(
                f"fit: loss should give one number, got an array of shape {value.shape}; "
                "average it over the batch, for example with jnp.mean"
            )
        return value

    return checked


def _check_steps(steps: Any) -> int:
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise ValueError(f"fit: steps should be a whole number from 0 on, got {steps!r}")
    return int(steps)


def _as_tree(function: Callable[..., Any]) -> Callable[..., Any]:
    # A plain function becomes a tree without arrays; `jit` then tells it apart by its identity.
    if jax.tree_util.all_leaves([function]):
        return Partial(function)  # type: ignore[no-untyped-call]
    return function


def _on_device(leaf: Any) -> Array:
    # With its dtype given, a Python number loses its weak type, which would change in the scan.
    return jnp.asarray(leaf, jnp.result_type(leaf))


def _bar(steps: int, progress: bool) -> tqdm:
    # Plain text in a fixed width: a saved notebook stays small, and nothing depends on widgets.
    return tqdm(
        total=steps,
        disable=not progress,
        file=sys.stdout,
        ncols=79,
        mininterval=0.5,
        bar_format="{percentage:3.0f}% |{bar}| {n}/{total} steps{postfix}, {remaining} left",
    )


def _explain(history: History, key: Key) -> str:
    """What failed, at which step, for which key, and the likely cause."""
    step = len(history.loss) - 1
    value, norm = float(history.loss[-1]), float(history.gradient_norm[-1])
    if not np.isfinite(value):
        what = f"the loss is {value}"
    elif not np.isfinite(norm):
        what = f"the loss is {value:.3g} but its gradient has the length {norm}"
    else:
        what = f"the change of the parameters is too large for a float (loss {value:.3g})"

    earlier = history.gradient_norm[:-1]
    if step == 0 and not (np.isfinite(value) and np.isfinite(norm)):
        cause = "nothing has been changed yet, so look for NaN in the data and in the parameters"
    elif step > 0 and np.max(earlier) > 100 * np.median(earlier):
        cause = (
            f"the gradient grew to the length {np.max(earlier):.3g} (its median is "
            f"{np.median(earlier):.3g}); clip it, or lower the learning rate"
        )
    else:
        cause = "the learning rate is too large; try a tenth of it"
    seed = tuple(int(word) for word in jax.random.key_data(key))
    return (
        f"fit: {what} at step {step} (key {seed}). Likely cause: {cause}. "
        "The exception's `fit` holds the parameters from before that step, and the history."
    )
