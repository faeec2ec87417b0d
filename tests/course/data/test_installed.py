import importlib.util
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from lstm_jax.course.data import digits, sunspots
from lstm_jax.course.data.installed import installed_file

DEPENDENCIES = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"][
    "dependencies"
]


def test_finds_what_is_there():
    assert installed_file("test", "lstm_jax", "course/data/installed.py", "lstm_jax").is_file()


@pytest.mark.parametrize(
    ("read", "package"),
    [(sunspots.sunspots.__wrapped__, "statsmodels"), (digits._read.__wrapped__, "scikit-learn")],
)
def test_a_missing_package_names_the_version_that_pyproject_asks_for(read, package, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError) as caught:
        read()
    (requirement,) = (each for each in DEPENDENCIES if each.startswith(package))
    assert f'pip install "{requirement}"' in str(caught.value)


def test_a_missing_file_names_the_remedy(monkeypatch, tmp_path):
    spec = ModuleSpec("sklearn", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    message = (
        r"digits: sklearn is installed but its file .*digits\.csv\.gz is missing; .*pip install"
    )
    with pytest.raises(FileNotFoundError, match=message):
        digits._read.__wrapped__()
