"""The static files: under which addresses, and for how long."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.assets import FOLDER, load_assets

ASSETS = load_assets()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the static files."""
    return Path(shutil.copytree(FOLDER, tmp_path / "static"))


def test_a_copy_has_the_same_addresses(folder: Path) -> None:
    assert load_assets(folder) == ASSETS


@pytest.mark.parametrize("file", ASSETS.files)
def test_a_change_in_one_file_changes_the_addresses_of_all(folder: Path, file: str) -> None:
    (folder / file).write_bytes(ASSETS.files[file] + b"\n")

    changed = load_assets(folder)

    assert not set(changed.modules) & set(ASSETS.modules)
    assert changed.url("js/main.js") != ASSETS.url("js/main.js")
    assert changed.url("app.css") != ASSETS.url("app.css")


def test_a_file_that_moves_changes_them_too(folder: Path) -> None:
    (folder / "js" / "zones.js").rename(folder / "js" / "zones_of_time.js")

    assert load_assets(folder).version != ASSETS.version


def test_what_an_editor_leaves_beside_them_is_not_served(folder: Path) -> None:
    (folder / "app.css~").write_text("")

    assert load_assets(folder) == ASSETS


@pytest.mark.parametrize(
    ("file", "kind"),
    [("app.css", "text/css"), ("icon.svg", "image/svg+xml"), ("js/dom.js", "text/javascript")],
)
def test_a_file_is_kept_under_its_own_address(page: FlaskClient, file: str, kind: str) -> None:
    answer = page.get(ASSETS.url(file))

    assert answer.mimetype == kind
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.data == ASSETS.files[file]


def test_a_page_of_another_version_gets_todays_style_and_not_for_long(page: FlaskClient) -> None:
    answer = page.get("/static/older/app.css")

    assert answer.data == ASSETS.files["app.css"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("file", [file for file in ASSETS.files if file.endswith(".js")])
def test_a_module_of_today_is_never_mixed_with_older_ones(page: FlaskClient, file: str) -> None:
    answer = page.get(f"/static/older/{file}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
