"""Undo and redo on the page: offered after an act, and in the list of the last acts."""

import asyncio
import re
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pipeline.store import voices
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.store.sqlite.archive import open_archive
from tests.dashboard.conftest import Diary


def now_ms() -> int:
    return round(time.time() * 1000)


def offered(text: str) -> list[str]:
    """What stands on the buttons that undo and redo."""
    return re.findall(r'action="/acts/undo">.*?<button class="act">([^<]+)<', text)


def press(page: FlaskClient, text: str, label: str) -> str:
    """The page after the first button of this label was pressed."""
    act = r'action="/acts/undo"><input type="hidden" name="act" value="([^"]+)">'
    found = re.search(rf'{act}(.*?)<button class="act">{label}<', text)
    assert found is not None
    from_list = {"from": "acts"} if 'name="from"' in found[2] else {}
    answer = page.post("/acts/undo", data={"act": found[1], **from_list}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_after_hide_the_page_offers_undo_and_then_redo(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("a private thing", now_ms())

    hidden = page.post(f"/moment/{moment}/hide", follow_redirects=True).text
    assert "Hidden." in hidden
    shown = press(page, hidden, "Undo")
    assert "Shown again." in shown
    assert "private" in page.get("/").text
    again = press(page, shown, "Redo")
    assert "Hidden again." in again
    assert "private" not in page.get("/").text
    assert "Shown again." in press(page, again, "Undo")
    assert "private" in page.get("/").text


def test_an_undone_keep_and_a_restored_moment_can_be_turned_round(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("kept by mistake", now_ms())

    undone = page.post(f"/moment/{moment}/undo", follow_redirects=True).text
    assert offered(undone) == ["Redo"]
    assert "Brought back." in press(page, undone, "Redo")
    assert "mistake" in page.get("/").text

    page.post(f"/moment/{moment}/hide")
    restored = page.post(f"/moment/{moment}/restore", follow_redirects=True).text
    assert "Hidden again." in press(page, restored, "Undo")


def test_the_list_has_the_last_acts_newest_first_and_any_can_be_undone(
    page: FlaskClient, diary: Diary
) -> None:
    first, second = diary.heard("first", now_ms() - 5000), diary.typed("second", now_ms())
    page.post(f"/moment/{second}/hide")

    listed = page.get("/acts").text
    said = ["You hid a moment.", "You wrote a note.", "You pressed and kept a moment."]
    places = [listed.index(each) for each in said]
    assert places == sorted(places)
    assert offered(listed) == ["Undo"] * 3
    assert f"/moment/{first}" in listed
    assert '<span class="said" dir="auto">second</span>' in listed

    after = press(page, listed, "Undo")
    assert "Shown again." in after
    assert "Recent changes" in after  # it stays where it was pressed
    assert offered(after) == ["Redo", "Redo", "Undo", "Undo"]
    assert "second" in page.get("/").text
    assert "Hidden again." in press(page, page.get("/acts").text, "Redo")


def test_a_forget_is_listed_and_cannot_be_undone(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("abracadabra", now_ms())
    page.post(f"/moment/{moment}/hide")
    page.post(f"/moment/{moment}/forget")

    listed = page.get("/acts").text

    assert "You forgot a moment for good." in listed
    assert "forgetting can be undone" not in listed.replace("Everything except forgetting", "")
    assert offered(listed) == []
    assert moment not in listed


def test_acts_done_in_one_go_are_one_line(page: FlaskClient, diary: Diary) -> None:
    diary.imported("one", "two", "three")

    listed = page.get("/acts").text
    assert "You imported 3 notes." in listed
    assert "Taken back. 3 moments are hidden now." in press(page, listed, "Undo")
    assert "two" not in page.get("/").text


def test_an_empty_home_has_no_acts_and_a_wrong_name_makes_no_archive(
    page: FlaskClient, home: object
) -> None:
    assert "Nothing has changed yet." in page.get("/acts").text
    assert page.post("/acts/undo", data={"act": "no:1"}).status_code == 404
    assert "Nothing has changed yet." in page.get("/acts").text


def test_an_act_that_is_not_there_or_undone_already_is_a_sentence_without_a_command(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("here", now_ms())
    page.post(f"/moment/{moment}/hide")
    (act,) = re.findall(r'name="act" value="([^"]+)"[^<]*<input[^>]*>', page.get("/acts").text)[:1]
    page.post("/acts/undo", data={"act": act})

    twice = page.post("/acts/undo", data={"act": act})
    nothing = page.post("/acts/undo", data={"act": "nobody:12"})

    for answer in (twice, nothing):
        assert answer.status_code == 404
        assert "`afterthought" not in answer.text
        assert "<code>" not in answer.text


@pytest.mark.parametrize("address", ["/acts/undo", "/retry", "/moment/x/retry"])
def test_it_needs_a_post_of_our_own_page(page: FlaskClient, address: str) -> None:
    assert page.get(address).status_code in {404, 405}
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    assert page.post(address, headers=elsewhere).status_code == 403


def test_without_a_worker_nothing_can_be_tried_again_and_it_says_so(
    page: FlaskClient, diary: Diary
) -> None:
    answer = page.post("/retry")

    assert answer.status_code == 409
    assert "Words are not being written down" in answer.text


def test_what_a_voice_is_known_by_is_an_act_like_any_other(page: FlaskClient, home: Path) -> None:
    async def enrolled_and_erased() -> None:
        async with open_archive(home) as archive:
            await voices.enrol(archive, VoicePrint("ge2e", b"\x00\x2c" * 256, 50.0))
            await archive.begin_forgetting(await voices.enrolments(archive))
            await voices.enrol(archive, VoicePrint("ge2e", b"\x00\x2c" * 256, 60.0))

    asyncio.run(enrolled_and_erased())
    text = page.get("/acts").text
    assert "You enrolled your voice." in text
    assert "You erased what your voice is known by." in text

    act = re.search(r'name="act" value="([^"]+)"', text)
    assert act is not None
    undone = page.post("/acts/undo", data={"act": act[1]})

    assert undone.status_code == 303
    assert undone.headers["location"].startswith("/acts?done=undone.voice_enrolled")
    assert "Your voice is known as before." in page.get(undone.headers["location"]).text
