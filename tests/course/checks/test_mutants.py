"""Of all small breakages of the solutions, the checks notice at least 95 %; the rest is explained.

`python tests/course/checks/mutants.py` tries them all and prints a table.
"""

import jax
import mutants
import pytest

from lstm_jax.course.checks.catalogue import exercises

SAMPLE = 4  # one in so many: all of them take minutes


@pytest.fixture(scope="module")
def survivors():
    """Of the sample: how many mutants there are, and which of them pass."""
    with mutants.as_a_student_has_it():
        tallies = {name: mutants.tally(name, every=SAMPLE) for name in exercises()}
    total = sum(each.total for each in tallies.values())
    return total, [(name, line) for name, each in tallies.items() for line in each.survivors]


@pytest.mark.slow
def test_nearly_every_mutant_is_noticed(survivors):
    total, passed = survivors
    mistakes = [each for each in passed if mutants.why_equivalent(*each) is None]
    assert total > 800 / SAMPLE
    assert 1 - len(mistakes) / (total - len(passed) + len(mistakes)) >= 0.95, mistakes


@pytest.mark.slow
def test_every_survivor_is_explained(survivors):
    _, passed = survivors
    left = {each for each in passed if mutants.why_equivalent(*each) is None}
    assert left <= set(mutants.SURVIVORS)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "line"), [*mutants.EQUIVALENT, *mutants.SURVIVORS])
def test_what_is_explained_does_survive(name, line):
    [mutant] = [each for each in mutants.mutants(name) if each.line == line]
    with mutants.as_a_student_has_it(), jax.disable_jit():
        assert mutants.passes(name, mutant, exercises()[name])


def test_a_weak_check_lets_mutants_through():
    """With inputs that are all 0, hardly any mutant of a sum is noticed."""
    exercise = exercises()["leaky_sum"]
    draw = exercise.draw
    weak = exercise._replace(draw=lambda *args: (0.5, 0 * draw(*args)[1]))
    assert len(mutants.tally("leaky_sum", weak).survivors) >= 2
    assert not mutants.tally("leaky_sum").survivors


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("leaky_sum", "h = decay * h - x"),
        ("leaky_sum", "h = decay / h + x"),
        ("reach", "return math.floor(math.log(threshold) / math.log(factor))"),
        ("last_valid", "return jnp.where(lengths[:, None] >= 0, last, 0.0)"),
        ("last_valid", "last = hs[jnp.arange(len(hs)), lengths - 2]"),
        ("scan_layer", "return jnp.swapaxes(hs, 0, 2)"),
        ("step_jacobian", "return (1 - h ** 2)[:, None] * params.w_h"),
        ("rnn_step", "return jnp.tanh(x @ params.w_h + h @ params.w_h + params.b)"),
        ("chrono_biases", "return jnp.concatenate([b, b, zero, zero])"),
        ("lstm_step", "i, g, f, o = jnp.split(sums, 4)"),
        ("bidirectional", "from_left, _ = run(forward, xs)"),
        ("mean_pool", "total = jnp.where(counts[:, :, None], hs, 0.0).mean(axis=1)"),
    ],
)
def test_a_mutant_of_each_sort_is_made(name, line):
    assert line in {mutant.line for mutant in mutants.mutants(name)}


def test_no_mutant_is_the_solution():
    for name in exercises():
        made = [mutant.code for mutant in mutants.mutants(name)]
        assert len(made) == len(set(made)) > 0
