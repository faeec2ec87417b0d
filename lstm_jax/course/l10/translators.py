"""The trained networks of lesson 10, and the file that holds them.

    python -m lstm_jax.course.l10.translators

trains them, writes the file beside this one, and prints how many of the texts that none of them has
seen they translate without a mistake, beside what needs no network.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from lstm_jax.cells import LSTMParams
from lstm_jax.course.data.corpus import Corpus
from lstm_jax.course.data.dates import dates
from lstm_jax.course.data.interface import interface
from lstm_jax.course.data.number_words import number_words
from lstm_jax.course.l10.study import (
    STEPS,
    course,
    exact,
    held_out_loss,
    source_reversed,
    train_translator,
    without_network,
)
from lstm_jax.files import load, save
from lstm_jax.models.readout import Readout
from lstm_jax.models.translation import Translator

INTERFACE_STEPS = 1500  # there are no rules to find, and learning by heart takes longer
SEEDS = 3  # networks of each kind in a comparison
FILE = Path(__file__).with_suffix(".safetensors")

COURSES: dict[str, Callable[[], Corpus]] = {
    "French dates": lambda: dates("fr"),
    "Hungarian dates": lambda: dates("hu"),
    "French numbers": number_words,
    "interface": interface,
}


class Trained(NamedTuple):
    """What the file holds.

    Attributes:
        translators: by the names of `COURSES`, trained for `STEPS` steps each, the
            one for the interface for `INTERFACE_STEPS`.
        contest: for each kind of network the loss held out of `SEEDS` networks, on French dates.
    """

    translators: dict[str, Translator]
    contest: dict[str, npt.NDArray[np.float32]]


CONTEST = {  # whether with attention, and whether the source is reversed
    "attention": (True, False),
    "no attention": (False, False),
    "no attention, source reversed": (False, True),
}


def contest(say: Callable[[str], object] = print) -> dict[str, npt.NDArray[np.float32]]:
    """Train `SEEDS` networks of each kind on French dates: their losses held out, (SEEDS,)."""
    corpus = COURSES["French dates"]()
    losses = {}
    for kind, (attention, turned) in CONTEST.items():
        lessons = course(source_reversed(corpus) if turned else corpus)
        found = [
            held_out_loss(
                train_translator(
                    jax.random.key(seed), lessons, attention=attention, progress=False
                ),
                lessons,
            )
            for seed in range(1, SEEDS + 1)
        ]
        losses[kind] = np.array(found, np.float32)
        say(f"{kind}: " + ", ".join(f"{loss:.4f}" for loss in found))
    return losses


def write(trained: Trained) -> None:
    """Write the file, its weights in half precision, which changes no translation."""
    halves = {
        name: {
            part: tuple(leaf.astype(jnp.float16) for leaf in leaves)
            for part, leaves in params._asdict().items()
        }
        for name, params in trained.translators.items()
    }
    save(FILE, {"translators": halves, "contest": trained.contest})


@cache
def read() -> Trained:
    """Read the file."""
    parts = load(FILE)
    assert isinstance(parts, dict)

    def translator(halves: dict[str, tuple[Any, ...]]) -> Translator:
        whole = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), halves)
        return Translator(
            LSTMParams(*whole["encoder"]),
            LSTMParams(*whole["decoder"]),
            Readout(*whole["attention"]),
            Readout(*whole["readout"]),
        )

    translators = {name: translator(halves) for name, halves in parts["translators"].items()}
    return Trained(translators, {kind: np.asarray(a) for kind, a in parts["contest"].items()})


def main() -> None:
    """Train, write the file, print the scores."""
    translators = {}
    for name, corpus in COURSES.items():
        lessons = course(corpus())
        steps = INTERFACE_STEPS if name == "interface" else STEPS
        translators[name] = train_translator(
            jax.random.key(0), lessons, steps=steps, progress=False
        )
        right = exact(translators[name], lessons)
        others = ", ".join(
            f"{other} {share:.1%}" for other, share in without_network(lessons.corpus).items()
        )
        print(f"{name}: right {right.mean():.1%} of {len(right):,} unseen; {others}", flush=True)
    write(Trained(translators, contest()))
    print(f"written to {FILE.name}, {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
