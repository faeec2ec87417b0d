"""The exercises of each lesson by name; a room is loaded when it is first asked for."""

from functools import cache
from importlib import import_module

from lstm_jax.course.checks.challenge import Challenge
from lstm_jax.course.checks.exercise import Exercise

# The files of each room, in the order in which the lesson asks for what they hold.
ROOMS: dict[str, tuple[str, ...]] = {f"{number:02}": ("exercises",) for number in range(14)}
ROOMS["05"] += ("counting_unit",)
ROOMS["06"] += ("gradient", "challenges")
ROOMS["07"] += ("challenges",)
ROOMS["08"] += ("challenges",)


@cache
def exercises_of(lesson: str) -> dict[str, Exercise | Challenge]:
    """The exercises of a lesson, "00" to "13", in its order."""
    files = (import_module(f"lstm_jax.course.l{lesson}.{name}") for name in ROOMS[lesson])
    return {each.name: each for file in files for each in file.EXERCISES}


@cache
def exercises() -> dict[str, Exercise | Challenge]:
    """Those of all lessons, in their order."""
    return {name: each for lesson in ROOMS for name, each in exercises_of(lesson).items()}
