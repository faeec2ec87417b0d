"""What `fit` hands back: the parameters, the history, and a sentence where a run diverged."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
import numpy.typing as npt
import optax

from lstm_jax.arrays import Key


class History(NamedTuple):
    """What was measured at each step, on the batch of that step, before the parameters changed.

    The arrays of one run are (steps,), those of S runs side by side (S, steps).
    """

    loss: npt.NDArray[np.float32]
    gradient_norm: npt.NDArray[np.float32]  # of all parameters together, before clipping
    # What `measure` gave, by name; entry n is from step n * every, so these arrays are shorter.
    measures: dict[str, npt.NDArray[np.float32]]


class Fit(NamedTuple):
    """The outcome of `fit`: parameters in the form they came in, and how training went."""

    params: Any
    opt_state: optax.OptState
    history: History
    diverged: npt.NDArray[np.int32]  # () or (S,): the step at which a run failed, -1 for none


class DivergenceError(FloatingPointError):
    """The loss, its gradient or the parameters stopped being finite numbers, in every run.

    `fit` holds the work up to there: the parameters as they were before the step that failed, and
    the history with that step as its last entry.
    """

    def __init__(self, sentence: str, fit: Fit) -> None:
        """`sentence` is what the user reads."""
        super().__init__(sentence)
        self.fit = fit


def report(fit: Fit, key: Key, say: Callable[[str], object]) -> None:
    """Say which runs diverged; where all of them did, raise a `DivergenceError`."""
    failed = np.flatnonzero(fit.diverged >= 0)
    if not failed.size:
        return
    keep = "The exception's `fit` holds the parameters from before that step, and the history."
    if key.ndim == 0:
        raise DivergenceError(f"fit: {_explain(fit.history, int(fit.diverged), key)} {keep}", fit)
    why = {
        index: _explain(
            jax.tree.map(lambda kept, index=index: kept[index], fit.history),
            int(fit.diverged[index]),
            key[index],
        )
        for index in failed.tolist()
    }
    if len(failed) == len(key):
        raise DivergenceError(f"fit: all {len(key)} runs diverged. Run 0: {why[0]} {keep}", fit)
    for index, sentence in why.items():
        say(f"fit: run {index} of {len(key)} stopped: {sentence} The others went on.")


def _explain(history: History, step: int, key: Key) -> str:
    """What failed in a run, at which step, for which key, and the likely cause."""
    value, norm = float(history.loss[step]), float(history.gradient_norm[step])
    if not np.isfinite(value):
        what = f"the loss is {value}"
    elif not np.isfinite(norm):
        what = f"the loss is {value:.3g} but its gradient has the length {norm}"
    else:
        what = f"the change of the parameters is too large for a float (loss {value:.3g})"

    earlier = history.gradient_norm[:step]
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
    return f"{what} at step {step} (key {seed}). Likely cause: {cause}."
