"""The style sheet, the script and the icon."""

from flask import Blueprint, Response, send_from_directory

from dashboard.assets import FOLDER, FOREVER, fingerprint

page = Blueprint("static_files", __name__)


@page.get("/static/<named>/<path:name>")
def asset(named: str, name: str) -> Response:
    """A page of an earlier version asks by an older name: it gets today's, and not for long."""
    response = send_from_directory(FOLDER, name)
    response.headers["Cache-Control"] = FOREVER if named == fingerprint() else "no-store"
    return response
