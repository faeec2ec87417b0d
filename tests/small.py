"""A problem on which a network trains in a blink."""

from functools import partial

import jax

from lstm_jax.course.comparison.problems import Judges, Problem
from lstm_jax.course.data.adding import adding
from lstm_jax.course.data.tasks import ADDING

LENGTH = 10
JUDGES = Judges(adding(jax.random.key(1), 16, LENGTH), adding(jax.random.key(2), 32, LENGTH))
SMALL = Problem(
    name="small",
    length=LENGTH,
    inputs=2,
    answers=1,
    draw=partial(adding, batch=8, length=LENGTH),
    loss=ADDING.loss,
    score=ADDING.accuracy,
    judges=lambda: JUDGES,
    reference=1 / 24,
    good=1 / 48,
)
