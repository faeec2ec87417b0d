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
    long_memory,
    step_back,
)
from lstm_jax.exercises.challenge import Challenge
from lstm_jax.exercises.exercise import Exercise

EXERCISES: dict[str, Exercise | Challenge] = {
    exercise.name: exercise
    for lesson in (
        lesson_00,
        lesson_01,
        lesson_02,
        lesson_03,
        lesson_04,
        lesson_05,
        counting_unit,
        lesson_06,
        step_back,
        hold_forget,
        lesson_07,
        long_memory,
        lesson_08,
        fewest_weights,
        lesson_09,
        lesson_10,
        lesson_11,
        lesson_12,
    )
    for exercise in lesson.EXERCISES
}
