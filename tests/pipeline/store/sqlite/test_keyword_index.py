"""The keyword index follows the passages, and is filled anew where an older version made it."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pipeline.forget import forget
from pipeline.spool.spool import Spool
from pipeline.store.passage_port import Phrase
from pipeline.store.sqlite import keyword_index
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import archive_path
from pipeline.store.sqlite.migrations import MIGRATIONS, REINDEXED_BY
from pipeline.store.sqlite.passage_index import PassageReader

Typed = Callable[..., Awaitable[str]]

BEFORE = min(REINDEXED_BY) - 1
"""The version whose index SQLite cut by itself."""


def archive_of_before(home: Path, *texts: str) -> None:
    """An archive with these passages, as the version before left it."""
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        connection.executescript("".join(MIGRATIONS[:BEFORE]))
        connection.execute(f"PRAGMA user_version = {BEFORE}")
        connection.executemany(
            "INSERT INTO passage (moment, position, speaker, date_words, text) "
            "VALUES (?, 0, '', '', ?)",
            ((f"{place:016x}-0", text) for place, text in enumerate(texts)),
        )


async def test_what_was_kept_before_is_found_in_every_script(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyword_index, "AT_ONCE", 2)
    archive_of_before(home, "备用电池。", "Die Straße", "over Wi-Fi", "Buy 🔋", "two boats")

    with capture_logs() as log:
        async with open_archive(home) as archive:
            reader = PassageReader(archive.connection)
            for typed in ("电池", "strasse", "wifi", "🔋", "boat"):
                assert len((await reader.match(Phrase(typed))).rowids) == 1

    assert [(line["passages"], line["of"]) for line in log] == [(2, 5), (4, 5), (5, 5)]
    assert not any("Wi-Fi" in f"{line}" for line in log)


async def test_a_kill_while_the_index_is_filled_leaves_the_archive_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_of_before(home, "备用电池。")

    class Killed(BaseException):
        pass

    def kill(_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(keyword_index, "as_indexed", kill)
        with pytest.raises(Killed):
            async with open_archive(home):
                pass
    async with open_archive(home) as archive:
        matches = await PassageReader(archive.connection).match(Phrase("电池"))

    assert len(matches.rowids) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE passage_words SET text = 'singer'",
        "DELETE FROM passage_words",
        "INSERT INTO passage_words (rowid, text) VALUES (99, 'singer')",
    ],
)
async def test_an_index_of_other_words_is_told_and_mended(
    archive: SqliteArchive, typed: Typed, statement: str
) -> None:
    await typed("the siren", "Anna")
    assert (await archive.check()).problems == []
    await archive.connection.execute(statement)

    (problem,) = (await archive.check()).problems
    await archive.rebuild()

    assert problem.startswith("The keyword index is not that of the passages (1 differ).")
    assert (await archive.check()).problems == []


async def test_a_forgotten_word_is_in_no_file_in_any_script(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    moment = await typed("备用电池 Straßenmarker")
    await forget(archive, Spool(home / "spool"), [moment])

    for path in home.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for mark in ("备用", "电池", "strassenmark", "straßen"):
            assert mark.encode() not in content.lower(), path.name
