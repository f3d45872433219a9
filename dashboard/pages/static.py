"""The style sheet, the script and the icon."""

from pathlib import PurePosixPath

from flask import Blueprint, Response, abort

from dashboard.assets import FOREVER, SCRIPT, TYPES
from dashboard.compression import takes_gzip
from dashboard.context import context

page = Blueprint("static_files", __name__)


@page.get("/static/<version>/<path:file>")
def asset(version: str, file: str) -> Response:
    """The file; to a page of another version with `no-store`, and no script at all.

    Such a page was made for another script. It works without one.
    """
    assets = context().assets
    is_today = version == assets.version
    found = assets.files.get(file)
    if found is None or (file == SCRIPT and not is_today):
        abort(404)
    is_gzipped = takes_gzip()
    content = found.gzipped if is_gzipped else found.content
    response = Response(content, mimetype=TYPES[PurePosixPath(file).suffix])
    if is_gzipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if is_today else "no-store"
    return response
