"""`make changed` finds the tests beside a file."""

import subprocess
from pathlib import PurePosixPath

import changed
import pytest


@pytest.mark.parametrize(
    ("file", "tests"),
    [
        ("lstm_jax/cells.py", ["tests/test_cells.py"]),
        ("lstm_jax/course/checks/quiz.py", ["tests/course/checks/test_quiz.py"]),
        ("lstm_jax/course/explorers/rnn.py", ["tests/course/explorers/test_rnn.py"]),
        ("lstm_jax/course/l03/exercises.py", ["tests/course/checks/test_catalogue.py"]),
        ("tests/course/checks/test_own.py", ["tests/course/checks/test_own.py"]),
        ("tests/course/checks/solutions.py", ["tests/course/checks/test_mutants.py"]),
        ("notebooks/source/03_forget_gate.py", ["tests/notebooks/test_build.py"]),
        ("pyproject.toml", ["tests/test_repository.py", "tests/test_packaging.py"]),
        ("benchmarks/bench.py", ["tests/test_benchmarks.py"]),
    ],
)
def test_a_file_has_its_tests(file: str, tests: list[str]) -> None:
    assert set(tests) <= set(changed.tests_of(PurePosixPath(file)))


def test_the_file_named_after_it_is_enough() -> None:
    found = changed.tests_of(PurePosixPath("lstm_jax/course/checks/quiz.py"))
    assert list(found) == ["tests/course/checks/test_quiz.py"]


def test_every_file_of_the_package_has_tests() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "lstm_jax"],
        cwd=changed.ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    files = listing.stdout.splitlines()
    assert len(files) > 100
    for file in files:
        found = list(changed.tests_of(PurePosixPath(file)))
        assert found, file
        assert all((changed.ROOT / each).is_file() for each in found)
