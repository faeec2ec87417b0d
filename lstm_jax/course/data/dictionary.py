"""Translations that need no network: word for word, and a copy from the most similar pair.

A translation is good only beside another one. Print these first.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lstm_jax.course.data.corpus import Pair


def learn_dictionary(pairs: Sequence[Pair]) -> dict[str, str]:
    """For each word of the sources the word that goes with it in the targets.

    How well two words go together is measured by the Dice coefficient of their pairs. The closest
    two are linked first, and each word is linked once: a word without a partner is left out.

    Source: Melamed, "Models of translational equivalence among words", 2000, competitive linking.
    """
    ours, theirs, both = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for source, target in pairs:
        left, right = set(source.split()), set(target.split())
        ours.update(left)
        theirs.update(right)
        both.update((word, other) for word in left for other in right)
    close = {link: 2 * n / (ours[link[0]] + theirs[link[1]]) for link, n in both.items()}
    linked: dict[str, str] = {}
    taken: set[str] = set()
    for word, other in sorted(close, key=lambda link: (-close[link], link)):
        if word not in linked and other not in taken:
            linked[word] = other
            taken.add(other)
    return linked


def word_for_word(dictionary: dict[str, str], text: str) -> str:
    """Each word looked up, in the order of the source; a word that is not there is left out."""
    return " ".join(dictionary[word] for word in text.split() if word in dictionary)


def nearest_pair(pairs: Sequence[Pair], texts: Sequence[str]) -> list[Pair]:
    """For each text the pair whose source is most similar: the cosine of their letter pairs."""
    features: dict[str, int] = {}
    for source, _ in pairs:
        for two in _twos(source):
            features.setdefault(two, len(features))
    known = _bags([source for source, _ in pairs], features)
    similar = _bags(texts, features) @ known.T  # (texts, pairs)
    return [pairs[index] for index in similar.argmax(axis=1)]


def _twos(text: str) -> list[str]:
    padded = f" {text} "
    return [padded[n : n + 2] for n in range(len(padded) - 1)]


def _bags(texts: Sequence[str], features: dict[str, int]) -> npt.NDArray[np.float32]:
    """How often each feature is in each text, each row of length 1; a row of 0 has none of them."""
    bags = np.zeros((len(texts), len(features)), np.float32)
    for row, text in zip(bags, texts, strict=True):
        for two, count in Counter(_twos(text)).items():
            if two in features:
                row[features[two]] = count
    norms = np.linalg.norm(bags, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = bags / np.maximum(norms, np.float32(1e-9))
    return unit
