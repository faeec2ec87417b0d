"""Exercises that say what is wrong: `check(name, answer)` and `hint(name)`."""

from lstm_jax.exercises.check import check, hint

__all__ = ["check", "hint"]
