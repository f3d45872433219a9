"""One moment: its words and sound, and what can be done with it."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from dashboard.context import clock, context
from dashboard.show import moments, status

from .home import gaps_around

page = Blueprint("moment", __name__)


@page.get("/moment/<named>")
def moment(named: str) -> str:
    here, at = context(), clock()
    row = here.ask(here.archive.moment(named))
    shown = moments.page(row, here.ask(here.archive.transcript(row)), at, gaps_around(here, row))
    done = status.done(request.args.get("done"))
    return render_template("moment.html", moment=shown, done=done)


@page.get("/moment/<named>/card")
def card(named: str) -> str:
    """The moment in full as a part of another page."""
    here, at = context(), clock()
    row = here.ask(here.archive.moment(named))
    shown = moments.page(row, here.ask(here.archive.transcript(row)), at, gaps_around(here, row))
    return render_template("just.html", just=shown)


@page.post("/moment/<named>/hide")
def hide(named: str) -> Response:
    here = context()
    here.ask(here.archive.hide(named))
    return _back_to(named, "hidden")


@page.post("/moment/<named>/undo")
def undo(named: str) -> Response:
    """Take back the keep."""
    here = context()
    here.ask(here.archive.undo_keep(named))
    return _back_to(named, "undone")


@page.post("/moment/<named>/restore")
def restore(named: str) -> Response:
    here = context()
    here.ask(here.archive.restore(named))
    return _back_to(named, "restored")


@page.get("/moment/<named>/forget")
def confirm(named: str) -> str:
    here = context()
    row = here.ask(here.archive.moment(named))
    return render_template("forget.html", moment=moments.page(row, None, clock()))


@page.post("/moment/<named>/forget")
def forget(named: str) -> Response:
    here = context()
    row = here.ask(here.archive.moment(named))
    here.ask(here.archive.forget(row.id))
    return redirect("/?done=forgotten", 303)


def _back_to(named: str, done: str) -> Response:
    return redirect(f"/moment/{named}?done={done}", 303)
