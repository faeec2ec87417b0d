"""All exercises by name, in the order of the lessons."""

from importlib import import_module

from lstm_jax.course.checks.challenge import Challenge
from lstm_jax.course.checks.exercise import Exercise

# What each room holds, in the order in which the lesson asks for it.
_ROOMS: dict[str, tuple[str, ...]] = {f"{number:02}": ("exercises",) for number in range(14)}
_ROOMS["05"] += ("counting_unit",)
_ROOMS["06"] += ("gradient", "challenges")
_ROOMS["07"] += ("challenges",)
_ROOMS["08"] += ("challenges",)

# The two digits of its lesson, for each exercise.
LESSON_OF: dict[str, str] = {}
EXERCISES: dict[str, Exercise | Challenge] = {}
for _number, _files in _ROOMS.items():
    for _file in _files:
        for _exercise in import_module(f"lstm_jax.course.l{_number}.{_file}").EXERCISES:
            EXERCISES[_exercise.name] = _exercise
            LESSON_OF[_exercise.name] = _number
