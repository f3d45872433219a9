"""One moment: its words and sound, and what can be done with it."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from core.sync.status import is_service_running, read_peer_statuses
from dashboard.context import Context, clock, context
from dashboard.show import moments, status
from dashboard.show.done import done, forgot
from dashboard.show.local_time import Clock
from dashboard.show.machines import Coming, not_there
from dashboard.show.voices import with_voices
from pipeline.store.port import Period
from pipeline.store.spoken_turns import spoken_turns
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

from .forgetting import kept_by_others

page = Blueprint("moment", __name__)

LISTS = re.compile(r"/|/day/[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The pages in whose lists a moment can be answered about; a form may name no other place."""

AROUND_MS = 10 * 60 * 1000
"""Two clocks that were corrected one after the other differ by less."""


@page.get("/moment/<named>")
def moment(named: str) -> str:
    here = context()
    row = here.ask(here.archive.moment(named))
    shown = _linked(here, row, in_full(here, row, clock()))
    return render_template("moment.html", moment=shown, done=done(request.args))


@page.post("/moment/<named>/hide")
def hide(named: str) -> Response:
    here = context()
    act = here.ask(here.archive.hide(named))
    return _back_to(named, "hidden", act)


@page.post("/moment/<named>/undo")
def undo(named: str) -> Response:
    """Take back the keep."""
    here = context()
    act = here.ask(here.archive.undo_keep(named))
    return _back_to(named, "undone", act)


@page.post("/moment/<named>/restore")
def restore(named: str) -> Response:
    here = context()
    act = here.ask(here.archive.restore(named))
    return _back_to(named, "restored", act)


@page.post("/moment/<named>/dismiss")
def dismiss(named: str) -> Response:
    """Hide what is not worth keeping, and have less like it kept without a press."""
    here = context()
    done = _answered(here, named, "dismissed")
    act = here.ask(here.archive.dismiss(named))
    return _back_to(named, done, act, request.form.get("from", ""))


@page.post("/moment/<named>/more")
def more(named: str) -> Response:
    """Have more like this kept without a press."""
    here = context()
    done = _answered(here, named, "more")
    act = here.ask(here.archive.more(named))
    return _back_to(named, done, act, request.form.get("from", ""))


def _answered(here: Context, named: str, answer: str) -> str:
    """What is told of the answer: of what has no words nothing can be learned."""
    has_words = bool(here.ask(here.archive.moment(named)).text.strip())
    return answer if has_words else f"{answer}_wordless"


@page.post("/moment/<named>/retry")
def retry(named: str) -> Response:
    """Have the models try it again now."""
    here = context()
    moment = here.ask(here.archive.moment(named)).id
    here.retry(moment)
    return _back_to(moment, "retried")


@page.post("/moment/<named>/voice")
def voice(named: str) -> Response:
    """Name one of its voices; it has that name wherever it speaks in it."""
    here, form = context(), request.form
    act = here.ask(here.archive.name_voice(named, form.get("voice", ""), form.get("name", "")))
    return _back_to(named, "named", act)


@page.post("/moment/<named>/fetch")
def fetch(named: str) -> Response:
    """Have its sound fetched from the machine that has it; the page says how that stands."""
    here = context()
    here.ask(here.archive.call_back(named))
    return redirect(f"/moment/{named}", 303)


@page.get("/moment/<named>/forget")
def confirm(named: str) -> str:
    here = context()
    row = here.ask(here.archive.moment(named))
    shown = _linked(here, row, moments.page(row, None, clock()))
    return render_template("forget.html", moment=shown, elsewhere=kept_by_others(here))


@page.post("/moment/<named>/forget")
def forget(named: str) -> Response:
    here = context()
    row = here.ask(here.archive.moment(named))
    finished = here.ask(here.archive.forget(row.id))
    obeyed = here.ask(here.archive.own_role()) == "full"
    return redirect(f"/?done={forgot(finished=finished, obeyed=obeyed)}", 303)


def in_full(here: Context, row: MomentRow, at: Clock) -> moments.Page:
    """The moment with its words, and with what its sound lacks."""
    transcript = here.ask(here.archive.transcript(row))
    awaited = row.words == "awaited"
    waits = status.why_words_wait(here.worker_status(), row.id) if awaited else ""
    shown = moments.page(row, transcript, at, _gaps_around(here, row), waits)
    shown = _with_whereabouts(here, row, shown, at)
    turns = here.ask(here.archive.turns(row)) if row.turns else ()
    names = here.ask(here.archive.voice_names(row)) if turns else {}
    return with_voices(shown, spoken_turns(transcript, turns, names))


def _with_whereabouts(
    here: Context, row: MomentRow, shown: moments.Page, at: Clock
) -> moments.Page:
    where = here.ask(here.archive.whereabouts(row))
    if not where.bringer_key:
        return moments.with_whereabouts(shown, where)
    status = read_peer_statuses(here.home).get(where.bringer_key)
    why_not = not_there(where, status, at, is_on=is_service_running(here.home))
    return moments.with_whereabouts(shown, where, why_not)


def coming_words(here: Context, rows: Iterable[MomentRow]) -> Coming:
    """Of these moments, whose words another machine makes, or this one for another."""
    return here.ask(here.archive.coming_words([row for row in rows if not row.text]))


def _linked(here: Context, row: MomentRow, shown: moments.Page) -> moments.Page:
    about = None if row.about is None else here.ask(here.archive.find(row.about))
    return moments.with_links(shown, about, here.ask(here.archive.notes_about(row.id)), clock())


def _gaps_around(here: Context, row: MomentRow) -> list[IntervalRow]:
    """The gaps that may lie within its sound."""
    if row.at_ms is None or not row.duration_ms:
        return []
    period = Period(row.at_ms - AROUND_MS, row.at_ms + row.duration_ms + AROUND_MS)
    return here.ask(here.archive.gaps(period))


def _back_to(named: str, done: str, act: str = "", came_from: str = "") -> Response:
    """To the list from which it was done, else to the moment's own page."""
    place = came_from if LISTS.fullmatch(came_from) else f"/moment/{named}"
    return redirect(f"{place}?{urlencode({'done': done, **({'act': act} if act else {})})}", 303)
