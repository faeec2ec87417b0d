"""Questions to predict, exercises that say what is wrong, and how far you have come.

`guess(name)` and `verdict(name, measured)` stand around a run; `check(name, answer)` looks at your
code and `hint(name)` helps; `progress()` shows what is done.
"""

from lstm_jax.exercises.check import check, hint
from lstm_jax.exercises.progress import progress
from lstm_jax.exercises.quiz import guess, verdict

__all__ = ["check", "guess", "hint", "progress", "verdict"]
