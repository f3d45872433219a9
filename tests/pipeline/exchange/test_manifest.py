"""What a backup says of itself is read with care: anybody may have written it."""

import json
from typing import Any

import pytest

from pipeline.exchange.manifest import Manifest, ManifestBroken, is_known, understood, written

HASH = "1" * 64
MANIFEST = Manifest(
    id="0" * 32,
    made="2026-11-30T21:00:00+00:00",
    archive_version=15,
    lines={"a" * 16: (7, HASH)},
    moments=3,
    events=7,
    sounds=1,
    sound_bytes=10,
    files={"archive.db": (4096, HASH), "spool/aside/a.0.texts": (3, HASH)},
    missing=("2" * 64,),
    altered={"3" * 64: HASH},
    problems=("The sound is missing.",),
    doubt="It is older.",
)


def test_it_reads_as_it_was_written_and_unknown_fields_are_passed_over() -> None:
    told = json.loads(written(MANIFEST))

    assert understood(written(MANIFEST)) == MANIFEST
    assert understood(json.dumps({**told, "later": 1}).encode()) == MANIFEST
    assert MANIFEST.waiting == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "../../etc"},
        {"lines": {"no origin": (1, HASH)}},
        {"lines": {"a" * 16: (1, "no hash")}},
        {"files": {"../archive.db": (1, HASH)}},
        {"files": {"/etc/passwd": (1, HASH)}},
        {"files": {"spool/../x": (1, HASH)}},
        {"files": {f"sound/11/{HASH}.mp4": (1, HASH)}},
        {"files": 7},
        {"missing": ["x"]},
        {"altered": {"x": HASH}},
        {"moments": "many"},
        {"afterthought_backup": None},
        {"made": 7},
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, Any]) -> None:
    told = {**json.loads(written(MANIFEST)), **changed}
    if told["afterthought_backup"] is None:
        del told["afterthought_backup"]

    with pytest.raises(ManifestBroken) as refused:
        understood(json.dumps(told).encode())
    assert not refused.value.is_newer


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"a": 1}'])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ManifestBroken):
        understood(content)


def test_one_of_a_newer_version_is_told_as_that() -> None:
    told = {**json.loads(written(MANIFEST)), "afterthought_backup": 2, "files": "otherwise"}

    with pytest.raises(ManifestBroken) as refused:
        understood(json.dumps(told).encode())
    assert refused.value.is_newer


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("archive.db", True),
        (f"sound/11/{HASH}.mp4", True),
        (f"sound/12/{HASH}.mp4", False),
        ("spool/00000000000000aa-0.0.clip", True),
        ("spool/aside/anything.why", True),
        ("spool/..", False),
        ("spool/.hidden", False),
        ("spool/a/b", False),
        ("sync/identity.json", False),
        ("archive.db-wal", False),
        ("archive.db\n", False),
        ("", False),
    ],
)
def test_only_names_of_ours_belong_into_a_backup(name: str, *, known: bool) -> None:
    assert is_known(name) is known
