"""Ids in real processes: printed short, taken short, and whole for programs."""

import json
from pathlib import Path

import pytest

from tests.journeys.command import PILL_BOX, afterthought

STREAM_CHARACTERS = 16


def ids(*act: str) -> set[str]:
    return {row["id"] for row in afterthought(*act, "--json").value}


@pytest.mark.long
def test_what_is_printed_for_people_is_short_and_means_the_same(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"text": "the pump leaks"}) + "\n")
    printed = [
        afterthought("note", "the pill box"),
        afterthought("keep", PILL_BOX),
        afterthought("import", lines),
        afterthought("hear", PILL_BOX, "--press-at", "2"),
    ]
    names = [ran.out.split()[0] for ran in printed]

    assert all(len(name) < STREAM_CHARACTERS for name in names)
    assert {afterthought("show", name, "--json").value["id"] for name in names} == ids("list")
    for act in (["list"], ["search", "pill", "box", "pump"], ["show", *names]):
        found = afterthought(*act).out
        assert any(name in found for name in names)
        assert act[0] == "search" or all(name in found for name in names)
        assert not any(moment in found for moment in ids("list"))


def test_every_command_takes_a_short_id(tmp_path: Path) -> None:
    name = afterthought("note", "the pill box").out.strip()
    event = afterthought("log").out.split("\n")[1].split()[0]

    for act in (["show"], ["hide"], ["restore"], ["retry"]):
        ran = afterthought(*act, name)
        assert (ran.status, ran.err) == (0, ""), act
        assert name in ran.out
    assert afterthought("undo", event).out == (
        f"Taken back: the note {name}. `afterthought redo` brings it back.\n"
    )
    assert afterthought("forget", name[:4], "--yes").status == 0
    assert f"The moment {name} was forgotten." in afterthought("show", name).err


def test_what_may_be_several_is_told_with_all_of_them(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps({"text": f"thought {n}"}) + "\n" for n in range(17)))
    names = [line.split()[0] for line in afterthought("import", lines).out.splitlines()]
    first = next(a[0] for a in names if sum(b[0] == a[0] for b in names) > 1)

    ran = afterthought("hide", first)

    assert ran.status == 1
    assert ran.err.startswith(f"'{first}' may be any of ")
    assert all(name in ran.err for name in sorted(n for n in names if n[0] == first)[:5])
    assert ids("list", "--hidden") == ids("list")
