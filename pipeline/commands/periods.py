"""`--since` and `--until` of several commands, and what an empty answer is told."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.command_line import Arguments, Screen
from core.errors import WrongUsage
from core.paths import home_at
from core.text.counting import counted

if TYPE_CHECKING:
    from pipeline.store.port import Period, Reader


def add_period(parser: argparse.ArgumentParser) -> None:
    """`--since` and `--until`, which several commands take."""
    parser.add_argument("--since", metavar="D", help="from then on: 2026-01-31, yesterday, …")
    parser.add_argument("--until", metavar="D", help="to the end of that day, or up to that time")


def period_of(arguments: Arguments, screen: Screen) -> "Period":
    """What was named, whole days at both ends; says how it was read where that is not plain.

    Raises WrongUsage, also for a span that ends before it begins.
    """
    from pipeline.store.port import Period  # noqa: PLC0415

    named = [arguments.since, arguments.until]
    if named == [None, None]:
        return Period()
    # Not before: these two are an eighth of what a `list` takes that asks for no time.
    from core.settings_file import spoken_in  # noqa: PLC0415
    from pipeline.search.dates import period_in_words, read_period  # noqa: PLC0415

    now = datetime.now(UTC).astimezone()
    spoken = spoken_in(home_at(arguments.home).path) if any(named) else ()
    since, until = (None if each is None else read_period(each, now, spoken) for each in named)
    begin_ms = None if since is None else since.begin_ms
    end_ms = None if until is None else until.end_ms
    if begin_ms is not None and end_ms is not None and begin_ms >= end_ms:
        sentence = f"--until {arguments.until} is not after --since {arguments.since}."
        raise WrongUsage(sentence, advice="Give the earlier of the two as --since.")
    read = [each for each in (since, until) if each is not None]
    for told in dict.fromkeys(each.told for each in read if each.told):
        screen.say(told)
    if not all(each.is_iso for each in read):
        screen.say(f"Read as {period_in_words(begin_ms, end_ms)}.")
    return Period(begin_ms, end_ms)


def in_words(period: "Period") -> str:
    """Which span of time it is: `Saturday 24 October 2026`, `from … to …`, `all time`."""
    from pipeline.search.dates import period_in_words  # noqa: PLC0415

    return period_in_words(period.since_ms, period.until_ms)


async def why_nothing(archive: "Reader", period: "Period") -> str:
    """A sentence for a span without a moment in sight, which says no more than is known."""
    from pipeline.store.port import Period  # noqa: PLC0415

    everything = await archive.moments(Period(), hidden=True)
    if not everything and await archive.doubt():
        return "There is nothing to show of what was kept."
    if not everything:
        return "Nothing has been kept here yet. Try `afterthought note TEXT`."
    if await archive.moments(period, hidden=True):
        return f"What is kept{_of(period)} is hidden. `afterthought list --hidden` shows it."
    told = f"Nothing is kept from that time: {in_words(period)}."
    if timeless := sum(row.at_ms is None for row in everything):
        told += (
            f" {counted(timeless, 'moment', 'moments')} of unknown time left out: "
            "`afterthought list` shows all."
        )
    return told


def _of(period: "Period") -> str:
    return (
        ""
        if period.since_ms is period.until_ms is None
        else f" from that time, {in_words(period)},"
    )
