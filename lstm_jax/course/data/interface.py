"""The interface of JupyterLab in English and in French, as people translated it.

Menus, buttons and messages: a few thousand short texts, in which most words are rare. They show
what happens where there is too little to learn from.
"""

import json
from collections.abc import Iterator
from functools import cache

from lstm_jax.course.data.corpus import Corpus, Pair, split_pairs
from lstm_jax.course.data.installed import installed_file

LONGEST, TEST = 31, 300
_PACKAGE = "jupyterlab_language_pack_fr_FR"
_FOLDER = "locale/fr_FR/LC_MESSAGES"


@cache
def interface() -> Corpus:
    """All texts of at most 31 characters in both languages, 300 of them to test on.

    Two texts that differ only in capitals and punctuation count as one, so that none of them gives
    the other away.

    Raises:
        ModuleNotFoundError: the language pack is not installed.
        FileNotFoundError: it is installed, but without its catalogues.

    Source: Project Jupyter contributors, BSD licence.
    """
    path = installed_file("interface", _PACKAGE, f"{_FOLDER}/jupyterlab.json")
    catalogues = sorted(path.parent.glob("*.json"))
    pairs = [pair for each in catalogues for pair in parse(each.read_text(encoding="utf-8"))]
    short = [pair for pair in pairs if max(map(len, pair)) <= LONGEST]
    return split_pairs("the interface of JupyterLab, English to French", distinct(short), TEST)


def parse(text: str) -> Iterator[Pair]:
    """The pairs of a catalogue: for each English text its translation, the first of its forms."""
    for key, forms in json.loads(text).items():
        source = key.rsplit("\x04", 1)[-1].strip()  # what stands before it is a note on the context
        target = forms[0].strip() if isinstance(forms, list) and forms else ""
        if source and target:  # what has no translation yet is empty, and so is the key of the head
            yield source, target


def distinct(pairs: list[Pair]) -> list[Pair]:
    """Of the pairs whose sources have the same letters and digits the first."""
    first: dict[str, Pair] = {}
    for pair in pairs:
        letters = "".join(filter(str.isalnum, pair[0].casefold()))
        first.setdefault(letters or pair[0], pair)
    return list(first.values())
