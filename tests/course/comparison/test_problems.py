"""What networks are compared on: fixed sequences to be judged by, and none of them learned from."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lstm_jax.course.comparison.problems import BATCH, HELD_OUT, NEW, of_sunspots, of_task
from lstm_jax.course.data.sunspots import sunspots
from lstm_jax.course.data.tasks import ADDING, COPY_MEMORY, LAG_RECALL, TEMPORAL_ORDER_2
from lstm_jax.course.data.windows import fit_scale

KEY = jax.random.key(0)
CALLS = {task.name: (task, length) for task, length in ((ADDING, 10), (TEMPORAL_ORDER_2, 10))}
each_task = pytest.mark.parametrize(("task", "length"), CALLS.values(), ids=CALLS)


def rows(pair):
    """Every sequence with its answer, as bytes."""
    xs, ys = map(np.asarray, pair)
    return [x.tobytes() + y.tobytes() for x, y in zip(xs, ys, strict=True)]


@each_task
def test_a_task_in_one_form(task, length):
    problem = of_task(task, length)
    assert problem.name == f"{task.name}, T = {length}"
    assert (problem.length, problem.inputs) == (length, task.inputs)
    for pair, count in ((problem.held_out, HELD_OUT), (problem.new, NEW), (problem.draw(KEY), 50)):
        assert pair[0].shape == (count, length, task.inputs)
        assert len(pair[1]) == count
    answers = jnp.zeros((HELD_OUT, problem.answers))
    assert problem.loss(answers, problem.held_out[1]) == task.loss(answers, problem.held_out[1])
    assert problem.good == problem.reference / 2


def test_the_reference_is_what_an_answer_without_memory_costs():
    adding, order = of_task(ADDING, 10), of_task(TEMPORAL_ORDER_2, 10)
    half = jnp.full((NEW, 1), 0.5)
    assert float(adding.loss(half, adding.new[1])) == pytest.approx(adding.reference, rel=0.05)
    assert float(order.loss(jnp.zeros((NEW, 4)), order.new[1])) == pytest.approx(order.reference)
    assert float(adding.score(adding.new[1][:, None], adding.new[1])) == 1
    assert float(order.score(30 * jax.nn.one_hot(order.new[1], 4), order.new[1])) == 1


def test_the_same_call_gives_the_same_problem():
    assert of_task(ADDING, 10) is of_task(ADDING, 10)
    assert of_task(ADDING, 10) is not of_task(TEMPORAL_ORDER_2, 10)
    assert of_sunspots() is of_sunspots()


def test_nothing_is_judged_on_what_was_learned():
    problem = of_task(ADDING, 10)
    held_out, new = rows(problem.held_out), rows(problem.new)
    learned = [
        row
        for run in jax.random.split(KEY, 3)
        for step in range(3)
        for row in rows(problem.draw(jax.random.fold_in(run, step)))
    ]
    everything = [*held_out, *new, *learned]
    assert len(everything) == HELD_OUT + NEW + 9 * BATCH
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: of_task(COPY_MEMORY, 30), "of_task: task is 'copy memory', with an answer at eve"),
        (lambda: of_task(LAG_RECALL, 0), "of_task: length should be a whole number from 1 on"),
    ],
)
def test_wrong_calls_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Sunspots


def series_of(xs, ys):
    """The stretch of the series that windows of 48 months, 12 ahead, were cut from."""
    targets = np.asarray(ys)[:, 0]
    return np.concatenate([xs[:, 0, 0], xs[-1, 1:, 0], targets[-12:]])


def test_the_parts_of_the_sunspots_follow_each_other_and_share_no_month():
    problem = of_sunspots()
    parts = [series_of(*pair) for pair in (problem.draw.arrays, problem.held_out, problem.new)]
    _, number = sunspots()
    scale = fit_scale(number[: len(parts[0])])
    np.testing.assert_allclose(np.concatenate(parts), scale.apply(number), rtol=1e-5, atol=1e-6)
    starts = [1749 + months / 12 for months in np.cumsum([0, *map(len, parts)])]
    assert starts == pytest.approx([1749, 1895.5, 1944 + 4 / 12, 2009.5])  # as the docstring says


def test_windows_of_the_sunspots_hold_their_target_and_the_last_value():
    problem = of_sunspots()
    xs, ys = map(np.asarray, problem.held_out)
    series = series_of(xs, ys)
    for n in (0, 100, len(xs) - 1):
        np.testing.assert_array_equal(xs[n, :, 0], series[n : n + 48])
        np.testing.assert_array_equal(ys[n], [series[n + 47 + 12], series[n + 47]])
    drawn = problem.draw(KEY)
    assert drawn[0].shape == (BATCH, 48, 1)
    assert set(rows(drawn)) <= set(rows(problem.draw.arrays))


def test_skill_on_sunspots_is_beside_persistence():
    problem = of_sunspots()
    _, ys = problem.held_out
    right, last = ys[:, :1], ys[:, 1:]
    assert float(problem.score(right, ys)) == 1
    assert float(problem.score(last, ys)) == 0
    assert float(problem.score((right + last) / 2, ys)) == pytest.approx(0.75)
    assert float(problem.loss(right, ys)) == 0
    persistence = float(problem.loss(last, ys))
    assert persistence == pytest.approx(float(((right - last) ** 2).mean()))
    assert 0 < problem.reference < persistence


def test_the_reference_for_sunspots_is_a_linear_forecast():
    problem = of_sunspots()

    def inputs(xs):
        return np.column_stack([np.float64(xs)[:, :, 0], np.ones(len(xs))])

    (learned_xs, learned_ys), (xs, ys) = problem.draw.arrays, problem.held_out
    weights = np.linalg.pinv(inputs(learned_xs)) @ np.float64(learned_ys)[:, 0]
    error = inputs(xs) @ weights - np.float64(ys)[:, 0]
    assert problem.reference == problem.good == pytest.approx((error**2).mean(), rel=1e-4)
