"""A typed thought."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from dashboard.context import context

page = Blueprint("note", __name__)


@page.post("/note")
def note() -> Response:
    """Posted to the spool, so that it is safe; the worker makes it a moment."""
    here = context()
    note = here.post_note(request.form.get("text", ""))
    done = "noted" if here.wake_worker() else "noted_waiting"
    return redirect(f"/?done={done}&keep={note}", 303)
