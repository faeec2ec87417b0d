import importlib.util
from importlib.machinery import ModuleSpec

import pytest

from lstm_jax.course.data import digits
from lstm_jax.course.data.installed import installed_file


def test_finds_what_is_there():
    assert installed_file("test", "lstm_jax", "course/data/installed.py").is_file()


def test_a_missing_package_names_the_extra_that_brings_it():
    with pytest.raises(ModuleNotFoundError) as caught:
        installed_file("sunspots", "statsmodels_of_mars", "sunspots.dat")
    assert str(caught.value) == (
        "sunspots: the data lie in the package statsmodels_of_mars, which is missing; install all "
        'that the course needs with: python -m pip install "lstm_jax[course]"'
    )


def test_a_missing_file_names_the_remedy(monkeypatch, tmp_path):
    spec = ModuleSpec("sklearn", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    message = (
        r"digits: sklearn is installed but its file .*digits\.csv\.gz is missing; .*pip install"
    )
    with pytest.raises(FileNotFoundError, match=message):
        digits._read.__wrapped__()
