"""The whole walk with real models: a recording is kept, found, shown, hidden, brought back."""

import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.command import PILL_BOX, Argument, Do, Ran, afterthought

Kept = dict[str, Any]

SPOKEN = (
    "my pillbox rang again this morning nobody in the house reacts to that siren "
    "because it cries too often"
)


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z ]", " ", text.lower()).split()


@pytest.fixture
def done() -> Do:
    """Runs a command that is expected to succeed."""

    def run(*arguments: Argument) -> Ran:
        ran = afterthought(*arguments)
        assert ran.status == 0, ran.err
        return ran

    return run


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Kept]:
    """A home in which the recording was kept, and what was told of it."""
    home = tmp_path_factory.mktemp("home")
    ran = afterthought("keep", PILL_BOX, "--json", "--at", "2026-01-31T18:00", "--home", home)
    assert ran.status == 0, ran.err
    return home, ran.value


@pytest.fixture
def kept(kept_once: tuple[Path, Kept], home: Path) -> Kept:
    """The same in a home of the test's own."""
    original, value = kept_once
    shutil.copytree(original, home, dirs_exist_ok=True)
    return value


def test_a_recording_becomes_a_moment_with_its_words_in_their_places(kept: Kept) -> None:
    words = kept["words"]

    told = {"file", "id", "text", "words", "seconds", "at", "at_from", "damaged_s", "gaps_s"}
    told |= {"language", "other_language"}
    assert set(kept) == told
    assert kept["file"] == str(PILL_BOX)
    assert len(set(plain(SPOKEN)) - set(plain(kept["text"]))) <= 1, kept["text"]
    assert kept["text"] == " ".join(each["word"] for each in words)
    starts, ends = ([each[edge] for each in words] for edge in ("start_s", "end_s"))
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(
        0 <= start <= end <= kept["seconds"] for start, end in zip(starts, ends, strict=True)
    )
    assert all(0 <= each["probability"] <= 1 for each in words)
    assert {each["doubtful"] for each in words} <= {True, False}
    assert datetime.fromisoformat(kept["at"]).isoformat().startswith("2026-01-31T18:00:00")


def test_it_is_found_by_its_words_and_by_what_it_means_with_reasons(kept: Kept, done: Do) -> None:
    done("note", "The bank wants the loan papers by Friday.")
    done("note", "Buy flour, sugar and eggs for the cake.")

    for query in ("siren", "medicine that makes a noise which everybody ignores"):
        best = done("search", query, "--json").value[0]
        assert best["id"] == kept["id"], query
        assert best["why"]
        assert best["seconds"] == kept["seconds"]
    assert any("siren" in why for why in done("search", "siren", "--json").value[0]["why"])
    assert done("search", "siren").out.startswith(kept["id"][:8])


def test_many_queries_are_answered_a_line_each_in_their_order(
    kept: Kept, done: Do, tmp_path: Path
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("siren\n\ndon't AND \"\nwho reacts in the house\n")

    lines = done("search", "--from", queries).lines

    assert [each["query"] for each in lines] == queries.read_text().splitlines()
    assert all({"query", "hits", "ms", "nothing_close"} == set(each) for each in lines)
    assert [bool(each["hits"]) for each in lines][::3] == [True, True]


def test_a_period_leaves_it_out_or_lets_it_in(kept: Kept, done: Do) -> None:
    inside, outside = ("--since", "2026-01-31"), ("--until", "2026-01-30")

    for act in (["list"], ["search", "siren"]):
        assert [each["id"] for each in done(*act, *inside, "--json").value] == [kept["id"]]
        assert done(*act, *outside, "--json").value == []


def test_hiding_restoring_and_undoing_take_it_out_of_sight_and_bring_it_back(
    kept: Kept, done: Do
) -> None:
    moment = str(kept["id"])

    def seen() -> tuple[int, int]:
        return len(done("list", "--json").value), len(done("search", "siren", "--json").value)

    assert seen() == (1, 1)
    assert done("hide", moment[:6], "--json").value == {
        "id": moment,
        "state": "hidden",
        "changed": True,
    }
    assert seen() == (0, 0)
    assert [row["state"] for row in done("list", "--hidden", "--json").value] == ["hidden"]
    assert done("restore", moment, "--json").value["state"] == "visible"
    assert seen() == (1, 1)
    assert done("undo", "--json").value["kind"] == "moment_restored"
    assert seen() == (0, 0)
    assert done("undo", "--json").value["kind"] == "moment_hidden"
    assert seen() == (1, 1)
    assert done("redo", "--json").value["kind"] == "moment_hidden"
    assert seen() == (0, 0)
    assert done("check", "--json").value["problems"] == []


def test_showing_tells_its_words_its_sound_and_its_history(kept: Kept, done: Do) -> None:
    shown = done("show", kept["id"], "--json").value

    assert shown["words"] == kept["words"]
    assert shown["source"] == PILL_BOX.name
    assert shown["reasons"]
    assert b"ftyp" in Path(shown["sound"]).read_bytes()[:12]
    assert len(shown["history"]) == 3
    assert str(kept["text"]) in done("show", kept["id"]).out


def test_the_log_reads_as_sentences_without_a_word_of_what_was_said(kept: Kept, done: Do) -> None:
    done("hide", kept["id"])

    log = done("log", "--json").value

    assert [each["kind"] for each in log] == [
        "origin_began",
        "moment_kept",
        "moment_transcribed",
        "moment_embedded",
        "moment_hidden",
    ]
    assert all(each["sentence"].endswith(".") for each in log)
    assert "siren" not in json.dumps(log) + done("log").out
    assert len(done("log", "-n", "2", "--json").value) == 2


def test_forgetting_asks_for_a_yes_and_leaves_nothing(kept: Kept, done: Do, home: Path) -> None:
    asked = afterthought("forget", str(kept["id"]))
    assert (asked.status, asked.out) == (2, "")
    assert len(done("list", "--json").value) == 1

    told = done("forget", kept["id"], "--yes", "--json").value

    assert told["forgotten"] == [kept["id"]]
    assert told["out_of_reach"]
    assert done("list", "--hidden", "--json").value == []
    assert list((home / "sound").rglob("*.mp4")) == []
    assert "was forgotten" in afterthought("show", str(kept["id"])).err


def test_the_same_file_kept_twice_is_two_moments_with_one_sound(
    kept: Kept, done: Do, home: Path
) -> None:
    again = done("keep", PILL_BOX, "--json").value

    assert again["id"] != kept["id"]
    assert len(done("list", "--json").value) == 2
    assert len(list((home / "sound").rglob("*.mp4"))) == 1
    done("forget", again["id"], "--yes")
    assert len(list((home / "sound").rglob("*.mp4"))) == 1


def test_home_and_json_stand_before_or_after_the_subcommand(tmp_path: Path, done: Do) -> None:
    one, two = tmp_path / "one", tmp_path / "two"

    before = done("--home", one, "--json", "note", "first").value
    after = done("note", "--home", two, "--json", "second").value

    for home, made in ((one, before), (two, after)):
        rows = done("list", "--json", "--home", home)
        assert [each["id"] for each in rows.value] == [made["id"]]
        assert done("--json", "--home", home, "list") == rows
    assert done("list", "--json").value == []


def test_what_is_imported_twice_is_there_once_and_its_refs_come_back(
    done: Do, tmp_path: Path
) -> None:
    lines = tmp_path / "turns.jsonl"
    turns = [("Ann", "The kettle sings."), ("Ben", "Nobody listens to it.")]
    lines.write_text(
        "".join(
            json.dumps({"text": text, "ref": f"D1:{n}", "speaker": speaker, "at": "2024-05-05"})
            + "\n"
            for n, (speaker, text) in enumerate(turns)
        )
    )

    first, second = (done("import", lines, "--json").lines for _ in range(2))

    assert first == second
    assert [each["ref"] for each in first] == ["D1:0", "D1:1"]
    hit = done("search", "what does Ann hear", "--json").value[0]
    assert (hit["ref"], hit["speaker"]) == ("D1:0", "Ann")


def test_recordings_of_real_people_are_found_by_what_they_said(data: Path, done: Do) -> None:
    rows = [
        json.loads(line) for line in (data / "speech/dev.jsonl").read_text("utf-8").splitlines()
    ]
    read = [row for row in rows if row["source"].startswith("librispeech")][:12:3]

    kept = done("keep", "--json", *(data / "speech" / row["audio"] for row in read)).lines

    for row, moment in zip(read, kept, strict=True):
        quoted = " ".join(row["text"].split()[3:9])
        assert done("search", quoted, "--json").value[0]["id"] == moment["id"]
