"""All exercises by name, in the order of the lessons."""

from lstm_jax.exercises import (
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
)

_LESSONS = (
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
)

EXERCISES = {exercise.name: exercise for lesson in _LESSONS for exercise in lesson.EXERCISES}

# The two digits of its lesson, for each exercise.
LESSON_OF = {
    exercise.name: lesson.__name__[-2:] for lesson in _LESSONS for exercise in lesson.EXERCISES
}
