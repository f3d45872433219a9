"""Other machines on the page: how things stand, what is to come, and what waits for a word."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.paths import Home
from core.sync.status import only_service
from dashboard.app import close, create_app
from dashboard.show.machines import kept_elsewhere
from pipeline.store.format.peer_drafts import Role
from pipeline.store.peers import KnownPeer
from tests.dashboard.pages.two_copies import Copies, limit, tell, two_copies
from tests.pipeline.sync.peers.test_peers_command import ran


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return two_copies(tmp_path)


@pytest.fixture
def laptop(copies: Copies) -> Iterator[FlaskClient]:
    app = create_app(Home(copies.home))
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = "localhost:8765"
    yield client
    close(app)


def test_without_another_machine_the_page_says_how_to_introduce_one(page: FlaskClient) -> None:
    assert 'href="/machines"' in page.get("/").text

    text = page.get("/machines").text

    assert "No other machine has a copy of this archive." in text
    assert "<code>afterthought peers add</code>" in text
    assert "not being met" not in text


def test_a_machine_is_shown_by_name_with_its_state_and_the_cause(
    laptop: FlaskClient, copies: Copies
) -> None:
    now_ms = round(time.time() * 1000)
    why = "No Afterthought answers at 192.168.1.7."
    tell(copies, state="away", sentence=why, met_ms=now_ms, next_try_ms=now_ms + 1)
    with only_service(copies.home):
        text = laptop.get("/machines").text

    assert "install 0" in text
    assert f"Not there. {why}" in text
    assert "Last there: Today, " in text
    assert "Next try: Today, " in text
    assert not re.search(r"·\s*</span>", text)


@pytest.mark.parametrize(
    ("state", "sentence", "said"),
    [
        ("waiting", "The machine runs on its battery.", "Not being met now. The machine runs on"),
        ("waiting", "Its battery is low (9 %).", "Not being met now. Its battery is low (9 %)."),
        ("meeting", "", "Being met now."),
        ("met", "", "It has the same as this one."),
        ("met", "Its clock is 3 d ahead.", "It has the same as this one. Its clock is 3 d ahead."),
        ("away", "No Afterthought answers.", "Not there. No Afterthought answers."),
        ("refused", "A sound is too long.", "Met, and not everything was taken. A sound is too"),
    ],
)
def test_each_state_is_said_in_words_with_its_cause(
    laptop: FlaskClient, copies: Copies, state: str, sentence: str, said: str
) -> None:
    tell(copies, state=state, sentence=sentence, met_ms=None, next_try_ms=None)
    with only_service(copies.home):
        text = laptop.get("/machines").text

    assert said in text


def test_where_sync_does_not_run_the_page_says_so_and_tells_no_old_state(
    laptop: FlaskClient, copies: Copies
) -> None:
    tell(copies, state="met", sentence="", met_ms=None, next_try_ms=None)

    text = laptop.get("/machines").text

    assert "Other machines are not being met right now" in text
    assert "It has the same as this one." not in text
    assert "Not met yet" in text


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("full", ""),
        ("archive", "What you forget here stays with them: forget it there, too."),
        ("read_only", "what you keep, change or forget here stays here."),
    ],
)
def test_what_this_machine_may_not_do_for_others_is_said(
    copies: Copies, laptop: FlaskClient, role: Role, told: str
) -> None:
    limit(copies, role)

    page = laptop.get("/machines").text
    forgotten = laptop.post(f"/moment/{copies.with_sound}/forget", follow_redirects=True).text

    assert told in page
    assert ("stays" in page) == bool(told)
    assert ("Other machines keep it" in forgotten) == (role != "full")
    assert ("Other machines that have it forget it" in forgotten) == (role == "full")


@pytest.mark.parametrize("role", ["full", "archive", "read_only"])
def test_who_keeps_it_is_said_before_a_forget_in_the_words_of_the_command(
    copies: Copies, laptop: FlaskClient, role: Role
) -> None:
    limit(copies, role)
    told = (
        "Other machines keep it, since this one may not forget for them: install 0. "
        "Forget it there, too."
    )

    one = laptop.get(f"/moment/{copies.with_sound}/forget").text
    everything = laptop.get("/forget").text
    (command,) = ran(copies.home, "forget", copies.with_sound, status=2)

    asked = [each.count(told) for each in (one, everything, command["error"])]
    assert asked == [int(role != "full")] * 3
    assert laptop.get(f"/moment/{copies.with_sound}").status_code == 200


def test_who_was_removed_by_the_others_is_told_that_they_keep_it() -> None:
    peers = [KnownPeer("5" * 64, "pendant", "full"), KnownPeer("7" * 64, "", "full")]

    told = kept_elsewhere(peers, None)

    assert f"for them: pendant, {'7' * 16}. Forget it there" in told
    assert not kept_elsewhere([], None)


@pytest.mark.parametrize(
    ("answer", "told", "count"),
    [
        ("/keep", "3 moments are kept, and shown again.", 3),
        ("/forget", "3 moments are forgotten here, too.", 0),
    ],
)
def test_the_wearer_decides_about_what_another_machine_forgot(
    laptop: FlaskClient, copies: Copies, answer: str, told: str, count: int
) -> None:
    asked = laptop.get("/machines").text
    assert "install 0 has forgotten 3 moments." in asked
    assert "thought 1" not in laptop.get("/search?q=thought").text

    (action,) = _forms(asked, answer)
    answered = laptop.post(action, follow_redirects=True).text

    assert told in answered
    assert "has forgotten" not in answered
    everything = b"".join(each.read_bytes() for each in copies.home.rglob("*") if each.is_file())
    assert (b"thought 1" in everything) == bool(count)


def test_an_answer_from_another_site_or_about_nothing_does_nothing(
    laptop: FlaskClient, copies: Copies
) -> None:
    (action,) = _forms(laptop.get("/machines").text, "/forget")

    refused = laptop.post(action, headers={"Origin": "https://elsewhere.example"})

    assert refused.status_code == 403
    assert "install 0 has forgotten 3 moments." in laptop.get("/machines").text
    nothing = laptop.post(f"/machines/{'0' * 16}/forget")
    assert (nothing.status_code, nothing.location) == (303, "/machines")
    assert laptop.post("/machines/none/forget").status_code == 404


def _forms(text: str, ends: str) -> list[str]:
    actions = [each.partition('"')[0] for each in text.split('action="')[1:]]
    return [each for each in actions if each.startswith("/machines/") and each.endswith(ends)]


def test_a_moment_says_that_it_is_on_the_other_machine_too(
    laptop: FlaskClient, copies: Copies
) -> None:
    text = laptop.get(f"/moment/{copies.with_sound}").text

    assert "Here, and on install 0, too." in text
    assert 'class="player"' in text


def test_sound_that_is_not_here_has_a_sentence_and_no_player(
    laptop: FlaskClient, copies: Copies
) -> None:
    copies.sound.unlink()

    text = laptop.get(f"/moment/{copies.with_sound}").text

    assert "The sound is on install 0." in text
    assert 'class="player"' not in text
    assert "/sound/" not in text


def test_what_is_on_the_other_machine_is_fetched_at_the_press_of_a_button(
    laptop: FlaskClient, copies: Copies
) -> None:
    content = copies.sound.read_bytes()
    copies.sound.unlink()
    tell(copies, state="away", sentence="", met_ms=1_790_000_000_000, next_try_ms=None)
    fetch = f"/moment/{copies.with_sound}/fetch"
    assert fetch in laptop.get(f"/moment/{copies.with_sound}").text

    with only_service(copies.home):
        text = laptop.post(fetch, follow_redirects=True).text
    assert "The sound is being fetched from install 0." in text
    assert "install 0 was last there: " in text
    assert fetch not in text

    text = laptop.get(f"/moment/{copies.with_sound}").text
    assert "Other machines are not being met right now" in text

    copies.sound.write_bytes(content)
    assert 'class="player"' in laptop.get(f"/moment/{copies.with_sound}").text


def test_what_is_here_is_not_fetched(laptop: FlaskClient, copies: Copies) -> None:
    text = laptop.post(f"/moment/{copies.with_sound}/fetch", follow_redirects=True).text

    assert 'class="player"' in text
    assert "being fetched" not in text
