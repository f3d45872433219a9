"""The style sheet, the script's modules and the icon."""

from pathlib import PurePosixPath

from flask import Blueprint, Response, abort

from dashboard.assets import FOREVER, TYPES, is_module
from dashboard.context import context

page = Blueprint("static_files", __name__)


@page.get("/static/<version>/<path:file>")
def asset(version: str, file: str) -> Response:
    """A page of another version gets today's style, and not for long.

    It gets none of today's modules: it may have others of its own version in its cache, and the
    page works without script.
    """
    assets = context().assets
    is_today = version == assets.version
    content = assets.files.get(file)
    if content is None or (is_module(file) and not is_today):
        abort(404)
    response = Response(content, mimetype=TYPES[PurePosixPath(file).suffix])
    response.headers["Cache-Control"] = FOREVER if is_today else "no-store"
    return response
