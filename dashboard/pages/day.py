"""A day in full, and a month as its days."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, render_template, request

from core.errors import NotFound
from dashboard.context import clock, context
from dashboard.sentences import say
from dashboard.show import day_strip, gaps, moments
from dashboard.show.dates import day_title, month_title
from dashboard.show.done import done
from dashboard.show.gaps import Break, Stretch
from dashboard.show.local_time import anywhere
from dashboard.show.passed_over import passed_over
from pipeline.store.port import Period

from .moment import coming_words

page = Blueprint("day", __name__)


@page.get("/day/<named>")
def day(named: str) -> str:
    here, at, day = context(), clock(), _date(named)
    period = Period(*anywhere(day))
    found = here.ask(here.archive.moments(period))
    rows = [row for row in found if moments.day_of(row, at) == day]
    lost = gaps.stretches(here.ask(here.archive.gaps(period)), at)
    passed = passed_over(here.ask(here.archive.passed_over(period)), day, at)
    return render_template(
        "day.html",
        title=day_title(day, at.today),
        date=named,
        days=moments.days(
            rows, at, breaks={day: gaps.breaks(lost, day)}, coming=coming_words(here, rows)
        ),
        strip=day_strip.strip(rows, lost, day, at, passed),
        passed=passed.sentence,
        done=done(request.args),
        month=named[:7],
    )


@page.get("/past/<month>")
def past(month: str) -> str:
    here, at, first = context(), clock(), _date(f"{month}-01")
    later = (first + timedelta(days=31)).replace(day=1)
    period = Period(anywhere(first)[0], anywhere(later - timedelta(days=1))[1])
    found = here.ask(here.archive.moments(period))
    rows = [row for row in found if first <= (moments.day_of(row, at) or date.min) < later]
    every = gaps.stretches(here.ask(here.archive.gaps(period)), at)
    lost = [gap for gap in every if gaps.is_long_gap(gap.row) and first <= gap.first_day < later]
    return render_template(
        "past.html",
        title=month_title(first),
        days=moments.days(
            rows,
            at,
            breaks=_by_first_day(lost),
            most=moments.LINES_OF_A_DAY,
            coming=coming_words(here, rows),
        ),
        earlier=f"{first - timedelta(days=1):%Y-%m}",
        later=f"{later:%Y-%m}" if later <= at.today else "",
    )


@page.get("/hidden")
def hidden() -> str:
    """What was hidden or taken back, newest first, whatever its day."""
    here, at = context(), clock()
    rows = here.ask(here.archive.hidden())
    timeless = [moments.card(row, at) for row in rows if row.at_ms is None]
    return render_template("hidden.html", days=moments.days(rows, at), timeless=timeless)


def _by_first_day(lost: Iterable[Stretch]) -> Mapping[date, Sequence[Break]]:
    """Breaks by day; a gap of a week stands once, on the day it began."""
    ordered = sorted(lost, key=lambda gap: gap.first_day)
    by_day = groupby(ordered, key=lambda gap: gap.first_day)
    return {day: gaps.breaks(of_day, day) for day, of_day in by_day}


def _date(named: str) -> date:
    try:
        found = date.fromisoformat(named)
    except ValueError:
        found = date.min
    if not 1970 <= found.year <= 2999:  # noqa: PLR2004 - beyond, a zone may leave the calendar
        raise NotFound(say("days.none"), advice=say("days.none_advice"))
    return found
