"""What is in the archive already never makes a page answer 500, whoever let it in."""

import asyncio
import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import afterthought
from core.clock import Recorded
from core.command_line import main
from core.facts import Detail, Fact
from core.moment import Transcript, Word
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, new_moment_id
from pipeline.store.format.events import Draft
from pipeline.store.sqlite.archive import open_archive

YEAR_1, YEAR_9999 = -62_135_596_800_000, 253_402_300_799_999
MOST = 2**53

TIMES = {
    "year 1": Recorded(YEAR_1, 0),
    "year 1, east": Recorded(YEAR_1, 840),
    "year 1, west": Recorded(YEAR_1, -840),
    "year 9999": Recorded(YEAR_9999, 0),
    "year 9999, east": Recorded(YEAR_9999, 840),
    "year 9999, no zone": Recorded(YEAR_9999),
    "before any year": Recorded(-MOST, 0),
    "after any year": Recorded(MOST, 0),
    "a zone of a day": Recorded(1_790_000_000_000, 1440),
    "a zone of years": Recorded(1_790_000_000_000, -MOST),
    "a boot that lasts for ever": Recorded(None, None, "boot", MOST),
}
PAGES = (
    "/",
    "/now",
    "/search?q=siren",
    "/search?q=siren&since=0001-01-01&until=9999-12-31",
    "/day/0001-01-01",
    "/day/0001-01-02",
    "/day/0002-01-01",
    "/day/9998-12-31",
    "/day/9999-12-30",
    "/day/9999-12-31",
    "/past/0001-01",
    "/past/9999-12",
)
COMMANDS = (["list"], ["search", "siren"], ["log"], ["list", "--since", "0001-01-01"], ["check"])


def put(home: Path, *thought: Draft) -> None:
    async def append() -> None:
        async with open_archive(home) as archive:
            await archive.append(*thought)

    asyncio.run(append())


@pytest.fixture(params=list(TIMES.values()), ids=list(TIMES))
def moments(request: pytest.FixtureRequest, home: Path) -> list[str]:
    """A note and a sound of that time, a gap and a pause, as an older version may have stored."""
    at: Recorded = request.param
    typed = Kept(new_moment_id(), "typed", at, transcript=Transcript("the siren"))
    sound = Kept(new_moment_id(), "press", at, duration_ms=MOST)
    words = (Word("siren", 0, MOST, 0.5), Word("again", -5, -MOST, 7.0, doubtful=True))
    transcript = Transcript("siren again", words, "a model", -0.2)
    lost: dict[str, Detail] = {
        "reason": "stopped",
        "duration_ms": MOST,
        "samples": None,
        "estimated": False,
    }
    put(
        home,
        drafts.moment_kept(typed, author="wearer"),
        drafts.moment_kept(sound, author="wearer"),
        drafts.moment_transcribed(sound.id, transcript, revision=0),
        drafts.fact_noted(Fact("gap_found", "ab" * 8, 0, at, lost, at), author="capture"),
        drafts.fact_noted(Fact("pause_began", "ab" * 8, 9, at, {"by": "page"}), author="capture"),
    )
    return [typed.id, sound.id]


def test_every_page_answers(page: FlaskClient, moments: list[str]) -> None:
    paths = [*PAGES, *(f"/moment/{each}{end}" for each in moments for end in ("", "/forget"))]
    shown = page.get("/").text
    paths += re.findall(r'href="(/(?:day|past)/[^"]+)"', shown)

    answers = {path: page.get(path).status_code for path in paths}

    assert {path for path, status in answers.items() if status >= 500} == set()
    assert [answers[f"/moment/{each}"] for each in moments] == [200, 200]
    assert answers["/"] == 200


def test_every_day_that_is_named_has_a_page(page: FlaskClient, moments: list[str]) -> None:
    assert moments
    days = [date.min, date.max, date(2, 1, 1), date(9998, 12, 31), date(1970, 1, 1)]

    assert all(page.get(f"/day/{day.isoformat()}").status_code < 500 for day in days)


def test_every_command_answers(
    home: Path, moments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert moments
    for command, also in product(COMMANDS, ([], ["--json"])):
        status = main(afterthought.COMMANDS, [*command, "--home", str(home), *also])
        told = capsys.readouterr()

        assert "Something broke" not in told.err + told.out, command
        assert status in {0, 1}, command


def test_a_note_that_cannot_be_stored_whole_is_refused(page: FlaskClient) -> None:
    answer = page.post("/note", data={"text": "a\0b"})

    assert answer.status_code == 400
    assert page.post("/note", data={"text": "a\tb"}).status_code == 303
