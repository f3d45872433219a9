"""The last acts, each to be taken back or brought back; and what failed, to be tried again."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from dashboard.context import clock, context
from dashboard.show.acts import about, code_of, shown
from dashboard.show.done import done
from pipeline.store.format.voice_drafts import is_enrolment
from pipeline.store.views.act_fold import telling

page = Blueprint("acts", __name__)

MOST = 30
"""Acts in the list: what is older is undone on its moment's own page."""


@page.get("/acts")
def acts() -> str:
    here = context()
    latest = here.ask(here.archive.acts(MOST))
    rows = here.ask(here.archive.found(filter(None, map(about, latest))))
    lines = shown(latest, rows, clock())
    return render_template("acts.html", acts=lines, done=done(request.args))


@page.post("/acts/undo")
def undo() -> Response:
    """Undo, or redo: where an undo is named, its act is brought back."""
    here = context()
    turned = here.ask(here.archive.undo(request.form.get("act", "")))
    events = telling(turned.act.events)
    moments = list(dict.fromkeys(event.subject for event in events))
    told = {
        "done": code_of(turned.act.is_back, events[0].kind),
        "act": turned.reversed_by,
        "count": len(moments),
    }
    from_list = request.form.get("from") == "acts" or len(moments) > 1 or is_enrolment(moments[0])
    place = "/acts" if from_list else f"/moment/{moments[0]}"
    return redirect(f"{place}?{urlencode(told)}", 303)


@page.post("/retry")
def retry() -> Response:
    """Have the models try again now all on which they failed."""
    context().retry(None)
    return redirect("/?done=retried", 303)
