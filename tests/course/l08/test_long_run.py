"""The long run: its plan, its file, and that it goes on where it was stopped."""

import sys
from collections import Counter
from datetime import date
from functools import partial
from importlib.metadata import version
from itertools import product
from math import inf, nan

import jax
import numpy as np
import pytest
from small import SMALL

from lstm_jax import init_gru, init_lstm, init_rnn
from lstm_jax.course.comparison.contenders import Contender, Curves, train_contenders
from lstm_jax.course.l08 import long_run
from lstm_jax.course.l08.long_run import BIAS_RATES, BIASES, RATES, STARTS, Experiment, Result

INITS = {"RNN": init_rnn, "GRU": init_gru, "LSTM": init_lstm}


@pytest.fixture
def light(monkeypatch):
    """Tasks by name alone: to draw sequences of 500 steps takes long, and a plan needs none."""

    def of_task(task, length):
        name = f"{task.name}, T = {length}"
        return SMALL._replace(name=name, inputs=task.inputs, length=length)

    monkeypatch.setattr(long_run, "of_task", of_task)


def learned(runs=2, steps=30, seed=0, level=0.0):
    """Curves as `train` might return them."""
    rng = np.random.default_rng(seed)
    loss, score = rng.uniform(0.1, 1, (2, runs, -(-steps // 25))).astype(np.float32)
    return Curves(loss + np.float32(level), score, score[:, -1], np.full(runs, -1, np.int32), steps)


# What is compared


@pytest.mark.parametrize("kind", INITS)
def test_weights_counts_what_a_cell_learns(kind):
    params = INITS[kind](jax.random.key(0), 3, 5)
    assert long_run.weights(kind, 3, 5) == sum(leaf.size for leaf in params)


@pytest.mark.parametrize("inputs", [1, 2, 5, 8])
def test_the_field_has_equal_widths_and_equal_weights(inputs):
    field = long_run.field(inputs)
    assert field[:3] == (("RNN", 32), ("GRU", 32), ("LSTM", 32))
    assert [kind for kind, _ in field[3:]] == ["RNN", "GRU"]
    target = long_run.weights("LSTM", inputs, 32)
    for kind, units in field[3:]:
        off = [abs(long_run.weights(kind, inputs, units + more) - target) for more in (-1, 0, 1)]
        assert off[1] == min(off) < 0.03 * target


def planned():
    """Every experiment of the plan, its searches won by try number 5."""
    results, experiments = {}, []
    for experiment in long_run.plan(results):
        experiments.append(experiment)
        results[experiment.name] = [
            Result(each, learned(level=0.0 if n == 5 else 2.0))
            for n, each in enumerate(experiment.contenders)
        ]
    return experiments


def test_the_plan_is_whole_and_fair(light):
    experiments = planned()
    by_name = {each.name: each for each in experiments}
    assert len(by_name) == len(experiments)
    searches = [each for each in experiments if each.name.startswith("search: ")]
    assert len(searches) == 8 * 5  # problems, and kinds with their units
    for search in searches:
        kind = search.contenders[0].kind
        tried = {(each.start, each.rate) for each in search.contenders}
        assert tried == {(start, rate) for start in STARTS[kind] for rate in RATES}
        assert len(search.contenders) == 10
    winner = {
        name.removeprefix("search: "): each.contenders[5]
        for name, each in by_name.items()
        if each in searches
    }
    counted = [each for each in experiments if each.name.rpartition(": ")[0] == each.problem.name]
    assert Counter(each.runs for each in counted) == {32: 8 * 5, 8: 3 * 3}
    for each in counted:
        (contender,) = each.contenders
        assert each.name == long_run.main_name(each.problem, contender.kind, contender.units)
        searched = each.name
        if each.name not in winner:  # beyond 100 steps a task takes what won at 100
            length = each.problem.name.rpartition(" = ")[2]
            assert length in ("200", "500")
            searched = each.name.replace(f" = {length}:", " = 100:")
        assert contender == winner[searched]
    assert {each.seed for each in searches} == {1}
    assert {each.seed for each in experiments if each not in searches} == {0}


def test_the_plan_tries_biases_gates_and_clips(light):
    by_name = {each.name: each for each in planned()}
    for task in ("adding", "temporal order, 2 places"):
        biases = by_name[f"forget bias: {task}, T = 100"].contenders
        assert {(each.start, each.rate) for each in biases} == {
            (bias, rate) for bias in BIASES for rate in BIAS_RATES
        }
        for gate in "ifgo":
            (held,) = by_name[f"{gate} held at 1: {task}, T = 100"].contenders
            assert held.held == ((gate, 1.0),)
            assert held._replace(held=()) == by_name[f"{task}, T = 100: LSTM 32"].contenders[0]
    for kind, length in product(("RNN", "LSTM"), (20, 50)):
        task = f"temporal order, 2 places, T = {length}"
        names = [f"clip {clip}: {kind}: {task}" for clip in ("1", "inf")]
        on, off = (by_name[name].contenders for name in names)
        assert {each.clip for each in on} == {1.0}
        assert {each.clip for each in off} == {inf}
        assert [each.rate for each in on] == [each.rate for each in off]


def test_the_lowest_loss_is_chosen_and_one_that_failed_never():
    tries = [Contender("LSTM", rate=rate) for rate in RATES[:4]]
    curves = [learned(level=level) for level in (3.0, 1.0, 0.0, 2.0)]
    curves[2].loss[0, 1] = nan
    name = long_run.search_name(SMALL, "LSTM", 32)
    results = {name: list(map(Result, tries, curves))}
    assert long_run.chosen(results, SMALL, "LSTM", 32) == tries[1]


# The file and the command


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(long_run, "FILE", tmp_path / "long_run.safetensors")
    # Among other tests JAX has started already, and its devices stay as they are.
    asked = {}
    monkeypatch.setattr(jax.config, "update", asked.__setitem__)
    yield long_run.FILE
    assert asked.keys() <= {"jax_num_cpu_devices"}


@pytest.fixture
def command(file, monkeypatch):
    """`command(experiments, *options, train=...)`: the command with another plan."""

    def run(experiments, *options, train):
        monkeypatch.setattr(sys, "argv", ["long_run.py", *options])
        monkeypatch.setattr(long_run, "plan", lambda results: iter(experiments))
        monkeypatch.setattr(long_run, "train_contenders", train)
        long_run.main()

    return run


def experiment(name, *contenders):
    return Experiment(name, SMALL, contenders, runs=2, steps=30)


def invented(contenders, problem, *, key, runs, steps, checkpoint):
    """`train`, without training: numbers that depend on the key."""
    seed = int(jax.random.key_data(key)[-1])
    return [learned(runs, steps, seed=100 * seed + n) for n, _ in enumerate(contenders)]


def refused(*_, **__):
    raise AssertionError("nothing should be trained")


def same(one, other):
    """Whether two results hold the same contenders and the same numbers."""
    assert one.keys() == other.keys()
    for name in one:
        assert [each.contender for each in one[name]] == [each.contender for each in other[name]]
        curves = [[each.curves for each in results[name]] for results in (one, other)]
        jax.tree.map(np.testing.assert_array_equal, *curves)


def test_results_come_back_as_they_were(command, file, capsys):
    held = Contender("LSTM", 4, "chrono", 0.03, 1.0, (("f", 1.0), ("g", -0.5)))
    free = Contender("RNN", 4, 1.2, 0.003, inf)
    failed = learned(seed=7)
    failed.loss[1, 1], failed.diverged[1] = nan, 12

    def training(contenders, *_, **__):
        return [failed, learned(seed=8)][: len(contenders)]

    command([experiment("a", free, free), experiment("b: T = 5", held)], train=training)
    expected = {
        "a": [Result(free, failed), Result(free, learned(seed=8))],
        "b: T = 5": [Result(held, failed)],
    }
    same(long_run.load(), expected)
    back = long_run.load()["a"][0].curves
    assert (back.loss.dtype, back.diverged.dtype) == (np.float32, np.int32)
    assert "  start 1.2, rate 0.003: of 2 0 solved it" in capsys.readouterr().out
    made = long_run.made_by()
    assert made["command"] == "python -m lstm_jax.course.l08.long_run"
    assert made["jax"] == version("jax")
    assert made["date"] == date.today().isoformat()


def test_what_is_in_the_file_is_not_run_again(command, file):
    first, second = (experiment(name, Contender("RNN", 4, 1.0)) for name in "ab")
    command([first], train=invented)
    before = long_run.load()
    command([first], train=refused)
    same(long_run.load(), before)
    command([first, second._replace(seed=1)], train=invented)
    after = long_run.load()
    assert list(after) == ["a", "b"]
    same({"a": after["a"]}, before)
    file.with_suffix(".checkpoint").write_bytes(b"of an older plan")
    command([first._replace(seed=2)], "--again", train=invented)
    again = long_run.load()
    assert list(again) == ["a"]
    assert not np.array_equal(again["a"][0].curves.loss, before["a"][0].curves.loss)
    assert not file.with_suffix(".checkpoint").exists()


def test_stopped_it_goes_on_where_it_was(command, file, capsys):
    plan = [experiment("a", Contender("RNN", 4, 1.0))]
    quiet = partial(train_contenders, progress=False)
    command(plan, train=partial(quiet, watch=lambda fit: fit.history.loss.shape[-1] == 25))
    assert "It goes on from there with python -m lstm_jax.course.l08.long_run" in (
        capsys.readouterr().out
    )
    assert not file.exists()
    assert file.with_suffix(".checkpoint").exists()

    made = []
    command(plan, train=partial(quiet, watch=lambda fit: made.append(fit.history.loss.shape[-1])))
    assert made == [25, 30]
    assert not file.with_suffix(".checkpoint").exists()
    resumed = long_run.load()
    command(plan, "--again", train=quiet)
    same(long_run.load(), resumed)


def test_an_experiment_whose_runs_all_failed_is_finished(command):
    lost = learned(steps=12)._replace(diverged=np.int32([3, 11]))
    command([experiment("a", Contender("RNN", 4, 1.0))], train=lambda *_, **__: [lost])
    assert long_run.load()["a"][0].curves.steps == 12


# The file that comes along


def test_the_committed_file_holds_the_whole_plan(light):
    results = long_run.load()
    experiments = list(long_run.plan(results))
    assert results.keys() == {each.name for each in experiments}
    for each in experiments:
        found = results[each.name]
        assert tuple(result.contender for result in found) == each.contenders
        for _, curves in found:
            assert curves.right.shape == curves.diverged.shape == (each.runs,)
            assert curves.loss.shape == curves.score.shape == (each.runs, -(-curves.steps // 25))
            assert curves.steps == each.steps or (curves.diverged >= 0).all()
    made = long_run.made_by()
    assert made["command"] == "python -m lstm_jax.course.l08.long_run"
    assert date.fromisoformat(made["date"]) <= date.today()
    assert made.keys() >= {"python", "lstm_jax", "jax", "jaxlib", "optax", "numpy", "machine"}
    assert all(made.values())
