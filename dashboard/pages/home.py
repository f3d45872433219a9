"""The home page: the state, what was just kept, the day, the past, search and the button."""

from datetime import timedelta

from flask import Blueprint, render_template, request

from dashboard.context import Context, clock, context
from dashboard.show import day_strip, gaps, moments, status
from dashboard.show.first_minute import first_minute
from dashboard.show.local_time import Clock, anywhere
from pipeline.store.port import Period
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

page = Blueprint("home", __name__)

JUST_MS = 15 * 60 * 1000
"""How long a moment stands as just kept; after that it is in the list of its day."""

PAST_DAYS = 14
"""Days before today that the home page reads."""

SHOWN_DAYS = 4
"""Days before today that it shows at most; what is older is behind a link."""

AROUND_MS = 10 * 60 * 1000
"""Two clocks that were corrected one after the other differ by less."""

DISMISSED = "first_minute"
"""The cookie of a browser in which the first minute was dismissed."""


@page.get("/")
def home() -> str:
    return render_template("home.html", **shown(context(), clock()))


@page.get("/now")
def now() -> str:
    """The parts of the home page that change by themselves."""
    return render_template("parts.html", **shown(context(), clock()))


def shown(here: Context, at: Clock) -> dict[str, object]:
    """Everything that the template of the home page shows."""
    capture, day = here.capture_status(), at.today
    since_ms, _ = anywhere(day - timedelta(days=PAST_DAYS))
    recent = here.ask(here.archive.moments(Period(since_ms, None)))
    today = [row for row in recent if moments.day_of(row, at) == day]
    earlier = [row for row in recent if moments.day_of(row, at) != day]
    newest = here.ask(here.archive.newest())
    just = _just(newest, recent, at)
    lost = gaps.stretches(here.ask(here.archive.gaps(Period(*anywhere(day)))), at)
    breaks = {day: gaps.breaks(lost, day)}
    others = [row for row in today if row != just]
    return {
        "state": here.state(capture),
        "just": None if just is None else _page(here, just, at),
        "strip": day_strip.strip(today, lost, day, at),
        "today": moments.days(others, at, breaks=breaks),
        "timeless": [
            moments.card(row, at) for row in here.ask(here.archive.timeless()) if row != just
        ],
        "past": moments.days(earlier, at, most=moments.LINES_OF_A_DAY)[:SHOWN_DAYS],
        "has_any": newest is not None,
        "date": f"{at.now:%A} {at.now.day} {at.now:%B}",
        "month": f"{at.now:%Y-%m}",
        "done": status.done(request.args.get("done")),
        "awaits": _awaits(here, request.args.get("keep")),
        "first": first_minute(
            capture,
            here.demo,
            is_dismissed=request.cookies.get(DISMISSED) == "done",
            has_kept=any(row.how == "press" for row in recent),
        ),
        "mark": here.ask(here.archive.changes(None)).mark,
    }


def _awaits(here: Context, keep: str | None) -> bool:
    """True while words are being made, so that a page without script looks again."""
    if keep is None or here.worker_status() is None:
        return False
    row = here.ask(here.archive.find(keep))
    return row is None or row.words == "awaited"


def _just(newest: MomentRow | None, recent: list[MomentRow], at: Clock) -> MomentRow | None:
    """The last one kept that is new; old recordings that are kept meanwhile do not hide it."""
    kept = [row for row in (newest, *recent) if row is not None and _is_new(row, at)]
    return max(
        kept, key=lambda row: (row.kept_lamport, row.kept_origin, row.kept_seq), default=None
    )


def _is_new(row: MomentRow, at: Clock) -> bool:
    """True for the wearer's own of the last minutes, and for one whose time is not known."""
    if row.how == "imported" or row.state == "hidden":
        return False
    return row.at_ms is None or 0 <= at.now_ms - row.at_ms < JUST_MS


def _page(here: Context, row: MomentRow, at: Clock) -> moments.Page:
    return moments.page(row, here.ask(here.archive.transcript(row)), at, gaps_around(here, row))


def gaps_around(here: Context, row: MomentRow) -> list[IntervalRow]:
    """The gaps that may lie within its sound."""
    if row.at_ms is None or not row.duration_ms:
        return []
    period = Period(row.at_ms - AROUND_MS, row.at_ms + row.duration_ms + AROUND_MS)
    return here.ask(here.archive.gaps(period))
