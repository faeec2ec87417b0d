"""What an installation brings, and that make and the README's commands make the same one."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from jupyterlab_server.config import get_page_config
from packaging.requirements import Requirement
from traitlets.config import Config, PyFileConfigLoader

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lstm_jax"
NOTEBOOKS = ROOT / "notebooks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CORE = {"jax", "jaxlib", "numpy", "optax", "safetensors", "tqdm"}


def names(requirements: list[str]) -> set[str]:
    """The packages, by the names of their modules where these are the same."""
    return {Requirement(text).name.replace("-", "_") for text in requirements}


def imported(files: Iterator[Path]) -> set[str]:
    """The packages that these files import at any depth, without Python's own and this one."""
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"lstm_jax"}


# --- what an installation brings


def test_the_core_needs_six_packages() -> None:
    assert names(PROJECT["dependencies"]) == CORE


def test_the_core_imports_no_other() -> None:
    course = PACKAGE / "course"
    assert imported(path for path in PACKAGE.rglob("*.py") if course not in path.parents) <= CORE


@pytest.mark.parametrize(
    ("extra", "folders", "brought"),
    [
        # ipywidgets brings IPython and traitlets, nbconvert brings jinja2 and nbformat.
        ("course", "**/*.py", {"IPython", "traitlets"}),
        ("lab", "pages/*.py", {"jinja2", "nbformat"}),
    ],
)
def test_an_extra_names_what_its_part_imports(extra: str, folders: str, brought: set[str]) -> None:
    course = PACKAGE / "course"
    files = [path for path in course.glob(folders) if extra == "lab" or path.parent.name != "pages"]
    assert len(files) > 2
    allowed = CORE | names(PROJECT["optional-dependencies"][extra]) | brought
    assert imported(iter(files)) <= allowed


def test_each_extra_takes_in_the_one_before() -> None:
    extras = PROJECT["optional-dependencies"]
    assert "lstm_jax[course]" in extras["lab"]
    assert "lstm_jax[lab]" in extras["test"]


@pytest.mark.slow
def test_the_course_without_its_extra_says_what_to_install() -> None:
    code = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in {"lazy_loader", "anywidget"} else find(name)
import lstm_jax.course
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: lstm_jax.course: not installed: anywidget, lazy_loader; install all "
        'that the course needs with: python -m pip install "lstm_jax[course]"'
    )


# --- the same with make and without


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="compares with make")


def made(*targets: str) -> list[str]:
    """The commands with which make would make these from nothing, where there is a uv."""
    command = [
        "make",
        "--always-make",
        "--dry-run",
        "--no-print-directory",
        "UV=uv",
        "ARGS=",
        "SLOW=",
        *targets,
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    joined = done.stdout.replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines()]


def stated() -> list[str]:
    """The commands of the README."""
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    return [" ".join(line.split("#")[0].split()) for line in "".join(blocks).splitlines()]


@needs_make
def test_the_readme_installs_what_make_installs() -> None:
    installs = [line for line in made(".venv/test") if line.startswith("uv pip install")]
    assert len(installs) == 2
    assert [line for line in stated() if line.startswith("uv pip install")] == installs


@needs_make
@pytest.mark.parametrize("target", ["lab", "lint", "types", "unit", "check-notebooks"])
def test_the_readme_runs_what_make_runs(target: str) -> None:
    runs = [line for line in made(target) if line.startswith(".venv/bin/")]
    assert runs
    assert {line.replace(".venv/bin/", "uv run --no-sync ") for line in runs} <= set(stated())


# --- JupyterLab as `make lab` opens it


@pytest.fixture(scope="module")
def config() -> Config:
    return PyFileConfigLoader(str(NOTEBOOKS / "tools/lab/config.py")).load_config()


def test_the_lab_opens_the_first_lesson(config: Config) -> None:
    assert Path(config.ServerApp.root_dir) == NOTEBOOKS
    first = min(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    assert config.LabApp.default_url == f"/lab/tree/{first}"


def test_the_lab_lists_the_lessons_and_their_glossary(config: Config) -> None:
    contents = LargeFileManager(root_dir=config.ServerApp.root_dir, config=config)
    listed = {each["name"] for each in contents.get("")["content"]}
    lessons = {path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    assert listed == {*lessons, "glossary.md"}


def test_the_lab_asks_no_network_and_shows_no_nbgrader(config: Config) -> None:
    disabled = get_page_config([], config.LabApp.app_settings_dir)["disabledExtensions"]
    assert {"@jupyterlab/apputils-extension:announcements", "@jupyter/nbgrader"} <= {*disabled}
