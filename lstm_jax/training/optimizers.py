"""The optimiser Adam, whose numbers change without a new compilation."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from lstm_jax.arrays import Array, ArrayLike


class OnePerRun(optax.GradientTransformation):  # type: ignore[misc]
    """An optimiser with numbers for each of many runs: `init` takes the parameters of all."""


def _clipped_adam(learning_rate: Array, clip: Array) -> optax.GradientTransformation:
    return optax.chain(optax.clip_by_global_norm(clip), optax.adam(learning_rate))


# Injected, the two numbers are part of the optimiser's state, and its `update` reads them there.
# So all results of `adam` share one `update`, and a new learning rate compiles nothing.
_inject = optax.inject_hyperparams(_clipped_adam)
_update = _inject(learning_rate=0.0, clip=1.0).update


def adam(learning_rate: ArrayLike, clip: float = 1.0) -> optax.GradientTransformation:
    """The optimiser Adam, for gradients no longer than `clip`.

    A longer gradient, measured over all parameters together, is shortened to `clip` and keeps its
    direction; `clip=float("inf")` leaves every gradient as it is.

    Args:
        learning_rate: one number, or an array (S,) with one for each of the S runs that `fit`
            trains side by side.
        clip: the longest gradient.

    Raises:
        ValueError: a learning rate is below 0 or not finite, or `clip` is not above 0.

    Source: Kingma and Ba, "Adam", 2015; for clipping, Pascanu, Mikolov and Bengio, "On the
    difficulty of training recurrent neural networks", 2013.
    """
    rates = np.asarray(learning_rate)
    if rates.ndim > 1 or rates.size == 0:
        raise ValueError(
            "adam: learning_rate should be one number, or an array (S,) for S runs, "
            f"got shape {rates.shape}"
        )
    wrong = ~((rates >= 0) & (rates < np.inf))
    if wrong.any():
        raise ValueError(
            f"adam: learning_rate should be a number from 0 on, got {rates[wrong].flat[0]}; "
            "0.01 is a good first try"
        )
    if not clip > 0:
        raise ValueError(f'adam: clip should be above 0, got {clip}; float("inf") switches it off')

    def init(rate: Any, params: Any) -> optax.OptState:
        return _inject(learning_rate=rate, clip=float(clip)).init(params)

    if rates.ndim == 0:
        rate = float(rates)
        return optax.GradientTransformation(lambda params: init(rate, params), _update)
    each = jnp.asarray(rates, jnp.result_type(float))

    def init_each(params: Any) -> optax.OptState:
        runs = len(jax.tree.leaves(params)[0])
        if runs != len(each):
            raise ValueError(f"adam: learning_rate has {len(each)} numbers for {runs} runs")
        return jax.vmap(init)(each, params)

    return OnePerRun(init_each, _update)
