from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax import init_lstm, run
from lstm_jax.course.data.adding import adding
from lstm_jax.course.data.copy_memory import copy_memory
from lstm_jax.course.data.counting import counting
from lstm_jax.course.data.lag_recall import lag_recall
from lstm_jax.course.data.tasks import ADDING, COPY_MEMORY, COUNTING, TASKS, table
from lstm_jax.course.data.temporal_order import temporal_order

KEY = jax.random.key(0)
LENGTH = 24
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@cache  # a task is told apart by its functions; drawing compiles
def drawn(task):
    return task.draw(KEY, 20_000, LENGTH)


def perfect(task, ys):
    """Outputs that give the right answer, and are sure of it."""
    if task is ADDING:
        return ys[:, None]
    return 30 * jax.nn.one_hot(ys, task.outputs)  # zeros where nothing is asked


@each_task
def test_sizes_are_those_of_the_data(task):
    xs, ys = drawn(task)
    assert xs.shape == (20_000, LENGTH, task.inputs)
    assert ys.shape == ((20_000, LENGTH) if task.every_step else (20_000,))
    if task is not ADDING:
        classes = set(np.unique(ys)) - {-1}
        # The strings of the counting task are named after their start.
        assert classes == set(range(task.outputs)) - ({0} if task is COUNTING else set())


@each_task
def test_the_right_answers_are_right(task):
    _, ys = drawn(task)
    outputs = perfect(task, ys)
    assert task.accuracy(outputs, ys) == 1
    if task is not COUNTING:  # being sure of what nobody can know costs something
        assert task.loss(outputs, ys) == pytest.approx(0, abs=1e-6)
    wrong = jnp.roll(outputs, 1, axis=0)
    assert task.accuracy(wrong, ys) < 1
    assert task.loss(wrong, ys) > 0.01


def blind(task, ys):
    """Outputs of a fixed answer with the lowest loss, and of one with the highest accuracy."""
    if task is ADDING:
        return 2 * [jnp.full((len(ys), 1), 0.5)]
    if task is COPY_MEMORY:
        blank = jnp.full((1, LENGTH, 9), -50.0).at[:, :-10, 8].set(0).at[:, -10:, :8].set(0)
        return 2 * [jnp.broadcast_to(blank, (len(ys), LENGTH, 9))]
    guess = jnp.zeros((len(ys), task.outputs))
    return [guess, guess.at[:, 0].set(30)]


# The best answer of the counting task looks at the present symbol: see test_counting.py.
@pytest.mark.parametrize(
    "task", [task for task in TASKS if task is not COUNTING], ids=lambda task: task.name
)
def test_an_answer_without_memory_scores_what_the_table_says(task):
    _, ys = drawn(task)
    lowest, highest = blind(task, ys)
    score = task.without_memory(LENGTH)
    assert task.loss(lowest, ys) == pytest.approx(score.loss, rel=0.02)
    assert task.accuracy(highest, ys) == pytest.approx(score.accuracy, abs=0.01)


@each_task
def test_a_network_trains_on_it_under_jit_and_vmap(task):
    def value(weights, seed):
        key = jax.random.fold_in(KEY, seed)
        xs, ys = task.draw(key, 3, 22)
        hs, _ = run(init_lstm(key, task.inputs, 4), xs)
        return task.loss(task.due(hs) @ weights, ys)

    weights = jax.random.normal(KEY, (2, 4, task.outputs))
    gradients = jax.jit(jax.vmap(jax.grad(value)))(weights, jnp.arange(2))
    assert gradients.shape == weights.shape
    assert jnp.isfinite(gradients).all()
    assert jnp.abs(gradients).max() > 0


def test_each_task_draws_what_its_module_draws():
    expected = [
        adding(KEY, 20_000, LENGTH),
        temporal_order(KEY, 20_000, LENGTH, 2),
        temporal_order(KEY, 20_000, LENGTH, 3),
        lag_recall(KEY, LENGTH - 1, 20_000, LENGTH),
        copy_memory(KEY, 20_000, LENGTH),
        counting(KEY, 20_000, LENGTH),
    ]
    for task, arrays in zip(TASKS, expected, strict=True):
        for found, wanted in zip(drawn(task), arrays, strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_table_has_a_row_for_each_task_and_fits_a_notebook():
    head, *rows, note = table(100).splitlines()
    assert len(rows) == len(TASKS) == len({task.name for task in TASKS})
    for row, task in zip(rows, TASKS, strict=True):
        cells = [cell for cell in row.split("  ") if cell]
        assert len(cells) == len([cell for cell in head.split("  ") if cell]) == 8
        assert cells[0] == task.name
        score = task.without_memory(100)
        assert float(cells[4]) == pytest.approx(score.loss, abs=1e-4)
        assert float(cells[5].strip().rstrip("%")) == pytest.approx(100 * score.accuracy, abs=0.06)
    assert max(map(len, [head, *rows, note])) <= 125


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: table(20), "table: length is 20; the copy memory task needs at least 21"),
        (lambda: table("100"), "table: length should be a whole number"),
        (
            lambda: ADDING.loss(jnp.zeros((3, 9, 1)), jnp.zeros(3)),
            r"mean_squared_error: prediction has 3 axes; .*\(3, 1\), got \(3, 9, 1\)",
        ),
        (
            lambda: ADDING.loss(jnp.zeros((3,)), jnp.zeros(3)),
            r"mean_squared_error: prediction has 1 axis; .*\(3, 1\), got \(3,\)",
        ),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
