"""A day in full, and a month as its days."""

from datetime import date, timedelta

from flask import Blueprint, render_template

from core.errors import NotFound
from dashboard import present
from dashboard.window import clock, window
from pipeline.store.reader import Period

page = Blueprint("day", __name__)


@page.get("/day/<named>")
def day(named: str) -> str:
    here, at, day = window(), clock(), _date(named)
    period = Period(at.midnight_ms(day), at.midnight_ms(day + timedelta(days=1)))
    rows = here.ask(here.study.moments(period))
    return render_template(
        "day.html",
        title=present.day_title(day, at.now.date()),
        date=named,
        days=present.days(rows, at),
        strip=present.strip(rows, day, at),
        month=named[:7],
    )


@page.get("/past/<month>")
def past(month: str) -> str:
    here, at, first = window(), clock(), _date(f"{month}-01")
    later = (first + timedelta(days=31)).replace(day=1)
    rows = here.ask(here.study.moments(Period(at.midnight_ms(first), at.midnight_ms(later))))
    return render_template(
        "past.html",
        title=f"{first:%B %Y}",
        days=present.days(rows, at, most=present.LINES_OF_A_DAY),
        earlier=f"{first - timedelta(days=1):%Y-%m}",
        later=f"{later:%Y-%m}" if later <= at.now.date() else "",
    )


def _date(named: str) -> date:
    try:
        found = date.fromisoformat(named)
    except ValueError:
        found = date.min
    if not 1970 <= found.year <= 2999:  # noqa: PLR2004 - beyond, a zone may leave the calendar
        raise NotFound("There is no such day.", advice="Go back to today.")
    return found
