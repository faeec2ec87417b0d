"""Networks side by side on equal terms: many runs of each, one program for all of one shape."""

import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.sharding import Mesh
from jax.tree_util import Partial

from lstm_jax.arrays import Array, Floats, Key, check_key, check_size
from lstm_jax.cells import AnyParams
from lstm_jax.course.comparison.problems import BATCH, Problem, Sequences
from lstm_jax.course.data.tasks import SOLVED
from lstm_jax.devices import seeds_mesh
from lstm_jax.init import chrono, init_gru, init_lstm, init_min_lstm, init_rnn
from lstm_jax.models import Network, init_network, last_answers
from lstm_jax.traces import Clamp
from lstm_jax.training import DivergenceError, Fit, adam, fit
from lstm_jax.training.blocks import Loss

LOOK = 25  # steps from one look at the held-out sequences to the next
_KINDS = ("RNN", "GRU", "LSTM", "minLSTM")

Start = float | str  # a number, or "chrono"


class Contender(NamedTuple):
    """A kind of network and how it is trained; all its runs differ in their key alone.

    Attributes:
        kind: "RNN", "GRU", "LSTM" or "minLSTM".
        units: H.
        start: how it begins. "chrono", for all except an RNN: biases for memories of all lengths.
            Or a number: the forget bias of an LSTM or minLSTM, the bias of the update gate of a
            GRU, the gain of an RNN.
        rate: the learning rate of Adam.
        clip: the largest norm of the gradient; `inf` does not clip.
        held: gates of an LSTM held during training and after, such as `(("f", 1.0),)`.
    """

    kind: str
    units: int = 32
    start: Start = "chrono"
    rate: float = 0.01
    clip: float = 1.0
    held: tuple[tuple[str, float], ...] = ()

    @property
    def shape(self) -> tuple[object, ...]:
        """What contenders must share to be trained together: kind, units, clip and held."""
        return self.kind, self.units, self.clip, self.held


class Curves(NamedTuple):
    """How S runs learned.

    Attributes:
        loss: on the held-out sequences, at every look (S, L), each before its step; NaN once a run
            has failed.
        score: likewise, the score of the problem.
        right: that score on the new sequences after the last step (S,); of a run that failed, with
            the parameters it had before.
        diverged: the step at which a run failed (S,), -1 for none.
        steps: steps made, fewer than were asked for where training was stopped or all runs failed.
    """

    loss: npt.NDArray[np.float32]
    score: npt.NDArray[np.float32]
    right: npt.NDArray[np.float32]
    diverged: npt.NDArray[np.int32]
    steps: int

    @property
    def sequences(self) -> npt.NDArray[np.int64]:
        """How many sequences a run had learned from at each look (L,)."""
        return np.arange(self.loss.shape[-1]) * LOOK * BATCH

    @property
    def solved_after(self) -> Floats:
        """Sequences until 99 % of those held out are right (S,); infinite where they never are."""
        return self._first(self.score >= SOLVED)

    def good_after(self, good: float) -> Floats:
        """Sequences until the held-out loss is at most `good` (S,); infinite where it never is."""
        return self._first(self.loss <= good)

    def _first(self, reached: npt.NDArray[np.bool_]) -> Floats:
        return np.where(reached.any(axis=-1), self.sequences[reached.argmax(axis=-1)], np.inf)

    @property
    def mean_log_loss(self) -> float:
        """The mean log10 of the held-out loss over runs and looks: low if it falls early and far.

        Infinite where a run has failed.
        """
        failed = (self.diverged >= 0).any() or not np.isfinite(self.loss).all()
        return np.inf if failed else float(np.log10(self.loss).mean())


def train_contenders(
    contenders: Sequence[Contender],
    problem: Problem,
    *,
    key: Key,
    runs: int,
    steps: int,
    mesh: Mesh | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    watch: Callable[[Fit], object] | None = None,
    progress: bool = True,
) -> list[Curves]:
    """Train `runs` networks of each contender side by side, and keep their learning curves.

    Run n of every contender sees the same batches.

    Args:
        contenders: they differ in `start` and `rate` alone; what else differs needs another call.
        problem: what to learn, such as `of_task(ADDING, 100)`.
        key: the JAX random key from which the keys of the runs are split.
        runs: networks of each contender.
        steps: updates, each on a new batch.
        mesh: as for `fit`; None spreads all the runs over the devices there are.
        checkpoint: as for `fit`.
        watch: as for `fit`.
        progress: as for `fit`.

    Returns:
        for each contender its `Curves`.

    Raises:
        ValueError: contenders of several shapes or none, an unknown kind or start, gates held in a
            cell that has none, or as `fit` does.
    """
    _check("train_contenders", contenders)
    runs = check_size("train_contenders", "runs", runs)
    check_key("train_contenders", key)
    # The key of a run makes its first weights and all its batches.
    keys = jax.random.split(key, runs)
    networks = [init(each, problem, k) for each in contenders for k in keys]
    params = jax.tree.map(lambda *leaves: jnp.stack(leaves), *networks)
    rates = np.repeat([each.rate for each in contenders], runs)
    clamps = [Clamp(gate, value) for gate, value in contenders[0].held]
    loss, look = _loss(problem.loss), _look(problem.loss, problem.score)
    try:
        result = fit(
            Partial(loss, clamps=clamps),  # type: ignore[no-untyped-call]
            params,
            problem.draw,
            key=jnp.concatenate([keys] * len(contenders)),
            steps=steps,
            optimizer=adam(rates, contenders[0].clip),
            block=LOOK,
            measure=Partial(look, problem.held_out, clamps=clamps),  # type: ignore[no-untyped-call]
            every=LOOK,
            watch=watch,
            checkpoint=checkpoint,
            mesh=seeds_mesh(len(rates)) if mesh is None else mesh,
            progress=progress,
        )
    except DivergenceError as error:
        result = error.fit
    history = result.history
    right = np.asarray(_scores(result.params, problem.new, clamps, score=problem.score))
    rows = [slice(first, first + runs) for first in range(0, len(rates), runs)]
    return [
        Curves(
            loss=history.measures["loss"][own],
            score=history.measures["score"][own],
            right=right[own],
            diverged=result.diverged[own],
            steps=history.loss.shape[-1],
        )
        for own in rows
    ]


def init(contender: Contender, problem: Problem, key: Key) -> Network:
    """A fresh network of a contender, for the inputs and answers of `problem`.

    Raises:
        ValueError: the contender is of an unknown kind or start, or `key` is no key.
    """
    _check("init", [contender])
    check_key("init", key)
    for_cell, for_start, for_readout = jax.random.split(key, 3)
    start = contender.start
    cell = _fresh(for_cell, contender, problem.inputs, 0.0 if isinstance(start, str) else start)
    if isinstance(start, str):
        cell = chrono(for_start, cell, problem.length)  # type: ignore[type-var]
    return init_network(for_readout, cell, problem.answers)


def _fresh(key: Key, contender: Contender, inputs: int, start: float) -> AnyParams:
    units = contender.units
    match contender.kind:
        case "RNN":
            return init_rnn(key, inputs, units, gain=start)
        case "GRU":
            gru = init_gru(key, inputs, units)
            return gru._replace(b=gru.b.at[units : 2 * units].set(start))  # second of r, z, n
        case "minLSTM":
            return init_min_lstm(key, inputs, units, forget_bias=start)
        case _:
            return init_lstm(key, inputs, units, forget_bias=start)


# `fit` compiles again for each new function object, so equal arguments share one.
@cache
def _loss(of_answers: Loss) -> Loss:
    def loss(network: Network, batch: Sequences, clamps: Sequence[Clamp] = ()) -> Array:
        xs, ys = batch
        return of_answers(last_answers(network, xs, clamps=clamps), ys)

    return loss


@cache
def _look(of_answers: Loss, score: Loss) -> Callable[..., dict[str, Array]]:
    def look(
        held_out: Sequences, network: Network, _: Sequences, clamps: Sequence[Clamp] = ()
    ) -> dict[str, Array]:
        xs, ys = held_out
        answers = last_answers(network, xs, clamps=clamps)
        return {"loss": of_answers(answers, ys), "score": score(answers, ys)}

    return look


@partial(jax.jit, static_argnames="score")
def _scores(networks: Network, pair: Sequences, clamps: Sequence[Clamp], *, score: Loss) -> Array:
    """The score of each of S networks, (S,); one after another, to save memory."""
    xs, ys = pair
    return jax.lax.map(lambda each: score(last_answers(each, xs, clamps=clamps), ys), networks)


def _check(where: str, contenders: Sequence[Contender]) -> None:
    if not contenders or not all(isinstance(each, Contender) for each in contenders):
        raise ValueError(
            f"{where}: contenders should be a list of at least one Contender, got {contenders!r}"
        )
    for each in contenders:
        kind, _, start, *_ = each
        if kind not in _KINDS:
            raise ValueError(
                f"{where}: kind of a contender should be {' or '.join(_KINDS)}, got {kind!r}"
            )
        if isinstance(start, str) and (start != "chrono" or kind == "RNN"):
            known = "a number" if kind == "RNN" else 'a number or "chrono"'
            raise ValueError(f"{where}: start of a {kind} should be {known}, got {start!r}")
        if each.held and kind != "LSTM":
            raise ValueError(
                f"{where}: held is {each.held} but a {kind} has no such gates; "
                "leave held out or take an LSTM"
            )
        if each.shape != contenders[0].shape:
            raise ValueError(
                f"{where}: contenders should share kind, units, clip and held, got "
                f"{contenders[0].shape} and {each.shape}; train them in two calls"
            )
