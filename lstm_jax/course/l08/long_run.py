"""The comparison of lesson 08 with 32 seeds: it takes an hour or two, and its results are a file.

    python -m lstm_jax.course.l08.long_run

You may stop it at any time: started again, it continues. An experiment that is in the file is not
run again; `--again` begins from nothing. Learning rates are searched first, with other seeds than
those that count, and every kind of network gets the same ten tries.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache, partial
from math import inf
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from lstm_jax.course.comparison import resumable
from lstm_jax.course.comparison.contenders import Contender, Curves, Start, train_contenders
from lstm_jax.course.comparison.problems import Problem, of_sunspots, of_task
from lstm_jax.course.data.tasks import ADDING, LAG_RECALL, TEMPORAL_ORDER_2
from lstm_jax.files import read_arrays

FILE = Path(__file__).with_name("long_run.safetensors")
COMMAND = "python -m lstm_jax.course.l08.long_run"
UNITS = 32
RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
STARTS: dict[str, tuple[Start, ...]] = {
    "RNN": (1.0, 1.2),
    "GRU": (0.0, "chrono"),
    "LSTM": (1.0, "chrono"),
}
BIASES: tuple[Start, ...] = (0.0, 1.0, 3.0, "chrono")
BIAS_RATES = (0.003, 0.01)
_BLOCKS = {"RNN": 1, "GRU": 3, "LSTM": 4}
_PARTS = ("loss", "score", "right", "diverged")  # of `Curves`, the arrays


class Experiment(NamedTuple):
    """One call of `train_contenders`; the file keeps its results under `name`."""

    name: str
    problem: Problem
    contenders: tuple[Contender, ...]
    runs: int
    steps: int
    seed: int = 0


class Result(NamedTuple):
    """A contender and how its runs learned."""

    contender: Contender
    curves: Curves


Results = dict[str, list[Result]]  # by the name of the experiment, a `Result` for each contender


def weights(kind: str, inputs: int, units: int) -> int:
    """How many numbers a cell has to learn: "RNN", "GRU" or "LSTM", its D and its H."""
    extra = units if kind == "GRU" else 0  # its second bias
    return _BLOCKS[kind] * (units * (inputs + units) + units) + extra


@cache
def field(inputs: int) -> tuple[tuple[str, int], ...]:
    """Kinds and units: each kind with 32 units, then RNN and GRU with about the LSTM's weights."""
    target = weights("LSTM", inputs, UNITS)

    def distance(kind: str, units: int) -> int:
        return abs(weights(kind, inputs, units) - target)

    matched = [
        (kind, min(range(UNITS, 100), key=partial(distance, kind))) for kind in ("RNN", "GRU")
    ]
    return (*((kind, UNITS) for kind in STARTS), *matched)


def entered(problem: Problem) -> tuple[tuple[str, int], ...]:
    """The kinds and units that count on `problem`: beyond 100 steps those with 32 units alone."""
    everyone = field(problem.inputs)
    return everyone if problem.length <= 100 else everyone[: len(STARTS)]


def plan(results: Results) -> Iterator[Experiment]:
    """Every experiment in turn. Those that need a learning rate come after its search.

    So `results` should gain each experiment before the next one is asked for. Of an experiment that
    has already run, only the name is needed.

    Raises:
        KeyError: a search is not among `results`.
    """
    short, sunspots = of_task(LAG_RECALL, 10), of_sunspots()
    adding_20, order_20 = of_task(ADDING, 20), of_task(TEMPORAL_ORDER_2, 20)
    adding, order = of_task(ADDING, 50), of_task(TEMPORAL_ORDER_2, 50)
    adding_100, order_100 = of_task(ADDING, 100), of_task(TEMPORAL_ORDER_2, 100)
    tasks = (adding_20, order_20, adding, order, adding_100, order_100)
    for problem, steps in ((short, 300), (sunspots, 400), *((task, 500) for task in tasks)):
        for kind, units in field(problem.inputs):
            tries = [Contender(kind, units, start, r) for start in STARTS[kind] for r in RATES]
            yield Experiment(
                search_name(problem, kind, units), problem, tuple(tries), 3, steps, seed=1
            )

    def counted(problem: Problem, searched: Problem, runs: int, steps: int) -> Iterator[Experiment]:
        for kind, units in entered(problem):
            best = chosen(results, searched, kind, units)
            yield Experiment(main_name(problem, kind, units), problem, (best,), runs, steps)

    yield from counted(short, short, 32, 300)
    yield from counted(sunspots, sunspots, 32, 400)
    for problem in (adding_20, order_20, adding, order):
        yield from counted(problem, problem, 32, 600)
    yield from counted(adding_100, adding_100, 32, 1000)
    yield from counted(order_100, order_100, 32, 800)
    for problem in (adding_100, order_100):
        lstm = chosen(results, problem, "LSTM", UNITS)
        biases = [lstm._replace(start=b, rate=r) for b in BIASES for r in BIAS_RATES]
        yield Experiment(f"forget bias: {problem.name}", problem, tuple(biases), 8, 800)
        for gate in "figo":
            held = (lstm._replace(held=((gate, 1.0),)),)
            yield Experiment(f"{gate} held at 1: {problem.name}", problem, held, 8, 600)
    for problem in (order_20, order):
        for kind in ("RNN", "LSTM"):
            best = chosen(results, problem, kind, UNITS)
            for clip in (1.0, inf):
                rates = [best._replace(clip=clip, rate=factor * best.rate) for factor in (1, 3, 10)]
                name = f"clip {clip:g}: {kind}: {problem.name}"
                yield Experiment(name, problem, tuple(rates), 8, 400)
    yield from counted(of_task(ADDING, 200), adding_100, 8, 1000)
    yield from counted(of_task(TEMPORAL_ORDER_2, 200), order_100, 8, 800)
    yield from counted(of_task(ADDING, 500), adding_100, 8, 1000)


def search_name(problem: Problem, kind: str, units: int) -> str:
    """What the search of a learning rate is called."""
    return f"search: {problem.name}: {kind} {units}"


def main_name(problem: Problem, kind: str, units: int) -> str:
    """What the runs that count are called."""
    return f"{problem.name}: {kind} {units}"


def chosen(results: Results, problem: Problem, kind: str, units: int) -> Contender:
    """Of the tries for `problem`, the one with the lowest `mean_log_loss`.

    Raises:
        KeyError: there has been no such search.
    """
    tries = results[search_name(problem, kind, units)]
    return min(tries, key=lambda each: each.curves.mean_log_loss).contender


def load() -> Results:
    """What the long run has found so far.

    Raises:
        FileNotFoundError: it has found nothing yet.
        ValueError: the file is not whole.
    """
    arrays, note = read_arrays("long_run", FILE)
    return {
        name: [
            Result(
                Contender._make((*others, tuple((gate, value) for gate, value in held))),
                Curves(**{part: arrays[f"{name}/{n}/{part}"] for part in _PARTS}, steps=steps),
            )
            for n, (*others, held) in enumerate(contenders)
        ]
        for name, (steps, contenders) in json.loads(note["experiments"]).items()
    }


def made_by() -> dict[str, str]:
    """The command, the date, the versions and the machine behind the results; raises as `load`."""
    return resumable.made_by(FILE)


def _write(results: Results) -> None:
    arrays = {
        f"{name}/{n}/{part}": np.ascontiguousarray(getattr(each.curves, part))
        for name, those in results.items()
        for n, each in enumerate(those)
        for part in _PARTS
    }
    experiments = {
        name: (those[0].curves.steps, [each.contender for each in those])
        for name, those in results.items()
    }
    resumable.write(FILE, arrays, {"experiments": json.dumps(experiments)}, COMMAND)


def main() -> None:
    """Run what is not there yet."""
    checkpoint = resumable.begin(__doc__, FILE)
    results = load() if FILE.exists() else {}
    for experiment in plan(results):
        if experiment.name in results:
            continue
        print(experiment.name, flush=True)
        curves = train_contenders(
            experiment.contenders,
            experiment.problem,
            key=jax.random.key(experiment.seed),
            runs=experiment.runs,
            steps=experiment.steps,
            checkpoint=checkpoint,
        )
        if resumable.was_stopped(curves, experiment.steps):
            print(f"It goes on from there with {COMMAND}")
            return
        results[experiment.name] = list(map(Result, experiment.contenders, curves))
        _write(results)
        checkpoint.unlink(missing_ok=True)
        _report(experiment, results[experiment.name])


def _report(experiment: Experiment, results: Sequence[Result]) -> None:
    for contender, curves in results:
        good = np.isfinite(curves.good_after(experiment.problem.good)).sum()
        solved = np.isfinite(curves.solved_after).sum()
        print(
            f"  start {contender.start}, rate {contender.rate:g}: "
            f"of {experiment.runs} {solved} solved it, {good} came to a good loss, "
            f"median score at the end {np.median(curves.right):.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
