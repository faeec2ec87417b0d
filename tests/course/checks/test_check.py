"""The engine: what a student sees for every kind of answer."""

import signal
import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import solutions

from lstm_jax.course import check, hint
from lstm_jax.course.checks.check import grade
from lstm_jax.course.l00 import exercises as lesson_00


def text(name, answer, **options):
    report = grade(name, answer, **options)
    assert report.outcome == "failed"
    return report.text()


def stub(decay, xs): ...


def raises_not_implemented(decay, xs):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [None, ..., stub, raises_not_implemented])
def test_a_stub_is_unanswered(answer):
    report = grade("leaky_sum", answer)
    assert report.outcome == "unanswered"
    assert "not answered yet" in report.text()
    assert "about 5 lines" in report.text()


def forgot_return(decay, xs):
    jnp.cumsum(xs)


def does_nothing(decay, xs):
    """A docstring, and nothing else."""


def test_a_function_without_return_is_told_so():
    assert "returns None. Is there a return at its end?" in text("leaky_sum", forgot_return)
    assert "returns None. Is there a return" in text("leaky_sum", jax.jit(forgot_return))
    assert grade("leaky_sum", does_nothing).outcome == "unanswered"


def test_the_part_of_a_tuple_that_is_no_array_is_named():
    def as_lists(series, length, horizon):
        xs, ys = solutions.make_windows(series, length, horizon)
        return xs, list(ys)

    assert "result[1] should be an array of shape" in text("make_windows", as_lists)
    assert "it is a list of" in text("make_windows", as_lists)


def test_the_first_failing_input_is_shown_with_expected_beside_got():
    def only_the_first_is_right(decay, xs):
        return jnp.where(jnp.arange(len(xs)) == 0, solutions.leaky_sum(decay, xs), 7.0)

    shown = text("leaky_sum", only_the_first_is_right)
    assert "wrong values: 1 of 2 (marked ✗)" in shown
    assert "xs      (2,)" in shown
    assert "7✗" in shown
    assert shown == text("leaky_sum", only_the_first_is_right)


def test_an_exception_comes_with_the_students_own_line_and_nothing_of_the_engine():
    def in_place(decay, xs):
        xs[0] = decay  # the line to show
        return xs

    shown = text("leaky_sum", in_place)
    assert "leaky_sum(decay, xs) raised TypeError: JAX arrays are immutable" in shown
    assert "xs[0] = decay  # the line to show" in shown
    assert "Traceback" not in shown
    assert "attempt.py" not in shown


def test_an_exception_inside_scan_shows_the_line_inside_the_step():
    def grows(decay, xs):
        def advance(h, x):
            return jnp.concatenate([h, x]), h  # x is a number

        return jax.lax.scan(advance, jnp.zeros(1), xs)[1]

    assert "return jnp.concatenate([h, x]), h  # x is a number" in text("leaky_sum", grows)


@pytest.mark.parametrize("wrap", [lambda answer: answer, jax.jit])
def test_a_loop_with_the_right_values_is_told_to_use_scan(wrap, capsys):
    def loop(decay, xs):
        print("inside")
        h, hs = 0.0, []
        for x in xs:
            h = decay * h + x
            hs.append(h)
        return jnp.stack(hs)

    assert "there is no scan in it" in text("leaky_sum", wrap(loop))
    assert capsys.readouterr().out.count("inside") == 1
    assert grade("leaky_sum", wrap(solutions.leaky_sum)).outcome == "passed"


def test_values_that_come_from_numpy_are_told_of_their_gradient():
    def by_numpy(decay, xs):
        return jnp.asarray(lesson_00.leaky_sum(decay, np.asarray(xs)))

    assert "JAX cannot take their gradient" in text("leaky_sum", by_numpy)


def test_the_wrong_number_of_arguments():
    assert "takes 1 positional argument but 2 were given" in text("leaky_sum", lambda xs: xs)


def test_a_skeleton_with_an_open_gap_is_unanswered():
    def open_gap(params, xs, d_h):
        grads = solutions.bptt(params, xs, d_h)
        return grads._replace(w_h=...)

    assert grade("bptt", open_gap).outcome == "unanswered"


def test_an_exception_that_not_implemented_explains_is_not_a_stub():
    def unsupported(decay, xs):
        raise NotImplementedError("no rule for this")

    assert "no rule for this" in text("leaky_sum", unsupported)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda decay, xs: list(xs), "should return an array of shape (1,); it returned a list"),
        (lambda decay, xs: xs[:, None], "should have shape (1,); it has shape (1, 1)"),
        (lambda decay, xs: xs * jnp.nan, "holds NaN"),
        (lambda decay, xs: xs > 0, "should hold real numbers; it holds bool"),
        (lambda decay, xs: "h", "should hold real numbers; it holds str"),
        (lambda decay, xs: jax.random.key(0), "should hold real numbers"),
        (jnp.ones(3), "wants your function itself, check('leaky_sum', leaky_sum)"),
        (lesson_00.leaky_sum, "the checker's own function"),
    ],
)
def test_what_is_no_answer_gets_its_own_sentence(answer, said):
    assert said in text("leaky_sum", answer)


@pytest.mark.parametrize(
    ("never", "said"),
    [
        (jnp.nan, "never solved gets NaN"),
        (-jnp.inf, "wrong values: 1 of 1 (marked ✗)"),
        (500.0, "wrong values: 1 of 1 (marked ✗)"),
    ],
)
def test_where_infinity_is_right_nothing_else_is(never, said):
    def answer(score, sequences):
        right = solutions.solved_after(score, sequences)
        return jnp.where(jnp.isinf(right), never, right)

    assert grade("solved_after", solutions.solved_after).outcome == "passed"
    assert said in text("solved_after", answer)


def test_infinity_where_a_number_belongs():
    shown = text("solved_after", lambda score, sequences: jnp.full(len(score), jnp.inf))
    assert "result holds NaN or infinity where a number belongs." in shown


def test_another_container_than_asked_for():
    shown = text("clip_by_global_norm", lambda grads, limit: list(grads))
    assert "should return an RNNParams of 3; it returned a list of 3" in shown


def test_a_value_that_leaks_out_of_scan():
    def leaks(decay, xs):
        hs = []

        def advance(h, x):
            hs.append(decay * h + x)
            return hs[-1], None

        jax.lax.scan(advance, 0.0, xs)
        return hs

    assert "exists only inside scan" in text("leaky_sum", leaks)


def test_none_on_a_later_input_is_a_failure():
    def forgets(decay, xs):
        return solutions.leaky_sum(decay, xs) if len(xs) == 1 else None

    assert "returns None" in text("leaky_sum", forgets)


def forever(decay, xs):
    while True:
        decay += 1


def test_an_answer_that_never_ends_is_stopped():
    before, started = signal.getsignal(signal.SIGINT), time.monotonic()
    shown = text("leaky_sum", forever, seconds=0.2)
    assert time.monotonic() - started < 5
    assert "Stopped after 0.2 s" in shown
    assert "your line" in shown
    assert signal.getsignal(signal.SIGINT) is before


def test_an_answer_that_catches_everything_is_stopped_too():
    caught = []

    def catches(decay, xs):
        try:
            forever(decay, xs)
        except Exception as error:
            caught.append(error)

    assert "Stopped after 0.2 s" in text("leaky_sum", catches, seconds=0.2)
    assert not caught


def test_an_interrupt_by_the_student_goes_through():
    def interrupted(decay, xs):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        grade("leaky_sum", interrupted)


def test_works_outside_the_main_thread():
    outcomes = []
    thread = threading.Thread(
        target=lambda: outcomes.append(grade("reach", solutions.reach).outcome)
    )
    thread.start()
    thread.join()
    assert outcomes == ["passed"]


def test_a_student_cannot_change_what_is_expected():
    def spoils(grads, limit):
        for name in grads._fields:
            object.__getattribute__(grads, name).__array__().flags.writeable = True
        return grads

    assert "raised ValueError" in text("clip_by_global_norm", spoils)
    assert grade("clip_by_global_norm", solutions.clip_by_global_norm).outcome == "passed"


def test_a_print_in_the_answer_is_seen_once(capsys):
    def talks(decay, xs):
        print("inside")
        return solutions.leaky_sum(decay, xs)

    check("leaky_sum", talks)
    printed = capsys.readouterr().out
    assert printed.count("inside") == 1
    assert "✓ leaky_sum: passed" in printed


@pytest.mark.parametrize("answer", [stub, None, lambda decay, xs: xs])
def test_nbgrader_is_told_by_an_error_after_the_report(answer, monkeypatch, capsys):
    check("leaky_sum", answer)  # in class, nothing raises
    headline = capsys.readouterr().out.splitlines()[0]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match=f"^{headline}$"):
        check("leaky_sum", answer)
    assert capsys.readouterr().out.startswith(headline)
    check("leaky_sum", solutions.leaky_sum)


def test_hints_come_one_by_one_and_end(capsys):
    for _ in range(5):
        hint("batched")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Hint 1 of 3 for batched"
    assert lines[4] == "Hint 3 of 3 for batched"
    assert lines[6:] == [lines[6]] * 2
    assert lines[6].startswith("No more hints for batched")


def test_an_unknown_name_lists_close_ones_or_else_all():
    for call in (lambda: check("leaky_sums", stub), lambda: hint("leaky_sums")):
        with pytest.raises(ValueError, match="no exercise 'leaky_sums'; did you mean leaky_sum"):
            call()
    with pytest.raises(ValueError, match="leaky_sum, sensitivity, batched, rnn_step"):
        check("zzz", stub)
