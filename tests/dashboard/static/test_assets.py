"""The static files: under which addresses, and for how long."""

import gzip
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.assets import FOLDER, SCRIPT, load_assets

ASSETS = load_assets()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the static files."""
    return Path(shutil.copytree(FOLDER, tmp_path / "static"))


def test_a_copy_has_the_same_addresses(folder: Path) -> None:
    assert load_assets(folder) == ASSETS


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*")), ids=lambda path: path.name)
def test_a_change_in_one_file_changes_the_addresses_of_all(folder: Path, path: Path) -> None:
    changed_file = folder / path.relative_to(FOLDER)
    changed_file.write_bytes(changed_file.read_bytes() + b" ")

    changed = load_assets(folder)

    assert all(changed.url(file) != ASSETS.url(file) for file in ASSETS.files)


def test_a_file_that_moves_changes_them_too(folder: Path) -> None:
    (folder / "icon.svg").rename(folder / "sign.svg")

    assert load_assets(folder).version != ASSETS.version


@pytest.mark.parametrize("place", ["app.css~", "js/dom.js~"])
def test_what_an_editor_leaves_beside_them_is_not_served(folder: Path, place: str) -> None:
    (folder / place).write_text("")

    assert load_assets(folder) == ASSETS


@pytest.mark.parametrize(
    ("file", "kind"),
    [("app.css", "text/css"), ("icon.svg", "image/svg+xml"), (SCRIPT, "text/javascript")],
)
def test_a_file_is_kept_under_its_own_address(page: FlaskClient, file: str, kind: str) -> None:
    answer = page.get(ASSETS.url(file))

    assert answer.mimetype == kind
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.data == ASSETS.files[file].content


@pytest.mark.parametrize("file", ASSETS.files)
def test_a_file_is_sent_compressed_to_who_can_read_that(page: FlaskClient, file: str) -> None:
    answer = page.get(ASSETS.url(file), headers={"Accept-Encoding": "br, gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == ASSETS.files[file].content


def test_a_page_of_another_version_gets_todays_style_and_not_for_long(page: FlaskClient) -> None:
    answer = page.get("/static/older/app.css")

    assert answer.data == ASSETS.files["app.css"].content
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_of_another_version_gets_no_script(page: FlaskClient) -> None:
    answer = page.get(f"/static/older/{SCRIPT}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
