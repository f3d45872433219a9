"""Letters become moments, once, whatever happens in between."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Never

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.disk_reserve import DiskReserve
from core.errors import ArchiveBusy, ModelMissing
from core.paths import Home
from core.settings import Settings
from core.sockets import socket_client
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.forget import forget
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.media import Handling
from pipeline.search.query_vectors import asker
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.fakes import MemorySpool
from pipeline.spool.spool import Spool
from pipeline.store.sound_files import part_path, sound_path
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow
from pipeline.worker.backoff import GIVE_UP_AFTER, wait_s
from pipeline.worker.model_process import Heard, Progress, Said
from pipeline.worker.service import working
from pipeline.worker.worker import SCRUB_EVERY_S, Worker
from tests.waiting import PATIENCE_S
from tests.wav import write_wav

Post = Callable[..., str]


async def rows(home: Path) -> list[MomentRow]:
    async with open_archive_to_read(home) as archive:
        return await archive.moments(hidden=True)


async def test_a_clip_becomes_a_moment_with_its_words_and_its_sound(
    worker: Worker, post_clip: Post, home: Path, spool: Spool
) -> None:
    moment = post_clip()

    await worker.drain()

    (row,) = await rows(home)
    assert (row.id, row.text, row.words, row.duration_ms) == (moment, "pill box", "words", 1000)
    assert row.sound is not None
    assert sound_path(home, row.sound).exists()
    assert spool.waiting() == []


async def test_a_short_clip_is_one_thought_and_a_long_one_stands_before_its_words(
    worker: Worker, post_clip: Post
) -> None:
    told: list[tuple[str, str]] = []
    short, long = post_clip(2), post_clip(11)

    with worker.listening() as events:
        await worker.drain()
        while not events.empty():
            event = events.get_nowait()
            if "moment" in event and event["event"] != "progress":
                told.append((event["moment"], event["event"]))

    assert told == [(short, "searchable"), (long, "kept"), (long, "searchable")]


async def test_a_letter_that_comes_twice_makes_one_moment(
    worker: Worker, post_clip: Post, post_text: Post, home: Path, spool: Spool
) -> None:
    post_clip()
    post_text("a note")
    copies = [(letter.path, letter.path.read_bytes()) for letter in spool.waiting()]
    await worker.drain()
    before = await rows(home)

    for path, content in copies:
        path.write_bytes(content)
    await worker.drain()

    assert await rows(home) == before
    assert len(before) == 2


async def test_a_fault_of_ours_on_one_letter_stops_no_other(
    home: Path, post_clip: Post, post_text: Post, spool: Spool
) -> None:
    class Broken(FakeModels):
        async def hear(self, clip: Path, progress: Progress) -> Never:
            raise TypeError("ours")

    moment = post_clip()
    post_text("a note")
    clock = FakeClock()
    async with working(Home(home), Settings(), models=Broken(), clock=clock) as worker:
        await worker.drain()
        assert [row.text for row in await rows(home)] == ["a note"]
        for failures in range(1, GIVE_UP_AFTER):
            assert spool.aside() == []
            clock.advance(wait_s(failures))
            await worker.drain()

    assert [each.path.name for each in spool.aside()] == [f"{moment}.0.clip"]


async def test_a_missing_model_lets_letters_wait(home: Path, post_text: Post, spool: Spool) -> None:
    class NoModels(FakeModels):
        async def read(self, said: Sequence[Said]) -> Never:
            raise ModelMissing("The model is missing.", advice="Run `./run setup`.")

    post_text("a note")
    async with working(Home(home), Settings(), models=NoModels()) as worker:
        with pytest.raises(ModelMissing):
            await worker.drain()

    assert len(spool.waiting()) == 1


async def test_a_note_does_not_wait_for_the_model_that_a_clip_lacks(
    home: Path, post_clip: Post, post_text: Post, spool: Spool
) -> None:
    class NoTranscriber(FakeModels):
        async def hear(self, clip: Path, progress: Progress) -> Never:
            self.heard.append(clip.name)
            raise ModelMissing("The model is missing.", advice="Run `./run setup`.")

    models = NoTranscriber()
    spool.post_clip(Clip("00000000000000aa-800", "press", Recorded()), [np.ones(800, np.int16)])
    other = post_clip()
    post_text("a" * 20_000)  # behind the press by its size
    async with working(Home(home), Settings(), models=models) as worker:
        with pytest.raises(ModelMissing):
            await worker.drain()

    kept = {row.how: row.words for row in await rows(home)}
    assert kept == {"typed": "typed", "file": "awaited", "press": "awaited"}
    assert sorted(models.heard) == sorted(["00000000000000aa-800.0.clip", f"{other}.0.clip"])
    assert len(spool.waiting()) == 2


async def test_a_broken_letter_is_set_aside_and_the_rest_goes_on(
    worker: Worker, post_text: Post, home: Path, spool: Spool
) -> None:
    spool.folder.mkdir(exist_ok=True)
    (spool.folder / "0-0.0.clip").write_bytes(b"nonsense")
    post_text("a note")

    await worker.drain()

    assert [row.text for row in await rows(home)] == ["a note"]
    assert [each.path.name for each in spool.aside()] == ["0-0.0.clip"]


async def test_a_moment_forgotten_while_it_waits_is_not_made(
    worker: Worker, post_clip: Post, home: Path, spool: Spool, models: FakeModels
) -> None:
    moment = post_clip()
    content = spool.waiting()[0].path.read_bytes()
    await worker.drain()
    async with open_archive(home) as archive:
        await forget(archive, spool, [moment])

    (spool.folder / f"{moment}.0.clip").write_bytes(content)
    await worker.drain()

    assert await rows(home) == []
    assert models.heard == [moment]
    assert list((home / "sound").rglob("*.mp4")) == []


async def test_forgetting_takes_what_waits_in_the_spool_too(
    worker: Worker, post_clip: Post, home: Path, spool: Spool, models: FakeModels
) -> None:
    moment = post_clip(11)
    models.failures = 1
    await worker._take(spool.waiting()[0])
    assert read_clip(spool.waiting()[0].path)[0].id == moment

    async with open_archive(home) as archive:
        await forget(archive, spool, [moment])

    assert spool.waiting() == []


async def test_a_forget_that_a_reader_held_up_is_finished_by_the_worker(
    worker: Worker, post_text: Post, home: Path, spool: Spool
) -> None:
    clock = worker._clock
    assert isinstance(clock, FakeClock)
    post_text("a word about the siren")
    await worker.drain()
    async with open_archive_to_read(home) as reader, open_archive(home) as archive:
        await reader.connection.execute("BEGIN")
        (row,) = await reader.moments()
        assert not await forget(archive, spool, [row.id])
        clock.advance(SCRUB_EVERY_S)
        await worker.scrub_again()
        assert b"siren" in (home / "archive.db-wal").read_bytes()
        await reader.connection.execute("COMMIT")

        await worker.scrub_again()
        assert b"siren" in (home / "archive.db-wal").read_bytes()
        clock.advance(SCRUB_EVERY_S)
        await worker.scrub_again()
        assert b"siren" not in (home / "archive.db-wal").read_bytes()


async def test_half_made_sound_goes_with_its_moment(home: Path, spool: Spool) -> None:
    part = part_path(home, "00aa-5")
    part.parent.mkdir()
    part.write_bytes(b"sound")

    async with open_archive(home) as archive:
        await forget(archive, spool, ["00aa-5"])

    assert not part.exists()


async def test_the_same_reference_is_one_moment(
    worker: Worker, post_text: Post, home: Path
) -> None:
    post_text("first words", ref="a")
    post_text("other words", ref="a")
    post_text("third words", ref="b")

    await worker.drain()

    assert [(row.ref, row.text) for row in await rows(home)] == [
        ("a", "first words"),
        ("b", "third words"),
    ]


async def test_there_is_only_one_worker(worker: Worker, home: Path) -> None:
    with pytest.raises(ArchiveBusy, match=r"process [0-9]+"):
        async with working(Home(home), Settings(), models=FakeModels()):
            pass


async def test_the_socket_answers(worker: Worker, home: Path, post_text: Post) -> None:
    socket = Home(home).worker_socket
    post_text("one that waits")
    status = await asyncio.to_thread(
        socket_client.ask, socket, {"do": "status"}, patience_s=PATIENCE_S
    )
    vectors = await asker(socket, 5)(["pill box", "box pill"], FakeEmbedder.name)

    assert vectors is not None
    assert (status["waiting"], status["aside"], status["trouble"]) == (1, 0, None)
    assert vectors.shape == (2, 384)
    assert float(vectors[0] @ vectors[1]) == pytest.approx(1.0, abs=1e-5)


async def test_who_subscribes_hears_of_new_moments(
    worker: Worker, home: Path, post_text: Post
) -> None:
    async with contextlib.aclosing(socket_client.events(Home(home).worker_socket)) as events:
        assert await anext(events) == {"event": "subscribed"}
        moment = post_text("a note")
        await worker.drain()

        assert await anext(events) == {"event": "searchable", "moment": moment}


@pytest.mark.parametrize("nonsense", [b"{}\n", b"nonsense\n", b'{"do": "dance"}\n', b"[1]\n"])
async def test_nonsense_at_the_socket_is_answered_with_a_sentence(
    worker: Worker, home: Path, nonsense: bytes
) -> None:
    reader, writer = await asyncio.open_unix_connection(Home(home).worker_socket)
    writer.write(nonsense)

    answer = json.loads(await reader.readline())

    writer.close()
    assert answer["error"] == "wrong_usage"


async def test_a_listener_that_sleeps_loses_the_oldest_events(worker: Worker) -> None:
    with worker.listening() as events:
        for number in range(1500):
            worker.report({"event": "progress", "number": number})

        assert events.qsize() == 1000
        assert events.get_nowait()["number"] == 500


async def test_the_socket_transcribes_a_file_and_keeps_nothing(worker: Worker, home: Path) -> None:
    recording = Path(__file__).parents[2] / "recordings" / "pill_box.opus"
    request = {"do": "transcribe", "file": str(recording)}

    answer = await asyncio.to_thread(
        socket_client.ask, Home(home).worker_socket, request, patience_s=60
    )

    assert (answer["text"], answer["model"]) == ("pill box", "fake")
    assert [word["word"] for word in answer["words"]] == ["pill", "box"]
    assert await rows(home) == []


async def test_what_is_transcribed_lies_in_no_folder_meanwhile(
    worker: Worker, models: FakeModels, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Path(__file__).parents[2] / "recordings" / "pill_box.opus"
    seen: list[tuple[list[Path], int, Path]] = []
    hear = models.hear

    async def look(clip: Path, progress: Progress) -> Heard:
        assert str(clip.readlink()).endswith("(deleted)")
        seen.append((list((home / "spool").rglob("*")), len(read_clip(clip)[1]), clip))
        return await hear(clip, progress)

    monkeypatch.setattr(models, "hear", look)
    request = {"do": "transcribe", "file": str(recording)}
    await asyncio.to_thread(
        socket_client.ask, Home(home).worker_socket, request, patience_s=PATIENCE_S
    )

    ((lying, samples, clip),) = seen
    assert lying == []
    assert samples > 16_000
    assert not clip.exists()


async def test_a_file_that_would_fill_the_disk_is_not_transcribed(
    worker: Worker, home: Path, tmp_path: Path
) -> None:
    worker.handling = Handling(guard=DiskReserve(MemorySpool(free=0), 1).guard)
    write_wav(tmp_path / "a.wav", np.ones(16_000, np.int16))
    request = {"do": "transcribe", "file": str(tmp_path / "a.wav")}

    with pytest.raises(socket_client.Declined, match="nothing is kept"):
        await asyncio.to_thread(
            socket_client.ask, Home(home).worker_socket, request, patience_s=PATIENCE_S
        )


async def test_a_file_that_is_no_sound_is_declined_at_the_socket(
    worker: Worker, home: Path, tmp_path: Path
) -> None:
    request = {"do": "transcribe", "file": str(tmp_path / "none.wav")}

    with pytest.raises(socket_client.Declined, match="no file"):
        await asyncio.to_thread(
            socket_client.ask, Home(home).worker_socket, request, patience_s=PATIENCE_S
        )
