"""A typed thought."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from dashboard.context import context

page = Blueprint("note", __name__)

MADE_WITHIN_S = 3.0
"""How long the page of a moment waits for the note about it, so as to show it."""


@page.post("/note")
def note() -> Response:
    """Posted to the spool, so that it is safe; the worker makes it a moment."""
    here, named = context(), request.form.get("about", "")
    about = here.ask(here.archive.moment(named)).id if named else None
    note = here.post_note(request.form.get("text", ""), about)
    if not here.wake_worker():
        done = "noted_waiting"
    elif about is None or here.ask(here.archive.is_made(note, MADE_WITHIN_S)):
        done = "noted"
    else:
        done = "noted_soon"
    return redirect(f"/moment/{about}?done={done}" if about else f"/?done={done}&keep={note}", 303)
