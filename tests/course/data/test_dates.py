import re
from datetime import date

import pytest

from lstm_jax.course.data.dates import KEPT, TEST, dates

MONTHS = "January February March April May June July August September October November December"
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche"


def day(text):
    _, month, number, year = re.fullmatch(r"(\w+), (\w+) (\d+), (\d{4})", text).groups()
    return date(int(year), 1 + MONTHS.split().index(month), int(number))


def test_french_dates_say_what_the_english_ones_say():
    for source, target in dates("fr").train[::7]:
        when = day(source)
        name, month = DAYS.split()[when.weekday()], FRENCH.split()[when.month - 1]
        number = "1er" if when.day == 1 and "1er" in target else str(when.day)
        assert target == f"{name} {number} {month} {when.year}"


def test_hungarian_dates_go_from_the_year_to_the_day():
    for source, target in dates("hu").test[::7]:
        when = day(source)
        year, _, number, _ = target.split()
        assert (year, number) == (f"{when.year}.", f"{when.day}.,")


def test_no_day_is_in_both_parts_and_languages_share_the_split():
    french, hungarian = dates("fr"), dates("hu")
    train, test = ({source for source, _ in part} for part in (french.train, french.test))
    assert (len(train), len(test)) == (KEPT - TEST, TEST)
    assert not train & test
    assert [source for source, _ in french.test] == [source for source, _ in hungarian.test]


def test_the_days_are_spread_over_two_centuries():
    years = {day(source).year for source, _ in dates("fr").test}
    assert len(years) == 200


@pytest.mark.parametrize("language", ["xx", "", "no such", 3])
def test_an_unknown_language_is_named(language):
    with pytest.raises(ValueError, match=r"dates: language is .*, which Babel does not know"):
        dates(language)
