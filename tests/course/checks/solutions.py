"""The solution of every exercise, as the teacher's notebooks hold it; one is in `by_hand.py`.

`solutions.leaky_sum` is the answer that stands in the solved lesson 00. Of the lesson it brings the
imports and the functions that it calls; nothing else of the lesson runs.
"""

import ast
import functools
import inspect
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import by_hand
import jax
import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks" / "solutions"
MARKER = "### BEGIN SOLUTION"


class Solution(NamedTuple):
    """The text of a solution, whose last statement it is, and all that it knows by name."""

    source: str
    names: dict[str, Any]


# Each solution, by the name of its exercise.
SOLUTIONS = {"fewest_weights": Solution(inspect.getsource(by_hand), vars(by_hand))}


def solutions_of(notebook: Path) -> Iterator[tuple[str, Solution]]:
    """The solutions of one lesson, by the names of their exercises."""
    above: dict[str, str] = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        defined = dict(definitions(cell.source))
        above |= defined
        if MARKER in cell.source:
            *_, name = defined  # below what it imports
            if name not in SOLUTIONS:
                names: dict[str, Any] = {}
                load(name, above, names)
                yield name, Solution(cell.source, names)


def definitions(source: str) -> Iterator[tuple[str, str]]:
    """What a cell imports, and the functions and values that it defines: a name, and the code."""
    for node in ast.parse(source).body:
        match node:
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    node.names = [alias]
                    yield alias.asname or alias.name, ast.unparse(node)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, ast.unparse(node)
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name, ast.unparse(node)


def load(name: str, above: dict[str, str], names: dict[str, Any]) -> None:
    """Run what defines a name, and before it what defines the names in there."""
    names[name] = ...
    tables = [symtable.symtable(above[name], "a lesson", "exec")]
    for table in tables:
        tables += table.get_children()
        for symbol in table.get_symbols():
            other = symbol.get_name()
            if symbol.is_global() and other in above.keys() - names.keys():
                load(other, above, names)
    exec(compile(above[name], "a lesson", "exec"), names)


def as_a_student_has_it(answer: Any) -> Any:
    """A function that runs as in a notebook, where JAX is not strict as it is in tests."""
    if not callable(answer):
        return answer

    @functools.wraps(answer)
    def relaxed(*args: Any) -> Any:
        with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
            return answer(*args)

    return relaxed


for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
    SOLUTIONS |= solutions_of(notebook)
globals().update({name: as_a_student_has_it(each.names[name]) for name, each in SOLUTIONS.items()})
