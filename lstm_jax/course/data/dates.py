"""Dates written out in English and in another language: a translation made by rules.

`Tuesday, November 24, 2026` is `mardi 24 novembre 2026` in French, and in Hungarian, which goes
from the year to the day, `2026. november 24., kedd`.
"""

from datetime import date, timedelta
from functools import cache

from lstm_jax.course.data.corpus import Corpus, shuffled, split_pairs
from lstm_jax.course.data.installed import installed_file

FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
KEPT, TEST = 10_000, 2_000  # of the 73,049 days between them


@cache
def dates(language: str) -> Corpus:
    """Ten thousand days in English and in `language`, 2,000 of them to test on, by characters.

    The days are the same for all languages, and so is the split.

    Args:
        language: such as "fr" or "hu"; any that Babel knows.

    Raises:
        ModuleNotFoundError: the package babel, which writes the dates, is not installed.
        ValueError: Babel knows no such language.

    Source: Unicode CLDR, as kept in Babel (BSD licence).
    """
    installed_file("dates", "babel", "dates.py")
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        languages = Locale.parse("en"), Locale.parse(language)
    except (UnknownLocaleError, ValueError, TypeError):
        raise ValueError(
            f'dates: language is {language!r}, which Babel does not know; try "fr" or "hu"'
        ) from None
    days = (FIRST + timedelta(days) for days in range((LAST - FIRST).days + 1))
    kept = [date.fromisoformat(day) for day in shuffled([day.isoformat() for day in days])[:KEPT]]
    pairs = [tuple(format_date(day, "full", locale=each) for each in languages) for day in kept]
    name = f"dates, English to {languages[1].english_name}"
    return split_pairs(name, [(source, target) for source, target in pairs], TEST)
