"""The style sheet, the script's modules and the icon."""

from pathlib import PurePosixPath

from flask import Blueprint, Response, abort

from dashboard.assets import FOREVER, TYPES, is_module
from dashboard.context import context

page = Blueprint("static_files", __name__)


@page.get("/static/<version>/<path:file>")
def asset(version: str, file: str) -> Response:
    """The file; to a page of another version with `no-store`, and no module at all.

    Such a page may have other modules of its own version in its cache. It works without script.
    """
    assets = context().assets
    is_today = version == assets.version
    content = assets.files.get(file)
    if content is None or (is_module(file) and not is_today):
        abort(404)
    response = Response(content, mimetype=TYPES[PurePosixPath(file).suffix])
    response.headers["Cache-Control"] = FOREVER if is_today else "no-store"
    return response
