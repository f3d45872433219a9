"""A typed thought."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from dashboard.context import context

page = Blueprint("note", __name__)


@page.post("/note")
def note() -> Response:
    """Posted to the spool, so that it is safe; the worker makes it a moment."""
    here, named = context(), request.form.get("about", "")
    about = here.ask(here.archive.moment(named)).id if named else None
    note = here.post_note(request.form.get("text", ""), about)
    works = here.wake_worker()
    if about is None:
        return redirect(f"/?done={'noted' if works else 'noted_waiting'}&keep={note}", 303)
    done = "noted_about" if works else "noted_waiting"
    return redirect(f"/moment/{about}?done={done}&keep={note}", 303)
