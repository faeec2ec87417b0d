"""All exercises by name, in the order of the lessons."""

from lstm_jax.exercises import (
    counting_unit,
    fewest_weights,
    hold_forget,
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
    lesson_11,
    lesson_12,
    lesson_13,
    long_memory,
    step_back,
)
from lstm_jax.exercises.challenge import Challenge
from lstm_jax.exercises.exercise import Exercise

# The files that hold the exercises of each lesson, in their order.
_LESSONS = {
    "00": (lesson_00,),
    "01": (lesson_01,),
    "02": (lesson_02,),
    "03": (lesson_03,),
    "04": (lesson_04,),
    "05": (lesson_05, counting_unit),
    "06": (lesson_06, step_back, hold_forget),
    "07": (lesson_07, long_memory),
    "08": (lesson_08, fewest_weights),
    "09": (lesson_09,),
    "10": (lesson_10,),
    "11": (lesson_11,),
    "12": (lesson_12,),
    "13": (lesson_13,),
}

# The two digits of its lesson, for each exercise.
LESSON_OF: dict[str, str] = {}
EXERCISES: dict[str, Exercise | Challenge] = {}
for _number, _files in _LESSONS.items():
    for _file in _files:
        for _exercise in _file.EXERCISES:
            EXERCISES[_exercise.name] = _exercise
            LESSON_OF[_exercise.name] = _number
