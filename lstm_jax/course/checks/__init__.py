"""Questions to predict, exercises that say what is wrong, and how far you have come.

`guess(name)` and `verdict(name, conditions)` stand around a run; `check(name, answer)` looks at
your code, `hint(name)` helps, and `mine(answer, otherwise)` lets it run on; `progress()` shows what
is done. This is the engine; the exercises themselves stand in the rooms of the lessons.
"""
