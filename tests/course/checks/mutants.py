"""Break each solution in every small way, and count the breakages that a check does not notice.

    python tests/course/checks/mutants.py               every exercise: a table, and all survivors
    python tests/course/checks/mutants.py reach mix     some of them

A mutant is a solution with one thing changed: an operator, a comparison, a constant, a sign, an
index, a name, the order of two arguments, a function for its neighbour. One that still passes is
either no mistake at all, and `EQUIVALENT` says why, or it shows that the drawn inputs are too weak.
"""

import argparse
import ast
import contextlib
import itertools
import time
import warnings
from collections.abc import Iterator
from copy import deepcopy
from typing import NamedTuple

import jax
from solutions import SOLUTIONS

from lstm_jax.course.checks.attempt import attempt
from lstm_jax.course.checks.catalogue import exercises
from lstm_jax.course.checks.challenge import Challenge
from lstm_jax.course.checks.check import grade
from lstm_jax.course.checks.compare import difference
from lstm_jax.course.checks.exercise import Exercise

SECONDS = 60.0  # for a mutant that does not end; a shared machine may be slow

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
}
# A function or an attribute for its neighbour.
NEIGHBOURS = {
    "jax.nn.sigmoid": ("jnp.tanh",),
    "jnp.tanh": ("jax.nn.sigmoid",),
    "jax.nn.softmax": ("jax.nn.log_softmax",),
    "jax.nn.log_softmax": ("jax.nn.softmax",),
    "jax.lax.cummax": ("jax.lax.cummin",),
    "jnp.log": ("jnp.log2",),
    "jnp.log2": ("jnp.log",),
    "math.log": ("math.log2",),
    "math.ceil": ("math.floor",),
    "jnp.maximum": ("jnp.minimum",),
    "jnp.minimum": ("jnp.maximum",),
    "jnp.argmax": ("jnp.argmin",),
    "jnp.cumprod": ("jnp.cumsum",),
    "jnp.zeros": ("jnp.ones",),
    "jnp.zeros_like": ("jnp.ones_like",),
    "jnp.mean": ("jnp.sum",),
    "jnp.sum": ("jnp.mean",),
    "min": ("max",),
}
ATTRIBUTES = {
    "mean": ("sum",),
    "sum": ("mean",),
    "any": ("all",),
    "w_x": ("w_h",),
    "w_h": ("w_x",),
    "h": ("c",),
    "c": ("h",),
}

COMMUTATIVE = {"jnp.maximum", "jnp.minimum", "min"}

# Mutants that pass and are no mistake: exercise and changed line -> why.
EQUIVALENT = {
    ("bits_per_character", "named = jnp.take_along_axis(log_p, targets[:, None])"): (
        "without an axis it takes the last one, and that is axis 1"
    ),
    ("mix", "mixed = (counts + kinds * p) / jnp.maximum(total + kinds, 0.0)"): (
        "where nothing was seen, p is taken instead"
    ),
    ("mix", "mixed = (counts + kinds * p) / jnp.maximum(total + kinds, 2.0)"): (
        "what was seen at all is one of a kind at least: they add up to 2"
    ),
    ("masked_loss", "right = jnp.take_along_axis(log_p, target[:, :, None])[:, :, 0]"): (
        "without an axis it takes the last one, and that is axis 2"
    ),
    (
        "masked_loss",
        "right = jnp.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, 1]",
    ): "JAX takes the last entry for an index behind it, and there is one",
    ("attention_weights", "return jax.nn.softmax(jnp.where(valid, scores, -1000000001.0))"): (
        "so low that its weight is 0 either way"
    ),
    ("attention_weights", "return jax.nn.softmax(jnp.where(valid, scores, -999999999.0))"): (
        "so low that its weight is 0 either way"
    ),
    ("sequence_dropout", "stays = (u > share)[:, None, :]"): (
        "a u that is share itself is not drawn, here as little as from a key"
    ),
    (
        "masked_loss",
        "right = jnp.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, -1]",
    ): "the axis has one entry, which is the last one too",
    ("mix", "total, kinds = (counts.sum(), jnp.where(1.0, counts > 0, 0.0).sum())"): (
        "a condition of 1 takes counts > 0 everywhere, whose sum is the same"
    ),
    ("counting_unit", "c = c.mean(axis=0)[None] - c"): "it turns the sign, and both signs count",
    ("last_valid", "last = hs[jnp.arange(len(lengths)), lengths - 1]"): "both have B rows",
    ("extend_beams", "_, best = jax.lax.top_k(every, len(log_p))"): "both have K rows",
    ("skill_per_horizon", "error = jnp.mean((truth - forecast) ** 2, axis=0)"): (
        "a difference is squared"
    ),
    ("skill_per_horizon", "free_error = jnp.mean((truth - free) ** 2, axis=0)"): (
        "a difference is squared"
    ),
    ("fill_from_past", "known_steps = jnp.where(jnp.isnan(series), -1, jnp.arange(len(series)))"): (
        "the first step is known, so anything up to 0 is never the largest"
    ),
}
# Mutants that pass and are mistakes, each with the reason why the check lets it through.
SURVIVORS: dict[tuple[str, str], str] = {}
REACHES = "it reaches the goal, and nothing else is asked"


class Mutant(NamedTuple):
    """A changed solution: the line that differs, and all of its code."""

    line: str
    code: str


class Tally(NamedTuple):
    """How the mutants of one exercise fared: how many, which passed, seconds of one core."""

    total: int
    survivors: list[str]
    seconds: float


def why_equivalent(name: str, line: str) -> str | None:
    """Why a survivor is no mistake; None where it is one."""
    return REACHES if isinstance(exercises()[name], Challenge) else EQUIVALENT.get((name, line))


def mutants(name: str) -> Iterator[Mutant]:
    """Every mutant of a solution, each once."""
    tree = ast.parse(SOLUTIONS[name].source).body[-1]
    original = ast.unparse(tree)
    seen = {original}
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            places = range(len(value)) if isinstance(value, list) else [None]
            for place in places:
                child = value if place is None else value[place]
                for new in alternatives(child, parent, arguments_of(tree)):
                    put(parent, field, place, new)
                    code = ast.unparse(ast.fix_missing_locations(tree))
                    put(parent, field, place, child)
                    if code not in seen:
                        seen.add(code)
                        yield Mutant(changed_line(original, code), code)


def put(parent: ast.AST, field: str, place: int | None, node: object) -> None:
    """Set a child of a node."""
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def changed_line(original: str, code: str) -> str:
    """The first line that differs."""
    pairs = zip(original.splitlines(), code.splitlines(), strict=False)
    return next(new.strip() for old, new in pairs if old != new)


def arguments_of(tree: ast.AST) -> dict[str, str]:
    """For each argument of a function the one beside it."""
    beside: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            names = [each.arg for each in node.args]
            if len(names) > 1:
                beside |= dict(zip(names, [*names[1:], names[0]], strict=True))
    return beside


def alternatives(node: object, parent: ast.AST, beside: dict[str, str]) -> Iterator[ast.AST]:
    """What may stand in place of a node."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in OPERATORS:
                yield ast.BinOp(left, OPERATORS[type(op)](), right)
            if not isinstance(op, ast.Add | ast.Mult):
                yield ast.BinOp(right, op, left)
        case ast.Compare(left=left, ops=[op], comparators=right):
            for other in COMPARISONS.get(type(op), ()):
                yield ast.Compare(left, [other()], right)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield from (ast.Constant(node.value + by) for by in (1, -1))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
        case ast.Call(func=func, args=args, keywords=keywords):
            if len(args) > 1 and ast.unparse(func) not in COMMUTATIVE:
                yield ast.Call(func, [args[1], args[0], *args[2:]], keywords)
            for nth in range(len(keywords)):
                yield ast.Call(func, args, keywords[:nth] + keywords[nth + 1 :])
        case ast.Subscript(value=value, slice=ast.Slice(step=step)) if step is not None:
            yield value
        case ast.Slice(lower=lower, upper=upper, step=None):
            if lower is None:
                yield ast.Slice(ast.Constant(1), upper)
            if upper is None:
                yield ast.Slice(lower, ast.UnaryOp(ast.USub(), ast.Constant(1)))
        case ast.Tuple(elts=elts) | ast.List(elts=elts) if len(elts) > 1:
            for nth in range(len(elts) - 1):
                swapped = [*elts[:nth], elts[nth + 1], elts[nth], *elts[nth + 2 :]]
                copy = deepcopy(node)
                copy.elts = swapped
                yield copy
        case ast.Attribute(value=value, attr="T"):
            yield value
        case ast.Name(id=name, ctx=ast.Load()) if name in beside:
            yield ast.Name(beside[name], ast.Load())
    if isinstance(node, ast.Attribute | ast.Name) and not isinstance(parent, ast.Attribute):
        for other in NEIGHBOURS.get(ast.unparse(node), ()):
            yield ast.parse(other, mode="eval").body
    if isinstance(node, ast.Attribute) and ast.unparse(node) not in NEIGHBOURS:
        for attr in ATTRIBUTES.get(node.attr, ()):
            yield ast.Attribute(node.value, attr, ast.Load())


@contextlib.contextmanager
def as_a_student_has_it() -> Iterator[None]:
    """JAX as in a notebook, where tests are strict; and quiet."""
    with (
        jax.numpy_rank_promotion("allow"),
        jax.numpy_dtype_promotion("standard"),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def passes(name: str, mutant: Mutant, exercise: Exercise | Challenge) -> bool:
    """Whether a check is content with a mutant."""
    namespace = dict(SOLUTIONS[name].names)
    try:
        exec(compile(mutant.code, "<mutant>", "exec"), namespace)
    except Exception:  # the value of an exercise, wrong before it is looked at
        return False
    answer = namespace[name]
    if isinstance(exercise, Exercise):
        # As `grade` does, input by input: nearly all are noticed at the first one.
        for args in exercise.inputs():
            results, error = attempt(answer, [args], SECONDS, as_written=0)
            if error or difference(results[0], exercise.spec(*args), exercise.tolerance):
                return False
        if exercise is not exercises()[name]:
            return True
    return grade(name, answer, seconds=SECONDS).outcome == "passed"


def tally(name: str, exercise: Exercise | Challenge | None = None, *, every: int = 1) -> Tally:
    """Try all mutants of one exercise, or of another version of it; or one in so many of them."""
    exercise = exercise or exercises()[name]
    started, total, survivors = time.process_time(), 0, []
    # Drawn inputs have many shapes, and each would be compiled; what is measured has one.
    with jax.disable_jit(isinstance(exercise, Exercise)):
        for mutant in itertools.islice(mutants(name), 0, None, every):
            total += 1
            if passes(name, mutant, exercise):
                survivors.append(mutant.line)
    return Tally(total, survivors, time.process_time() - started)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", default=list(exercises()), help="exercises")
    tallies = {}
    print(f"{'exercise':22} mutants  caught  equivalent  survivors  seconds")
    for name in parser.parse_args().names:
        tallies[name] = total, survivors, seconds = tally(name)
        same = sum(why_equivalent(name, line) is not None for line in survivors)
        row = f"{total:7} {total - len(survivors):7} {same:11} {len(survivors) - same:10}"
        print(f"{name:22} {row} {seconds:8.1f}", flush=True)
    total = sum(each.total for each in tallies.values())
    passed = [(name, line) for name, each in tallies.items() for line in each.survivors]
    left = [each for each in passed if why_equivalent(*each) is None]
    same = len(passed) - len(left)
    counted = total - same
    print(f"{'all':22} {total:7} {total - len(passed):7} {same:11} {len(left):10}")
    print(f"caught: {(counted - len(left)) / counted:.1%} of {counted} that are mistakes")
    for name, line in passed:
        why = why_equivalent(name, line) or SURVIVORS.get((name, line), "NEW: not explained yet")
        print(f"  {name}: {line}\n      {why}")


if __name__ == "__main__":
    with as_a_student_has_it():
        main()
