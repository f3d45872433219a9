"""A marker goes through every act there is: no journal row has it, no log line, and after a
forget no byte of the archive's folder."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from core.spool_port import Clip, TypedText
from pipeline.spool.spool import Spool
from tests.journeys.command import PILL_BOX, Argument, Do, Ran, afterthought

MARKER = "Zanzibarquux"
SOUND = np.ones(1600, np.int16)
FORMS = [MARKER.lower().encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be")]


@pytest.fixture
def said() -> list[str]:
    """What all commands said on standard error."""
    return []


@pytest.fixture
def do(said: list[str]) -> Do:
    def run(*arguments: Argument, status: int | None = 0) -> Ran:
        ran = afterthought("--json", *arguments)
        assert status in (None, ran.status), ran.err
        said.append(ran.err)
        return ran

    return run


@pytest.fixture
def marked(do: Do, tmp_path: Path) -> list[str]:
    """Moments that carry the marker in every place that takes words of the wearer's."""
    note = do("note", f"{MARKER} at the harbour, {MARKER.upper()}s", "--speaker", MARKER)
    lines = tmp_path / f"{MARKER}.jsonl"
    lines.write_text(
        json.dumps({"text": f"about {MARKER}", "ref": f"ref-{MARKER}", "speaker": f"{MARKER} B"})
        + f'\n{{"text": "plain words", "ref": "{MARKER}-2"}}\n{{"broken {MARKER}\n'
    )
    named, renamed = (
        do("import", lines, *source, status=1).lines for source in ([], ["--source", MARKER])
    )
    recording = tmp_path / f"{MARKER}.opus"
    shutil.copy(PILL_BOX, recording)
    kept = do("keep", recording)
    imported = [line for line in (*named, *renamed) if "id" in line]
    return [note.value["id"], kept.value["id"], *(line["id"] for line in imported)]


def test_no_row_of_the_journal_and_no_line_of_the_log_holds_a_word_or_a_name(
    do: Do, marked: list[str], said: list[str], home: Path
) -> None:
    take_through_every_act(do, marked)

    assert holding(journal(home)) == []
    assert holding({"standard error": "".join(said).encode()}) == []


def test_after_a_forget_no_byte_of_the_folder_holds_it(
    do: Do, marked: list[str], home: Path
) -> None:
    do("note", "something else stays, about a pill box")
    take_through_every_act(do, marked)
    assert holding(files(home)), "nothing to forget: the marker never came in"

    do("forget", *marked, "--yes")

    assert holding(files(home)) == []
    assert {hit["id"] for hit in do("search", MARKER).value}.isdisjoint(marked)
    assert [row["text"] for row in do("list", "--hidden").value] == [
        "something else stays, about a pill box"
    ]
    assert do("check").value["ok"]


def test_after_everything_is_forgotten_no_byte_of_the_folder_holds_it(
    do: Do, marked: list[str], home: Path
) -> None:
    do("hide", marked[0])

    do("forget", "--all", "--yes")

    assert holding(files(home)) == []
    assert list((home / "sound").rglob("*.mp4")) == []
    assert do("list", "--hidden").value == []


def test_a_forget_reaches_an_imported_line_whose_letter_still_waits(
    do: Do, home: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(f'{{"text": "about {MARKER}", "ref": "a"}}\n{{"text": "other"}}\n')
    moment, _ = (each["id"] for each in do("import", lines).lines)
    # As it lies there when the worker was killed after the moment, before the letter's removal.
    (home / "spool" / "00000000.0.texts").write_bytes(letter_of(moment))

    do("forget", moment, "--yes")

    assert holding(files(home)) == []
    do("process", "--once")
    assert [row["text"] for row in do("list").value] == ["other"]


@pytest.mark.parametrize("what", [["--all"], ["--since", "2026-03-01", "--until", "2026-03-01"]])
def test_a_forget_reaches_whatever_waits_in_the_spool(do: Do, home: Path, what: list[str]) -> None:
    do("note", "something of another day", "--at", "2026-03-02T12:00")
    fill_spool(Spool(home / "spool"))
    assert len(holding(files(home))) == 3

    told = do("forget", *what, "--yes").value

    assert holding(files(home)) == []
    assert len(told["forgotten"]) == 3 + (what == ["--all"])
    do("process", "--once")
    assert len(do("list", "--hidden").value) == int(what != ["--all"])
    assert do("check").value["ok"]


def test_a_letter_that_was_set_aside_can_be_forgotten(do: Do, home: Path) -> None:
    spool = Spool(home / "spool")
    spool.post_texts("00bb", []).write_bytes(f"{{broken {MARKER}".encode())
    do("process", "--once")
    (aside,) = [each for each in do("doctor", status=None).value if each["name"] == "aside"]
    assert "00bb" in aside["sentence"]

    by_date = do("forget", "--since", "2026-01-01", "--yes", status=1)
    told = do("forget", "00bb", "--yes").value

    assert "Not forgotten, since it tells no date: `afterthought forget 00bb" in by_date.err
    assert told["forgotten"] == ["00bb"]
    assert holding(files(home)) == []


def test_after_everything_is_forgotten_no_sound_lies_aside(do: Do, home: Path) -> None:
    do("note", "something")
    set_aside = home / "sound" / "ab" / f"{'ab' * 32}.mp4"
    set_aside.parent.mkdir(parents=True)
    set_aside.write_bytes(b"sound that no moment names")
    do("process", "--once")
    assert (home / "sound" / "aside" / set_aside.name).exists()

    do("forget", "--all", "--yes")

    assert list((home / "sound").rglob("*.mp4")) == []


def test_a_forget_names_what_it_cannot_reach(do: Do) -> None:
    moment = do("note", "something").value["id"]

    told = do("forget", moment, "--yes").value

    assert any("backups" in each for each in told["out_of_reach"])
    assert any("sudo fstrim -av" in each for each in told["out_of_reach"])


def fill_spool(spool: Spool) -> None:
    """The marker waits, was set aside, and was taken back; all on the first of March."""
    noon = Recorded(1_772_366_400_000, 0, source="given")
    spool.post_texts("00aa", [TypedText("00aa-0", "typed", MARKER, noon)])
    clips = [
        spool.post_clip(Clip(f"00aa-{n}", "press", noon, speaker=MARKER), [SOUND]) for n in (1, 2)
    ]
    spool.set_aside(clips[0], "it is broken")
    spool.take_back(clips[1])


def test_while_somebody_reads_the_forget_says_that_it_is_not_finished_and_is_finished_later(
    do: Do, home: Path
) -> None:
    moment = do("note", f"about {MARKER}").value["id"]
    with contextlib.closing(sqlite3.connect(home / "archive.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()

        told = do("forget", moment, "--yes", status=1)

        assert (told.value["forgotten"], told.value["finished"]) == ([moment], False)
        assert "The worker erases them once that program is done" in told.err
        assert do("list", "--hidden").value == []
        assert holding(files(home))

    do("process", "--once")

    assert holding(files(home)) == []


def take_through_every_act(do: Do, marked: list[str]) -> None:
    do("search", MARKER)
    do("search", f'"{MARKER} AND NEAR(')
    do("show", *marked)
    do("hide", *marked)
    do("undo")
    do("redo")
    do("restore", *marked)
    do("list", "--hidden")
    do("log")
    do("check")
    do("rebuild")
    do("process", "--once")


def journal(home: Path) -> dict[str, bytes]:
    with contextlib.closing(sqlite3.connect(home / "archive.db")) as connection, connection:
        rows = connection.execute("SELECT * FROM event").fetchall()
    connection.close()
    return {
        f"event {row[0]}:{row[1]}": b"\n".join(
            value if isinstance(value, bytes) else str(value).encode() for value in row
        )
        for row in rows
    }


def files(home: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(home)): path for path in home.rglob("*") if path.is_file()}
    return {name: name.encode() + b"\n" + path.read_bytes() for name, path in found.items()}


def holding(contents: dict[str, bytes]) -> list[str]:
    return [
        name for name, content in contents.items() if any(form in content.lower() for form in FORMS)
    ]


def letter_of(moment: str) -> bytes:
    recorded = {"at_ms": 5, "utc_offset_min": 0, "boot": None, "boottime_ms": None}
    text = {
        "id": moment,
        "how": "imported",
        "text": f"about {MARKER}",
        "recorded": {**recorded, "source": "given"},
        "speaker": None,
        "reference": {"source": "lines.jsonl", "ref": "a", "line": None},
    }
    return json.dumps(text).encode() + b"\n"
