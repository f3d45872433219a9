"""How many bytes have left the device: as a value, for people, and in its file."""

import json
from pathlib import Path

import pytest

from core.sent import FILE_NAME, Sent, from_json, read_sent
from core.text.sizes import size_in_words

SINCE_MS = 1_796_040_000_000


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (3_499, "3.4 kB"),
        (9_999, "9.9 kB"),
        (10_000, "10 kB"),
        (999_999, "999 kB"),
        (3_400_000, "3.4 MB"),
        (5_000_000_000_000, "5.0 TB"),
        (7_000_000_000_000_000, "7000 TB"),
    ],
)
def test_a_size_is_never_told_as_more_than_it_is(count: int, told: str) -> None:
    assert size_in_words(count) == told


@pytest.mark.usefixtures("_berlin")
def test_it_is_told_to_whom_and_since_when() -> None:
    sent = Sent(SINCE_MS).with_more("phones", 3_400_000).with_more("others", 20_000)

    assert sent.sentence == (
        "Left this device since 2026-11-30: 0 bytes to the internet, at least 3.4 MB to your "
        "phones. At least 20 kB went to others on your network: only the pairing page, and nothing "
        "of yours."
    )
    assert ", at least 70 kB to other copies of this archive." in (
        sent.with_more("peers", 70_000).sentence
    )
    assert Sent().sentence.startswith("Left this device: 0 bytes to the internet, 0 bytes to")
    assert sent.told() == {
        "since": "2026-11-30T13:00:00+01:00",
        "internet": 0,
        "phones": 3_400_000,
        "peers": 0,
        "others": 20_000,
    }


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    sent = Sent(SINCE_MS, 1, 2, 3, 4)
    (tmp_path / FILE_NAME).write_text(json.dumps(sent.as_json()), encoding="ascii")

    assert read_sent(tmp_path) == sent == from_json(sent.as_json())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"since_ms": null, "internet": -1, "phones": 0, "peers": 0, "others": 0}',
        '{"since_ms": "x", "internet": 0, "phones": 0, "peers": 0, "others": 0}',
        '{"since_ms": null, "internet": 0, "phones": 0.5, "peers": 0, "others": 0}',
    ],
)
def test_a_file_that_is_none_of_ours_is_no_count(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="ascii")

    assert read_sent(tmp_path) is None
