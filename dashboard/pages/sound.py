"""The sound of a moment, whole."""

from flask import Blueprint, Response, send_file

from core.errors import NotFound
from dashboard.context import context
from pipeline.store.sound_files import sound_path

page = Blueprint("sound", __name__)


@page.get("/sound/<named>")
def sound(named: str) -> Response:
    here = context()
    row = here.ask(here.archive.moment(named))
    path = None if row.sound is None else sound_path(here.home, row.sound)
    if path is None or not path.exists():
        raise NotFound("This moment has no sound.", advice="Its words are all there is.")
    return send_file(path, mimetype="audio/mp4", conditional=True, etag=False)
