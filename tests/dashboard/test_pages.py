"""The pages as a browser without script has them, over a real archive."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from pipeline.spool.formats import read_batch
from pipeline.spool.spool import Spool
from pipeline.store.journal_record import record_path
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.waiting import waited

SOUND = (np.sin(np.arange(16_000) / 8) * 8000).astype(np.int16)
HOUR_MS = 3_600_000


def now_ms() -> int:
    return round(time.time() * 1000)


def test_an_empty_archive_has_a_page_and_is_not_made_by_it(page: FlaskClient, home: Path) -> None:
    answer = page.get("/")

    assert answer.status_code == 200
    assert "Nothing kept today" in answer.text
    assert not (home / "archive.db").exists()


def test_the_page_says_that_nothing_listens_and_no_worker_runs(page: FlaskClient) -> None:
    text = page.get("/").text

    assert "Not listening. Afterthought is stopped." in text
    assert "Words are not being written down" in text


def test_the_parts_stand_in_their_order(page: FlaskClient, diary: Diary) -> None:
    diary.heard("long ago", now_ms() - 30 * HOUR_MS)
    diary.heard("just now", now_ms())

    text = page.get("/").text

    places = [text.index(f'id="{part}"') for part in ("state", "just", "day", "past", "q", "keep")]
    assert places == sorted(places)


def test_below_today_stands_what_it_came_to(page: FlaskClient, diary: Diary) -> None:
    diary.heard("just now", now_ms())
    diary.awaited(now_ms())
    diary.heard("long ago", now_ms() - 30 * HOUR_MS)

    said = page.get("/").text

    assert "2 moments were kept with their sound, 13 s in all." in said
    assert "1.0 s of that are written down so far." in said


def test_what_was_just_kept_stands_whole_and_its_first_button_is_undo(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("the siren is too loud", now_ms())

    just = part(page.get("/").text, "just")

    assert ">siren</span>" in just
    assert re.search(r"<button[^>]*>([^<]+)", just[just.index("acts") :])[1] == "Undo"  # type: ignore[index]
    assert f'action="/moment/{moment}/undo"' in just


def test_what_was_said_in_german_is_read_out_as_german(page: FlaskClient, diary: Diary) -> None:
    diary.language = "de"
    moment = diary.heard("die Pumpe leckt", now_ms())

    assert '<p dir="auto" lang="de">' in page.get(f"/moment/{moment}").text


def test_old_recordings_that_arrive_meanwhile_do_not_hide_what_was_just_kept(
    page: FlaskClient, diary: Diary
) -> None:
    diary.heard("the siren is too loud", now_ms())
    diary.heard("long ago", now_ms() - 30 * HOUR_MS, how="file")

    assert ">siren</span>" in part(page.get("/").text, "just")


def test_an_empty_slot_is_left_out(page: FlaskClient, diary: Diary) -> None:
    diary.heard("this morning", now_ms() - HOUR_MS)

    text = page.get("/").text

    assert "<article" not in part(text, "just")
    assert "first-minute" not in text


def test_a_moment_without_a_time_is_shown_all_the_same(page: FlaskClient, diary: Diary) -> None:
    diary.heard("the clock was unset", None)
    diary.heard("and this came after", None)

    text = page.get("/").text

    assert "the clock was unset" in text
    assert "after" in part(text, "just")


def test_a_moments_page_has_its_words_with_their_times(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("we must mask it", now_ms(), doubtful="mask")

    text = page.get(f"/moment/{moment}").text

    assert '<span class="w" data-s="500" data-e="900">must</span>' in text
    assert '<span class="w doubtful" data-s="1000" data-e="1400">mask</span>' in text
    assert "may be wrong" in text


def test_words_without_spaces_are_shown_so(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("明 天 Docker", now_ms())

    text = page.get(f"/moment/{moment}").text

    assert '明</span><span class="w" data-s="500" data-e="900">天</span> <span' in text


def test_what_was_said_is_never_markup(page: FlaskClient, diary: Diary) -> None:
    diary.heard("<script>alert(1)</script>", now_ms())
    diary.typed("<img src=x onerror=alert(1)>", now_ms())

    text = page.get("/").text + page.get("/search?q=%3Cscript%3E").text

    assert "<script>alert" not in text
    assert "<img" not in text


def test_hide_and_bring_back(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("a private thing", now_ms())

    hidden = page.post(f"/moment/{moment}/hide", follow_redirects=True)

    assert "Hidden." in hidden.text
    assert "Bring it back" in hidden.text
    assert "private" not in page.get("/").text
    assert "Shown again." in page.post(f"/moment/{moment}/restore", follow_redirects=True).text
    assert "private" in page.get("/").text


def test_what_is_hidden_has_a_page_and_nothing_else_is_on_it(
    page: FlaskClient, diary: Diary
) -> None:
    assert "Nothing is hidden." in page.get("/hidden").text
    hidden, shown = diary.heard("a private thing", now_ms()), diary.heard("a plain one", now_ms())
    page.post(f"/moment/{hidden}/hide")

    listed = page.get("/hidden").text

    assert f"/moment/{hidden}" in listed
    assert "private" in listed
    assert shown not in listed
    assert '"/hidden"' in page.get("/").text


def test_undo_takes_back_the_keep_even_where_other_acts_came_later(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("kept by mistake", now_ms())
    diary.typed("something else", now_ms() - HOUR_MS)

    answer = page.post(f"/moment/{moment}/undo", follow_redirects=True)

    assert "Taken back" in answer.text
    text = page.get("/").text
    assert "mistake" not in text
    assert "something else" in text


def test_forget_asks_first_and_leaves_nothing(page: FlaskClient, diary: Diary, home: Path) -> None:
    moment = diary.heard("nobody should hear abracadabra", now_ms())

    asked = page.get(f"/moment/{moment}/forget")
    done = page.post(f"/moment/{moment}/forget", follow_redirects=True)

    assert "for good" in asked.text
    assert "abracadabra" in asked.text
    assert "Forgotten" in done.text
    assert page.get(f"/moment/{moment}").status_code == 404
    assert "was forgotten" in page.get(f"/moment/{moment}").text
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in files if b"abracadabra" in path.read_bytes()]


@pytest.mark.parametrize("act", ["hide", "undo", "restore", "forget"])
def test_acts_need_a_post(page: FlaskClient, diary: Diary, act: str) -> None:
    moment = diary.heard("stays as it is", now_ms())

    page.get(f"/moment/{moment}/{act}")

    assert "stays" in page.get("/").text


def test_a_note_is_safe_and_says_that_it_waits(page: FlaskClient, home: Path) -> None:
    answer = page.post("/note", data={"text": " a thought "}, follow_redirects=True)

    assert "shows up here once" in answer.text
    (letter,) = Spool(home / "spool").waiting()
    assert read_batch(letter.path).texts[0].text == "a thought"
    assert "1 moment is safe and waits" in page.get("/").text


def test_an_empty_note_is_a_sentence(page: FlaskClient, home: Path) -> None:
    answer = page.post("/note", data={"text": "  "})

    assert answer.status_code == 409
    assert "The text is empty." in answer.text
    assert Spool(home / "spool").waiting() == []


def test_a_book_is_more_than_a_note(page: FlaskClient) -> None:
    answer = page.post("/note", data={"text": "a" * 2_000_000})

    assert answer.status_code == 413
    assert "too long for a note" in answer.text


def test_a_press_without_script_leads_back_to_the_page(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        answer = page.post("/press", follow_redirects=True)

        assert capture.presses == 1
        assert "Taken." in answer.text
        assert "Keeping what was said." in answer.text


def test_a_press_with_script_is_answered_as_json(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        answer = page.post("/press", headers={"Accept": "application/json"}).json
        stream = capture.capture.engine.stream

    assert answer is not None
    assert (answer["outcome"], answer["revision"]) == ("taken", 0)
    assert answer["keep"].startswith(f"{stream}-")


def test_a_refused_press_says_why_and_what_to_do_at_the_button(
    page: FlaskClient, home: Path
) -> None:
    with RealCapture(home, SOUND).running() as capture:
        capture.ask(do="pause")
        answer = page.post("/press")

    assert answer.status_code == 409
    at_the_button = answer.text[answer.text.index('id="refusal"') :]
    assert "Paused, so there was nothing to keep." in at_the_button
    assert '<form class="acts-on" method="post" action="/resume">' in at_the_button
    assert capture.presses == 0


def test_a_press_that_nobody_hears_says_so(page: FlaskClient) -> None:
    answer = page.post("/press", headers={"Accept": "application/json"}).json

    assert answer is not None
    assert answer["outcome"] == "refused"
    assert "Afterthought is stopped." in answer["sentence"]


def test_a_hold_is_passed_on_and_ended(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        for on in ("true", "true"):
            page.post("/hold", data={"on": on}, headers={"Accept": "application/json"})
        held = capture.state
        page.post("/hold", data={"on": "false"}, headers={"Accept": "application/json"})
        waited(lambda: capture.state == "listening")

    assert held == "continuing"
    assert capture.presses == 1


def test_the_first_minute_is_dismissed_for_good(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running():
        before = page.get("/").text
        after = page.post("/first-minute/dismiss", follow_redirects=True).text

    assert "Talk for half a minute" in before
    assert "Talk for half a minute" not in after


@pytest.mark.parametrize(
    "address",
    [
        "/day/2026-02-30",
        "/day/x",
        "/day/0001-01-01",
        "/past/9999-12",
        "/past/2026-13",
        "/moment/no-such",
        "/sound/no-such",
        "/static/x/../app.py",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_a_sentence(page: FlaskClient, address: str) -> None:
    answer = page.get(address)

    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_day_and_a_month_can_be_read(page: FlaskClient, diary: Diary) -> None:
    diary.heard("in the spring", 1_777_000_000_000)

    assert "in the spring" in page.get("/day/2026-04-24").text
    assert "in the spring" in page.get("/past/2026-04").text


DAY = "2026-04-24"
NOON_MS = 1_777_032_000_000
"""2026-04-24 12:00 UTC."""


def test_a_day_shows_what_was_lost_and_what_was_paused(page: FlaskClient, diary: Diary) -> None:
    diary.heard("in the spring", NOON_MS)
    diary.gap(NOON_MS + 2 * HOUR_MS, 420_000)
    diary.pause(NOON_MS + HOUR_MS, 900_000)

    text = page.get(f"/day/{DAY}").text

    assert '<li class="row break is-gap">' in text
    assert re.search(r"Nothing was heard from \d\d:\d0 to \d\d:\d7: capture was not", text)
    assert '<li class="row break is-pause">' in text
    assert "The day: 1 moment, 1 gap, 1 pause" in text


def test_sound_missing_from_a_moment_is_named_on_its_page(page: FlaskClient, diary: Diary) -> None:
    moment = diary.pressed(NOON_MS, duration_ms=30_000)
    diary.gap(NOON_MS + 12_000, 400, reason="busy")

    assert "0.4 s of sound is missing at 0:12." in page.get(f"/moment/{moment}").text


def test_a_month_shows_a_day_of_which_only_a_long_gap_is_known(
    page: FlaskClient, diary: Diary
) -> None:
    diary.gap(NOON_MS, 420_000)
    diary.gap(NOON_MS + 48 * HOUR_MS, 420)
    diary.pause(NOON_MS + 72 * HOUR_MS, 900_000)

    text = page.get("/past/2026-04").text

    assert 'href="/day/2026-04-24"' in text
    assert "Nothing was heard" in text
    assert "/day/2026-04-26" not in text
    assert "/day/2026-04-27" not in text


def test_todays_gaps_stand_on_the_home_page(page: FlaskClient, diary: Diary) -> None:
    diary.gap(now_ms() - 60_000, 14_000)

    assert "14 s of sound were lost: capture was not running." in part(page.get("/").text, "day")


def test_a_moment_of_elsewhere_names_its_zone_without_script(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("far away", NOON_MS, utc_offset_min=-210)

    for address in (f"/moment/{moment}", "/day/2026-04-24", "/past/2026-04", "/search?q=far"):
        text = page.get(address).text
        assert "08:30" in text
        assert '<span class="zone">UTC-3:30</span>' in text


def test_an_archive_that_appears_or_is_replaced_is_seen(
    page: FlaskClient, diary: Diary, home: Path
) -> None:
    page.get("/")
    diary.heard("the first", now_ms())
    seen = page.get("/").text
    for file in (*home.glob("archive.db*"), record_path(home)):
        file.unlink()
    diary.heard("another life", now_ms())

    assert "first" in part(seen, "just")
    assert "another" in part(page.get("/").text, "just")


def test_a_damaged_archive_is_a_sentence(page: FlaskClient, home: Path) -> None:
    (home / "archive.db").write_bytes(b"this is no archive" * 1000)

    answer = page.get("/")

    assert answer.status_code == 409
    assert "is not an archive" in answer.text


def part(text: str, name: str) -> str:
    """The HTML of one part of the home page."""
    begin = text.index(f'<section id="{name}"')
    return text[begin : text.index("</section>", begin)]
