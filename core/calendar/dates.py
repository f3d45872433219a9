"""Times in the words by which somebody would ask for them, for the keyword index. Pure."""

from datetime import datetime

MONTHS = (
    "January February March April May June July August September October November December"
).split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PARTS_OF_THE_DAY = ((5, "night"), (12, "morning"), (17, "afternoon"), (22, "evening"))


def date_in_words(at: datetime) -> str:
    """The time in the words of somebody who asks for it: "Friday 20 January 2023 afternoon".

    In the zone that `at` carries, which should be the wearer's at that time.
    English whatever the locale of the machine, so that two copies index the same words.
    """
    month = MONTHS[at.month - 1]
    return f"{WEEKDAYS[at.weekday()]} {at.day} {month} {at.year} {_part_of_the_day(at)}"


def _part_of_the_day(at: datetime) -> str:
    return next((name for until, name in _PARTS_OF_THE_DAY if at.hour < until), "night")
