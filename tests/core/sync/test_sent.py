"""How many bytes went to other copies: a number in a file that several processes add to."""

import json
from pathlib import Path

from core.sent import Sent, with_peers
from core.sync.sent import SENT_FILE, add_to_peers, sent_to_peers


def test_what_is_sent_adds_up(tmp_path: Path) -> None:
    assert sent_to_peers(tmp_path) == 0

    add_to_peers(tmp_path, 700)
    add_to_peers(tmp_path, 41)

    assert sent_to_peers(tmp_path) == 741


def test_the_file_holds_a_number_and_nothing_else(tmp_path: Path) -> None:
    add_to_peers(tmp_path, 700)

    path = tmp_path / "sync" / SENT_FILE
    assert json.loads(path.read_text()) == {"bytes": 700}
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_of_nonsense_counts_from_nothing(tmp_path: Path) -> None:
    add_to_peers(tmp_path, 700)
    for nonsense in ("", "[]", '{"bytes": -4}', '{"bytes": true}', "{"):
        (tmp_path / "sync" / SENT_FILE).write_text(nonsense)
        assert sent_to_peers(tmp_path) == 0

    add_to_peers(tmp_path, 5)
    assert sent_to_peers(tmp_path) == 5


def test_it_stands_beside_what_the_page_counts(tmp_path: Path) -> None:
    assert with_peers(None, tmp_path) is None
    assert with_peers(Sent(phones=9), tmp_path) == Sent(phones=9)

    add_to_peers(tmp_path, 2_000_000)

    assert with_peers(Sent(phones=9), tmp_path) == Sent(phones=9, peers=2_000_000)
    told = with_peers(None, tmp_path)
    assert told is not None
    assert "at least 2.0 MB to other copies of this archive" in told.sentence
