"""One bad entry stops nothing: each is set aside with its reason, and everything else goes in."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.clock import FakeClock, Recorded
from core.errors import ArchiveUnusable
from core.paths import Home
from core.settings import Settings
from core.spool_port import TypedText
from pipeline.fakes import FakeModels
from pipeline.forget import forget
from pipeline.spool import clip_sound, erasing
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Tries, write_tries
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker import ingest
from pipeline.worker.backoff import wait_s
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.pipeline.spool.odd_things import NO_FILES, Maker

Post = Callable[..., str]

ID = "0123456789abcdef-0"
DEEP = b"[" * 200_000
CLIP = {"id": ID, "how": "file", "recorded": {}, "reasons": [], "revision": 0}
TEXT = {"id": ID, "how": "typed", "text": "one", "recorded": {}}


def clip(header: bytes | dict[str, object], sound: bytes = b"\0\0" * 160) -> bytes:
    if isinstance(header, dict):
        header = json.dumps(header).encode()
    return b"AFTCLIP1" + len(header).to_bytes(4, "little") + header + sound


BROKEN_FILES = {
    "an empty clip": (f"{ID}.0.clip", b""),
    "an empty batch": ("b.0.texts", b""),
    "an empty fact": ("s-7-gap_found.fact", b""),
    "a clip that ends in its header": (f"{ID}.0.clip", clip(CLIP)[:60]),
    "a header without an end": (f"{ID}.0.clip", b"AFTCLIP1\xff\xff\xff\xff{}"),
    "a deep header": (f"{ID}.0.clip", clip(DEEP)),
    "a deep text": ("b.0.texts", DEEP),
    "a deep fact": ("s-7-gap_found.fact", DEEP),
    "the header of another": (f"{ID}.0.clip", clip({**CLIP, "id": "fedcba9876543210-0"})),
    "a path for an id": (f"{ID}.0.clip", clip({**CLIP, "id": "../../escaped"})),
    "a number for an id": (f"{ID}.0.clip", clip({**CLIP, "id": 5})),
    "a revision without end": (f"{ID}.0.clip", clip({**CLIP, "revision": 10**20})),
    "a time without end": (f"{ID}.0.clip", clip({**CLIP, "recorded": {"at_ms": 10**20}})),
    "a zone of a day": (f"{ID}.0.clip", clip({**CLIP, "recorded": {"utc_offset_min": 1440}})),
    "no time": (f"{ID}.0.clip", clip({**CLIP, "recorded": {"at_ms": float("nan")}})),
    "half a character": ("b.0.texts", json.dumps({**TEXT, "text": "\ud800"}).encode()),
    "a NUL": ("b.0.texts", json.dumps({**TEXT, "text": "a\0b"}).encode()),
    "a list for a text": ("b.0.texts", json.dumps({**TEXT, "text": ["a"]}).encode()),
    "a list of numbers for reasons": (f"{ID}.0.clip", clip({**CLIP, "reasons": [1]})),
    "another name": ("a thought of mine.clip", b""),
    "a name without a revision": (f"{ID}.clip", clip(CLIP)),
    "a name in bytes": (os.fsdecode(b"\xff\xfe.0.texts"), b"{}"),
    "a name of 250 letters": ("a" * 250 + ".fact", b""),
}


async def texts(home: Path) -> list[str]:
    async with open_archive_to_read(home) as archive:
        return [row.text for row in await archive.moments(hidden=True)]


@pytest.mark.parametrize("suffix", [".0.clip", ".0.texts", "-7-gap_found.fact", ".0.open"])
@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
async def test_what_is_no_file_is_set_aside_and_the_rest_goes_in(
    home: Path, spool: Spool, post_text: Post, make: Maker, suffix: str
) -> None:
    post_text("a note")
    make(spool.folder / f"{ID}{suffix}")

    with capture_logs() as log:
        async with working(Home(home), Settings(), models=FakeModels()) as worker:
            await worker.drain()
            (shown,) = worker.status()["set_aside"]

    assert await texts(home) == ["a note"]
    assert [each.path.name for each in spool.aside()] == [shown["letter"]] == [f"{ID}{suffix}"]
    (told,) = [each for each in log if each["event"] == "letter_set_aside"]
    assert told["reason"] == spool.aside()[0].reason
    assert told["reason"].startswith("it is a ")


@pytest.mark.parametrize("suffix", [".0.clip.part", ".0.clip.tries"])
@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
async def test_what_is_called_like_our_own_files_stops_nothing_either(
    home: Path, spool: Spool, post_text: Post, make: Maker, suffix: str
) -> None:
    post_text("a note")
    make(spool.folder / f"{ID}{suffix}")

    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()

    assert await texts(home) == ["a note"]
    assert [path.name for path in spool.folder.iterdir()] in ([], ["aside"])


@pytest.mark.parametrize(("name", "content"), BROKEN_FILES.values(), ids=BROKEN_FILES)
async def test_a_letter_that_is_none_is_set_aside_and_the_rest_goes_in(
    home: Path, spool: Spool, post_text: Post, name: str, content: bytes
) -> None:
    post_text("a note")
    (spool.folder / name).write_bytes(content)

    with capture_logs() as log:
        async with working(Home(home), Settings(), models=FakeModels()) as worker:
            await worker.drain()

    assert await texts(home) == ["a note"]
    assert [each.path.name for each in spool.aside()] == [name]
    assert spool.aside()[0].path.read_bytes() == content
    assert "thought" not in str(log)
    assert list(home.parent.glob("escaped*")) == []


@pytest.mark.parametrize("name", ["aside", "taken-back"])
@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, NO_FILES["loop"]])
async def test_a_folder_of_the_spool_that_is_none_is_moved_out_of_the_way(  # noqa: PLR0913, PLR0917 - fixtures
    home: Path, spool: Spool, post_text: Post, post_clip: Post, name: str, make: Maker
) -> None:
    post_text("a note")
    make(spool.folder / name)
    (spool.folder / f"{ID}.0.clip").touch()

    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()
        post_clip()
        spool.take_back(spool.waiting()[0].path)

    assert await texts(home) == ["a note"]
    assert len(spool.aside()) == len(spool.taken_back()) == 1


async def test_what_is_odd_among_the_taken_back_is_left_and_named(
    home: Path, spool: Spool, post_text: Post
) -> None:
    post_text("a note")
    (spool.folder / "taken-back").mkdir()
    (spool.folder / "taken-back" / f"{ID}.0.clip").mkdir()
    os.utime(spool.folder / "taken-back" / f"{ID}.0.clip", (5, 5))

    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()

    assert await texts(home) == ["a note"]
    assert [(each.path.name, each.reason) for each in spool.foreign()] == [
        (f"{ID}.0.clip", "it is a folder")
    ]


async def test_one_broken_line_costs_its_batch_nothing(home: Path, spool: Spool) -> None:
    good = [TypedText(f"{each}-0", "typed", each, Recorded()) for each in "abc"]
    path = spool.post_texts("batch", good)
    lines = path.read_bytes().splitlines(keepends=True)
    bad = json.dumps({**TEXT, "recorded": {"at_ms": 10**20}}).encode() + b"\n"
    path.write_bytes(b"".join([lines[0], bad, *lines[1:]]))

    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()

    assert sorted(await texts(home)) == ["a", "b", "c"]
    assert spool.waiting() == []
    (lies,) = spool.aside()
    assert (lies.path.name, lies.path.read_bytes()) == ("batch.0.texts", bad)
    assert lies.reason == "its time is one that no calendar has"


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.ENFILE, errno.EAGAIN])
async def test_a_disk_that_fails_at_one_letter_is_asked_again_later(  # noqa: PLR0913, PLR0917 - fixtures
    home: Path,
    spool: Spool,
    post_text: Post,
    post_clip: Post,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    post_text("a note")
    moment, clock, fails = post_clip(), FakeClock(), [True]
    read_through = clip_sound.read_through

    def failing(path: Path) -> None:
        if fails[0]:
            raise OSError(number, os.strerror(number))
        read_through(path)

    monkeypatch.setattr(ingest, "read_through", failing)
    async with working(Home(home), Settings(), models=FakeModels(), clock=clock) as worker:
        await worker.drain()
        assert await texts(home) == ["a note"]
        assert [each.path.name for each in spool.waiting()] == [f"{moment}.0.clip"]
        assert os.strerror(number) in worker.resting()[f"{moment}.0.clip"]
        assert [each["letter"] for each in worker.status()["resting"]] == [f"{moment}.0.clip"]

        fails[0] = False
        await worker.drain()
        assert len(spool.waiting()) == 1  # it rests yet
        clock.advance(3)
        await worker.drain()

    assert len(await texts(home)) == 2
    assert (spool.waiting(), spool.aside()) == ([], [])


async def test_a_letter_that_cannot_even_be_set_aside_stops_nothing(
    home: Path, spool: Spool, worker: Worker, post_text: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_text("a note")
    (spool.folder / f"{ID}.0.clip").touch()

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Spool, "set_aside", refuse)
    await worker.drain()

    assert await texts(home) == ["a note"]
    assert [each.path.name for each in spool.waiting()] == [f"{ID}.0.clip"]


@pytest.mark.parametrize("garbage", [b"", b"x", b"\xff", b"-5", b"9" * 5000, None])
async def test_a_garbled_count_of_failures_begins_anew_and_goes_with_its_letter(
    home: Path, spool: Spool, post_text: Post, models: FakeModels, garbage: bytes | None
) -> None:
    post_text("a note")
    count = spool.folder / f"{spool.waiting()[0].path.name}.tries"
    if garbage is None:
        count.mkdir()
    else:
        count.write_bytes(garbage)
    models.failures = 1
    clock = FakeClock()

    async with working(Home(home), Settings(), models=models, clock=clock) as worker:
        await worker.drain()
        assert await texts(home) == ["a note"]
        clock.advance(wait_s(1))
        await worker.drain()

    assert [path.name for path in spool.folder.iterdir()] in ([], ["aside"])


async def test_no_count_outlives_its_letter(home: Path, spool: Spool, post_clip: Post) -> None:
    moment = post_clip()
    write_tries(spool.waiting()[0].path, Tries(1))
    spool.erase([moment])
    (spool.folder / "gone.0.texts.tries").write_bytes(b"2")

    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()

    assert list(spool.folder.iterdir()) == []


@pytest.mark.parametrize("make", [Path.touch, NO_FILES["pipe"], NO_FILES["loop"]])
async def test_a_spool_that_is_no_folder_has_nothing_in_it(home: Path, make: Maker) -> None:
    make(home / "spool")

    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()
        assert worker.status()["waiting"] == 0
        worker.spool.post_texts("b", [TypedText("b-0", "typed", "one", Recorded())])
        await worker.drain()

    assert await texts(home) == ["one"]


async def test_a_spool_that_the_disk_does_not_show_is_a_sentence(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Spool) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Spool, "waiting", fail)

    with pytest.raises(ArchiveUnusable, match="The spool cannot be looked at"):
        await worker.drain()


async def test_a_batch_that_the_disk_fails_to_read_keeps_no_worker_from_starting(
    home: Path, spool: Spool, post_clip: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = post_clip()
    spool.post_texts("b", [TypedText("b-0", "typed", "one", Recorded())])

    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr(erasing, "lines_of", fail)
        async with open_archive(home) as archive:
            assert not await forget(archive, spool, [moment])
        async with working(Home(home), Settings(), models=FakeModels()) as worker:
            await worker.drain()

    assert await texts(home) == ["one"]
    assert spool.waiting() == []


@pytest.mark.parametrize("suffix", [".0.clip", ".0.texts", "-7-gap_found.fact"])
async def test_a_file_that_this_user_may_not_read_is_set_aside(
    home: Path, spool: Spool, post_text: Post, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    post_text("a note")
    path, opened = spool.folder / f"{ID}{suffix}", os.open
    path.write_bytes(b"another's")

    def refuse(named: Path, *more: int, **also: int) -> int:
        if str(named) == str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(named))
        return opened(named, *more, **also)

    monkeypatch.setattr(os, "open", refuse)  # root may read everything
    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()

    assert await texts(home) == ["a note"]
    assert [each.reason for each in spool.aside()] == ["this user may not read it"]


async def test_an_open_clip_that_the_disk_fails_to_show_is_left_and_told_once(
    worker: Worker, spool: Spool, post_text: Post, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_text("a note")
    (spool.folder / f"{ID}.0.open").touch()

    def fail(_: Path) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("pipeline.spool.spool.is_being_written", fail)
    with capture_logs() as log:
        await worker.drain()

    assert await texts(home) == ["a note"]
    assert [each["reason"] for each in log if each["event"] == "open_clip_left"] == [
        "Input/output error"
    ]
    assert spool.waiting_count() == 1
