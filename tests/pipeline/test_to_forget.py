"""A forget by date, by id or of everything reaches what lies in the spool, too."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.errors import NotFound
from core.facts import Fact
from core.moment import Transcript
from core.spool_port import Clip, TypedText
from pipeline.forget import forget
from pipeline.spool.spool import Spool
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.port import Archive, Period
from pipeline.store.sqlite.archive import open_archive
from pipeline.to_forget import ToForget, everything, named, of_period

DAY = Period(1_000_000, 2_000_000)
WITHIN = Recorded(1_500_000, 0, source="given")
BEFORE = Recorded(999_999, 0, source="given")
AFTER = Recorded(2_000_000, 0, source="given")
SOUND = np.ones(1600, np.int16)


@pytest.fixture
async def archive(home: Path) -> AsyncIterator[Archive]:
    async with open_archive(home, clock=FakeClock(), machine=b"this machine") as opened:
        yield opened


def post_clip(spool: Spool, moment: str, recorded: Recorded) -> Path:
    return spool.post_clip(Clip(moment, "press", recorded), [SOUND])


def post_texts(spool: Spool, batch: str, **at: Recorded) -> Path:
    texts = [TypedText(f"{each}-0", "typed", "words", when) for each, when in at.items()]
    return spool.post_texts(batch, texts)


def left(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.folder.rglob("*") if path.is_file())


async def test_a_span_reaches_what_waits_what_was_set_aside_and_what_was_taken_back(
    archive: Archive, spool: Spool
) -> None:
    post_clip(spool, "aa-1", WITHIN)
    post_clip(spool, "aa-2", BEFORE)
    spool.take_back(post_clip(spool, "aa-3", WITHIN))
    spool.set_aside(post_clip(spool, "aa-4", WITHIN), "it is broken")
    post_texts(spool, "bb", cc=WITHIN, dd=AFTER)

    chosen = await of_period(archive, spool, DAY)
    assert chosen == ToForget(["aa-1", "cc-0", "aa-4", "aa-3"])
    assert await forget(archive, spool, chosen.moments, letters=chosen.letters)

    assert left(spool) == ["aa-2.0.clip", "bb.0.texts"]
    assert b"dd-0" in (spool.folder / "bb.0.texts").read_bytes()
    assert (await archive.check()).problems == []


async def test_the_time_of_what_waits_is_the_one_that_is_known_now(
    archive: Archive, spool: Spool
) -> None:
    post_clip(spool, "aa-1", Recorded(None, None, "boot", 500))
    assert (await of_period(archive, spool, DAY)).moments == []

    known = Recorded(1_500_500, 0, "boot", 1_000, "clock")
    fact = Fact("clock_stepped", "", 0, known, {"source": "step"})
    await archive.append(drafts.fact_noted(fact, author="capture"))

    assert (await of_period(archive, spool, DAY)).moments == ["aa-1"]


async def test_what_tells_no_time_is_named_and_not_taken_for_another(
    archive: Archive, spool: Spool
) -> None:
    clip = post_clip(spool, "aa-1", WITHIN)
    clip.write_bytes(b"no clip any more")

    assert await of_period(archive, spool, DAY) == ToForget(timeless=[clip])


async def test_everything_is_all_that_lies_there_whether_it_can_be_read_or_not(
    archive: Archive, spool: Spool
) -> None:
    post_clip(spool, "aa-1", WITHIN)
    spool.take_back(post_clip(spool, "aa-2", BEFORE))
    texts = post_texts(spool, "bb", cc=WITHIN)
    with texts.open("ab") as file:
        file.write(json.dumps({"id": "ee-0", "text": 5}).encode() + b"\n{broken\n")
    broken = spool.folder / "ff.0.texts"
    broken.write_bytes(b"{nothing that can be read")
    spool.set_aside(broken, "it is not JSON")
    (spool.folder / "a letter.clip").write_bytes(b"of another name")

    chosen = await everything(archive, spool)
    assert set(chosen.moments) == {"aa-1", "aa-2", "cc-0", "ee-0"}
    assert chosen.unread == ["a letter", "ff"]
    assert await forget(archive, spool, chosen.moments, letters=chosen.letters)

    assert left(spool) == []


async def test_what_a_killed_sender_left_half_written_goes_with_any_forget(
    archive: Archive, spool: Spool
) -> None:
    post_clip(spool, "aa-1", WITHIN).rename(spool.folder / "bb-1.0.clip.part")

    await forget(archive, spool, ["cc-1"])

    assert left(spool) == []


async def test_facts_are_not_the_wearers_to_forget(archive: Archive, spool: Spool) -> None:
    spool.post_fact(Fact("gap_found", "ab", 5, WITHIN, {"reason": "stalled"}))

    assert await everything(archive, spool) == ToForget()


@pytest.mark.parametrize("name", ["bb", "bb.0.texts"])
async def test_a_letter_that_was_set_aside_is_forgotten_whole_by_its_id_or_its_name(
    archive: Archive, spool: Spool, name: str
) -> None:
    lies = spool.set_aside(post_texts(spool, "bb", cc=WITHIN, dd=AFTER), "it is broken")

    chosen = await named(archive, spool, [name])
    assert chosen == ToForget(["cc-0", "dd-0"], [lies.path])
    assert await forget(archive, spool, chosen.moments, letters=chosen.letters)

    assert left(spool) == []


async def test_one_text_of_a_letter_goes_by_the_beginning_of_its_id_and_the_others_stay(
    archive: Archive, spool: Spool
) -> None:
    letter = post_texts(spool, "bb", ccc=WITHIN, ddd=AFTER)
    before = letter.open("rb")

    chosen = await named(archive, spool, ["cc"])
    assert await forget(archive, spool, chosen.moments, letters=chosen.letters)

    (line,) = letter.read_bytes().splitlines()
    assert json.loads(line) == json.loads(json.dumps(asdict(spool_text("ddd-0", AFTER))))
    with before:
        assert set(before.read()) == {0}


def spool_text(moment: str, recorded: Recorded) -> TypedText:
    return TypedText(moment, "typed", "words", recorded)


@pytest.mark.parametrize("name", ["", "a", "nothing"])
async def test_a_name_of_none_or_of_several_is_told(
    archive: Archive, spool: Spool, name: str
) -> None:
    post_clip(spool, "aa-1", WITHIN)
    post_clip(spool, "ab-1", WITHIN)

    with pytest.raises(NotFound):
        await named(archive, spool, [name])


async def test_a_beginning_of_several_moments_is_not_taken_for_the_one_that_waits(
    archive: Archive, spool: Spool
) -> None:
    for moment in ("aa-1", "ab-1"):
        kept = Kept(moment, "typed", WITHIN, transcript=Transcript("words"))
        await archive.append(drafts.moment_kept(kept, author="wearer"))
    post_clip(spool, "ac-1", WITHIN)

    with pytest.raises(NotFound, match="'a' may be any of aa, ab"):
        await named(archive, spool, ["a"])
    assert (await named(archive, spool, ["ac"])).moments == ["ac-1"]


async def test_what_was_forgotten_in_the_spool_is_said_to_be_forgotten(
    archive: Archive, spool: Spool
) -> None:
    post_clip(spool, "aa-1", WITHIN)
    await forget(archive, spool, ["aa-1"])

    with pytest.raises(NotFound, match="was forgotten"):
        await named(archive, spool, ["aa-1"])
