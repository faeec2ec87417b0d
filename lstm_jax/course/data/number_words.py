"""Numbers in words, English to French: a translation made by rules that are not word for word.

`ninety-seven` is `quatre-vingt-dix-sept`, four twenties and seventeen; `one hundred` is `cent`.
"""

import re
from functools import cache

from lstm_jax.course.data.corpus import Corpus, split_pairs
from lstm_jax.course.data.installed import installed_file

LARGEST, TEST = 9_999, 2_000


@cache
def number_words() -> Corpus:
    """The numbers from 0 to 9,999, 2,000 of them to test on, by words and what stands between them.

    Raises:
        ModuleNotFoundError: the package num2words, which writes the numbers, is not installed.
    """
    installed_file("number_words", "num2words", "lang_FR.py")
    from num2words import num2words  # type: ignore[import-untyped]

    pairs = [(num2words(n, lang="en"), num2words(n, lang="fr")) for n in range(LARGEST + 1)]
    return split_pairs("numbers, English to French", pairs, TEST, words)


def words(text: str) -> list[str]:
    """Words, and each space, hyphen and comma: `["ninety", "-", "seven"]`."""
    return re.findall(r"\w+|\W", text)
