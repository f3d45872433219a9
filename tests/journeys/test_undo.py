"""Undo and redo as the wearer has them: one act at a time, by real commands."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from core.paths import Home
from pipeline.store.format.drafts import new_act_id
from tests.journeys.command import COMMAND, PILL_BOX, Ran, afterthought, is_one_sentence

SECONDS = 120


def lines(path: Path, count: int) -> Path:
    rows = ({"text": f"line {number} of {path.name}"} for number in range(count))
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def texts() -> list[str]:
    return sorted(row["text"] for row in afterthought("list", "--json").value)


def done(*arguments: str | Path) -> Any:
    ran = afterthought(*arguments, "--json")
    assert ran.status == 0, ran
    return ran.lines[0] if ran.lines else None


def refused(*arguments: str) -> Ran:
    ran = afterthought(*arguments)
    assert ran.status == 1
    assert is_one_sentence(ran.err), ran.err
    return ran


def test_an_import_is_taken_back_by_one_undo_and_redo_brings_it_back(tmp_path: Path) -> None:
    done("note", "before")
    done("import", lines(tmp_path / "a.jsonl", 3))

    undone = done("undo")

    assert (undone["count"], len(undone["moments"])) == (3, 3)
    assert undone["sentence"] == "Taken back: the import of 3 notes."
    assert texts() == ["before"]
    assert done("redo")["sentence"] == "Brought back: the import of 3 notes."
    assert len(texts()) == 4
    told = afterthought("undo").out
    assert told.startswith("Taken back: the import of 3 notes. ")
    assert "`afterthought redo`" in told
    assert afterthought("redo").out.startswith("Brought back: the import of 3 notes. ")
    assert done("check")["problems"] == []


def test_two_undos_take_back_two_acts_and_a_new_one_ends_the_way_forward(tmp_path: Path) -> None:
    done("note", "first")
    done("import", lines(tmp_path / "a.jsonl", 2))
    done("note", "last")

    done("undo")
    done("undo")
    assert texts() == ["first"]
    done("redo")
    assert len(texts()) == 3
    done("note", "something new")

    assert "nothing to redo" in refused("redo").err
    assert len(texts()) == 4


def test_several_files_of_one_call_are_one_act(tmp_path: Path) -> None:
    copy = tmp_path / "copy.opus"
    copy.write_bytes(PILL_BOX.read_bytes())
    done("keep", PILL_BOX, copy)
    done("import", lines(tmp_path / "a.jsonl", 1), lines(tmp_path / "b.jsonl", 1))

    assert done("undo")["sentence"] == "Taken back: the import of 2 notes."
    assert done("undo")["sentence"] == "Taken back: 2 sound files."
    assert texts() == []


def test_a_forget_is_not_undone_and_what_came_before_it_only_by_name(tmp_path: Path) -> None:
    imported = done("import", lines(tmp_path / "a.jsonl", 3))
    done("forget", imported["id"], "--yes")
    act = next(e["act"] for e in done("log") if e["kind"] == "moment_kept")

    assert "cannot be undone" in refused("undo").err
    assert len(texts()) == 2

    assert done("undo", act)["sentence"] == "Taken back: the import of 2 notes."
    assert texts() == []
    assert "cannot be undone" in refused("undo").err


def test_an_act_is_read_back_by_its_id_in_the_log(tmp_path: Path) -> None:
    done("import", lines(tmp_path / "a.jsonl", 2))
    undone = done("undo")["undone"]
    assert done("redo")["redone"] == undone

    log = done("log")

    by_kind = {
        kind: [e for e in log if e["kind"] == kind] for kind in ("moment_kept", "act_undone")
    }
    assert {e["act"] for each in by_kind.values() for e in each} == {undone}
    sentences = [e["sentence"].split(":")[0] for e in by_kind["act_undone"]]
    assert [each.startswith("You took back event ") for each in sentences] == [True] * 2 + [
        False
    ] * 2
    assert [each.startswith("You took back the undo ") for each in sentences[2:]] == [True] * 2


@pytest.mark.long
def test_an_import_killed_halfway_is_one_act_when_the_worker_has_done_the_rest(
    tmp_path: Path,
) -> None:
    path = lines(tmp_path / "a.jsonl", 600)
    command = [*COMMAND, "import", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as importing:
        assert importing.stdout is not None
        importing.stdout.readline()  # the first letter is in, the second on its way
        os.killpg(importing.pid, signal.SIGKILL)
    done("process", "--once")
    there = len(texts())
    assert there >= 256

    assert done("undo")["count"] == there
    assert texts() == []
    done("import", path)
    assert len(texts()) == 600


def test_an_import_undone_while_it_goes_on_is_taken_back_to_its_end() -> None:
    importing = subprocess.Popen(
        [*COMMAND, "import", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert importing.stdin is not None
    assert importing.stdout is not None
    importing.stdin.writelines(f'{{"text": "line {number}"}}\n' for number in range(257))
    importing.stdin.flush()
    importing.stdout.readline()

    assert done("undo")["count"] == 256
    _, err = importing.communicate(timeout=SECONDS)

    assert importing.returncode == 0
    assert "taken back while it went on" in err
    assert texts() == []
    assert done("redo")["count"] == 257
    assert len(texts()) == 257


def test_what_waits_without_a_worker_is_not_passed_over(home: Path, tmp_path: Path) -> None:
    done("note", "before")
    letter: dict[str, Any] = {
        "text": "waits",
        "how": "imported",
        "id": f"{'ab' * 8}-0",
        "act": new_act_id(),
    }
    recorded = dict.fromkeys(("at_ms", "utc_offset_min", "boot", "boottime_ms", "source"))
    letter |= {"recorded": recorded, "speaker": None, "reference": None, "nth": 1}
    path = Home(home).spool / f"{'cd' * 8}.0.texts"
    path.write_text(f"{json.dumps(letter)}\n", encoding="utf-8")

    assert "still being put in" in refused("undo").err
    assert texts() == ["before"]
    done("process", "--once")

    assert done("undo")["moments"] == [letter["id"]]
    assert texts() == ["before"]


def test_two_who_undo_at_once_take_back_two_acts() -> None:
    for number in range(3):
        done("note", f"note {number}")
    ran: list[Ran] = []
    both = [threading.Thread(target=lambda: ran.append(afterthought("undo"))) for _ in range(2)]

    for each in both:
        each.start()
    for each in both:
        each.join()

    assert [each.status for each in ran] == [0, 0]
    assert texts() == ["note 0"]


def test_an_act_that_is_not_there_is_told() -> None:
    done("note", "x")

    for act in ("nothing", "9" * 30, "a:b:c", "-0"):
        assert "no act" in refused("undo", "--", act).err
    assert texts() == ["x"]


def test_several_moments_are_hidden_at_once_and_a_wrong_id_is_told() -> None:
    one, two = (afterthought("note", text, "--json").value["id"] for text in ("one", "two"))

    hidden = afterthought("hide", one, "nowhere", two, one, "--json")

    assert hidden.status == 1
    wrong, *changed = hidden.lines
    assert (wrong["id"], wrong["code"]) == ("nowhere", "not_found")
    assert [each["id"] for each in changed] == [one, two]
    afterthought("undo")
    assert {each["id"] for each in afterthought("list", "--json").value} == {one, two}


def test_words_of_a_query_need_no_quotes() -> None:
    afterthought("note", "the pump leaks again")

    (hit,) = afterthought("search", "pump", "leaks", "--json").value

    assert hit["text"] == "the pump leaks again"
