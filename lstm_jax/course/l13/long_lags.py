"""How far back each kind of cell can learn to look: success against lag, for lesson 13.

    python -m lstm_jax.course.l13.long_lags

A symbol carries a mark at the first step; the network has to name it at the last one, and all that
lies between looks like it. The longer the sequence, the longer the lag. You may stop it at any
time: started again, it continues. `--again` begins from nothing.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from lstm_jax.arrays import Array, Key
from lstm_jax.cells import AnyParams
from lstm_jax.course.comparison import resumable
from lstm_jax.course.comparison.contenders import Contender, Curves, Start, init, train_contenders
from lstm_jax.course.comparison.problems import Judges, Problem, Sequences, of_task
from lstm_jax.course.data.tasks import LAG_RECALL, SOLVED
from lstm_jax.files import read_arrays
from lstm_jax.layers import run

FILE = Path(__file__).with_name("long_lags.safetensors")
COMMAND = "python -m lstm_jax.course.l13.long_lags"
LENGTHS = (10, 30, 100, 300)  # steps of a sequence; the lag is one less
UNITS, RUNS, STEPS, BATCH = 16, 8, 300, 20
RATES = (0.003, 0.01)
FIELD: dict[str, tuple[str, Start]] = {  # what it is called -> kind and how it begins
    "RNN": ("RNN", 1.0),
    "LSTM, forget bias 0": ("LSTM", 0.0),
    "LSTM, forget bias 1": ("LSTM", 1.0),
    "LSTM, chrono": ("LSTM", "chrono"),
    "minLSTM, chrono": ("minLSTM", "chrono"),
}


class Result(NamedTuple):
    """Eight networks of one kind at one length, with the better of the learning rates.

    Attributes:
        rate: that one.
        right: the share of new sequences that each network has right in the end, (S,).
        steps: training steps that were made.
    """

    rate: float
    right: npt.NDArray[np.float32]
    steps: int

    @property
    def solved(self) -> int:
        """Networks with at least 99 % right."""
        return int((self.right >= SOLVED).sum())


Results = dict[tuple[str, int], Result]  # by name in `FIELD` and length


@cache
def problem(length: int) -> Problem:
    """The task at `length` steps, with small batches and few sequences to judge by."""
    return of_task(LAG_RECALL, length)._replace(
        draw=partial(_draw, length), judges=partial(_judges, length)
    )


def _draw(length: int, key: Key) -> Sequences:
    return LAG_RECALL.draw(key, BATCH, length)


@cache
def _judges(length: int) -> Judges:
    return Judges(
        held_out=LAG_RECALL.draw(jax.random.key(1_000_001), 100, length),
        new=LAG_RECALL.draw(jax.random.key(1_000_002), 500, length),
    )


def contenders(name: str) -> list[Contender]:
    """One for each learning rate."""
    kind, start = FIELD[name]
    return [Contender(kind, UNITS, start, rate) for rate in RATES]


def reach(name: str, length: int, key: Key) -> Array:
    """The Frobenius norm of ∂h_T/∂x_t before training, (T,), the mean over four sequences.

    It says how strongly the last output depends on each input. Any cell will do.
    """
    params = init(contenders(name)[0], problem(length), key).cell
    xs, _ = LAG_RECALL.draw(jax.random.fold_in(key, 1), 4, length)
    return _reach(params, xs)


@jax.jit
def _reach(params: AnyParams, xs: Array) -> Array:
    def last(xs: Array) -> Array:
        return run(params, xs)[0][:, -1].sum(axis=0)

    by_unit = jax.jacrev(last)(xs)  # (H, B, T, D): rows do not see each other
    return jnp.sqrt((by_unit**2).sum(axis=(0, 3))).mean(axis=0)


def plan() -> Iterator[tuple[str, int]]:
    """What is trained, the short ones first."""
    yield from ((name, length) for length in LENGTHS for name in FIELD)


def finished(results: Results) -> tuple[int, ...]:
    """The lengths at which every kind has been trained."""
    return tuple(n for n in LENGTHS if all((name, n) in results for name in FIELD))


def better(tries: Sequence[Curves]) -> Result:
    """Of the curves with each learning rate, those with the lower `mean_log_loss`."""
    rate, curves = min(
        zip(RATES, tries, strict=True), key=lambda pair: (pair[1].mean_log_loss, pair[0])
    )
    return Result(rate, curves.right, curves.steps)


def load() -> Results:
    """What the run has found so far.

    Raises:
        FileNotFoundError: it has found nothing yet.
        ValueError: the file is not whole.
    """
    arrays, note = read_arrays("long_lags", FILE)
    return {
        (name, length): Result(rate, arrays[f"{name}/{length}"], steps)
        for name, length, rate, steps in json.loads(note["results"])
    }


def made_by() -> dict[str, str]:
    """The command, the date, the versions and the machine behind the results; raises as `load`."""
    return resumable.made_by(FILE)


def _write(results: Results) -> None:
    listed = [(*where, each.rate, each.steps) for where, each in results.items()]
    resumable.write(
        FILE,
        {f"{name}/{length}": each.right for (name, length), each in results.items()},
        {"results": json.dumps(listed)},
        COMMAND,
        training=f"{STEPS} steps of {BATCH} sequences, {RUNS} networks, {UNITS} units",
    )


def main() -> None:
    """Train what is not there yet."""
    checkpoint = resumable.begin(__doc__, FILE)
    results = load() if FILE.exists() else {}
    for name, length in plan():
        if (name, length) in results:
            continue
        print(f"{name}, {length} steps", flush=True)
        tries = train_contenders(
            contenders(name),
            problem(length),
            key=jax.random.key(0),
            runs=RUNS,
            steps=STEPS,
            checkpoint=checkpoint,
        )
        if resumable.was_stopped(tries, STEPS):
            print(f"It goes on from there with {COMMAND}")
            return
        result = results[name, length] = better(tries)
        _write(results)
        checkpoint.unlink(missing_ok=True)
        print(f"  rate {result.rate}: {result.solved} of {RUNS} solve it", flush=True)


if __name__ == "__main__":
    main()
