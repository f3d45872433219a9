"""The home page: the state, what was just kept, the day, the past, search and the button."""

from datetime import date, timedelta

from flask import Blueprint, g, render_template, request

from dashboard.context import Context, clock, context
from dashboard.sentences import say
from dashboard.show import dates, day_strip, gaps, moments
from dashboard.show.authority import is_offered
from dashboard.show.done import done
from dashboard.show.first_minute import first_minute
from dashboard.show.local_time import Clock, anywhere
from dashboard.show.passed_over import passed_over
from dashboard.show.progress import progress
from dashboard.sign_in.confirming import PRESSES
from pipeline.store.port import Period
from pipeline.store.views.moment_fold import MomentRow

from .moment import coming_words, in_full

page = Blueprint("home", __name__)

JUST_MS = 15 * 60 * 1000
"""How long a moment stands as just kept; after that it is in the list of its day."""

PAST_DAYS = 14
"""Days before today that the home page reads."""

SHOWN_DAYS = 4
"""Days before today that it shows at most; what is older is behind a link."""

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
    capture, worker = here.capture_status(), here.worker_status()
    since_ms, _ = anywhere(at.today - timedelta(days=PAST_DAYS))
    recent = here.ask(here.archive.moments(Period(since_ms, None)))
    newest = here.ask(here.archive.newest())
    just = _just(newest, recent, at)
    return {
        "state": here.state_of(capture, worker),
        "progress": progress(capture, worker, _rows_of(at.today, recent, at)),
        "just": None if just is None else in_full(here, just, at),
        **_today(here, at, recent, just),
        "past": _past(recent, at),
        "has_any": newest is not None,
        "news": ", ".join(_new_phones(here)),
        "asks_to_forget": _asks_to_forget(here),
        "offers_authority": _offers_authority(here, at),
        "month": f"{at.now:%Y-%m}",
        "query": request.args.get("q", ""),
        "done": done(request.args),
        "awaits": _awaits(here, request.args.get("keep")),
        "first": first_minute(
            capture,
            here.demo,
            is_dismissed=request.cookies.get(DISMISSED) == "done",
            has_kept=any(row.how == "press" for row in recent),
        ),
        "mark": here.ask(here.archive.changes(None)).mark,
    }


def _today(
    here: Context, at: Clock, recent: list[MomentRow], just: MomentRow | None
) -> dict[str, object]:
    """The day with all of its moments but the one that stands above it."""
    day = at.today
    since_ms, until_ms = anywhere(day)
    rows = _rows_of(day, recent, at)
    timeless = here.ask(here.archive.timeless())
    lost = gaps.stretches(here.ask(here.archive.gaps(Period(since_ms, until_ms))), at)
    passed = passed_over(here.ask(here.archive.passed_over(Period(since_ms, until_ms))), day, at)
    others = [row for row in rows if row != just]
    coming = coming_words(here, [*others, *timeless])
    return {
        "date": dates.day_in_full(at.today),
        "strip": day_strip.strip(rows, lost, day, at, passed),
        "passed": passed.sentence,
        "today": moments.days(others, at, breaks={day: gaps.breaks(lost, day)}, coming=coming),
        "timeless": [moments.card(row, at, coming) for row in timeless if row != just],
    }


def _rows_of(day: date, recent: list[MomentRow], at: Clock) -> list[MomentRow]:
    since_ms, until_ms = anywhere(day)
    near = [row for row in recent if row.at_ms is None or since_ms <= row.at_ms < until_ms]
    return [row for row in near if moments.day_of(row, at) == day]


def _new_phones(here: Context) -> list[str]:
    """The names of phones that were let in, and that this one has not been shown."""
    if g.phone is None or not g.phone.unseen:
        return []
    return [each.name for each in here.sign_ins.all() if each.id in g.phone.unseen]


def _offers_authority(here: Context, at: Clock) -> bool:
    """True where this phone may meet a warning each week, and need not."""
    host = request.host.partition(":")[0]
    return host not in here.reached().owners and is_offered(g.phone, at.now_ms)


def _asks_to_forget(here: Context) -> str:
    """Which phone asks to forget everything, and what would do it; all others are told."""
    asked = here.confirmations.now
    if asked is None or not asked.is_open:
        return ""
    return say("everything.other", phone=asked.name, times=PRESSES)


def _past(recent: list[MomentRow], at: Clock) -> tuple[moments.Day, ...]:
    days = moments.days(recent, at, most=moments.LINES_OF_A_DAY)
    return tuple(day for day in days if day.date != f"{at.today}")[:SHOWN_DAYS]


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
