"""What runs where a student's function is missing passes the check of that function."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from lstm_jax import course
from lstm_jax.course.checks import check

ROOMS = sorted(path.parent.name for path in Path(course.__file__).parent.glob("l*/stand_ins.py"))
STAND_INS = {
    name: function
    for module in (import_module(f"lstm_jax.course.{room}.stand_ins") for room in ROOMS)
    for name, function in vars(module).items()
    if callable(function) and getattr(function, "__module__", "") == module.__name__
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STAND_INS)
def test_a_stand_in_does_what_the_exercise_asks(name, monkeypatch):
    assert check.grade(name, STAND_INS[name]).outcome == "failed", "it is no answer"
    monkeypatch.setattr(check, "is_own", lambda answer: False)
    report = check.grade(name, STAND_INS[name])
    assert report.outcome == "passed", report.text()


@pytest.mark.parametrize("name", STAND_INS)
def test_it_takes_the_same_arguments(name):
    assert tuple(inspect.signature(STAND_INS[name]).parameters) == check.find(name).arguments
