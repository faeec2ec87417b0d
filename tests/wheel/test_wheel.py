"""The package as someone installs it: a wheel, in an environment that holds nothing else."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = [sys.executable, "-m", "uv"]
LOCK = ROOT / "requirements.lock"
README = (ROOT / "README.md").read_text(encoding="utf-8")
(CODE,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def run(*command: str | Path) -> str:
    """What a command prints; it may not fail, and does not see the repository."""
    done = subprocess.run(command, cwd=LOCK.anchor, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, newly built."""
    folder = tmp_path_factory.mktemp("dist")
    locked = "--build-constraints", LOCK
    run(*UV, "build", "--quiet", "--wheel", *locked, "--out-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel and what it asks for, in the locked versions."""
    environment = tmp_path_factory.mktemp("bare") / "venv"
    run(*UV, "venv", "--quiet", "--python", sys.executable, environment)
    place = "--python", environment
    run(*UV, "pip", "install", "--quiet", *place, "--constraint", LOCK, wheel)
    scripts = environment / ("Scripts" if sys.platform == "win32" else "bin")
    return scripts / "python"


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    listing = ["git", "ls-files", "lstm_jax"]
    files = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    kinds = {Path(name).suffix for name in files.splitlines()}
    assert kinds >= {".js", ".css", ".j2", ".json", ".py", ".pyi", ".safetensors", ".typed"}
    assert set(files.splitlines()) <= set(zipfile.ZipFile(wheel).namelist())


def test_a_bare_installation_is_small(python: Path) -> None:
    listing = run(*UV, "pip", "list", "--python", python, "--format", "json")
    names = {each["name"] for each in json.loads(listing)}
    assert names >= {"lstm-jax", "jax", "optax"}
    heavy = {"babel", "ipython", "ipywidgets", "jupyterlab", "matplotlib", "notebook", "pandas"}
    assert not names & (heavy | {"scikit-learn", "statsmodels"})
    assert len(names) <= 16, sorted(names)


def test_a_bare_installation_runs_the_lines_of_the_readme(python: Path) -> None:
    assert "left after 100 steps: RNN" in run(python, "-c", CODE)


def test_a_bare_installation_says_what_the_course_needs(python: Path) -> None:
    code = """
try:
    import lstm_jax.course
except ModuleNotFoundError as error:
    print(error)
"""
    assert 'pip install "lstm_jax[course]"' in run(python, "-c", code)
