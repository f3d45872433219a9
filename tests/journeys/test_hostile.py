"""Files with broken or rare headers: each gives a moment or one clear sentence, and no more."""

import json
from pathlib import Path

import pytest

from tests.journeys.command import afterthought

CALLS = 4

KEPT = {"file", "id", "text", "words", "seconds", "at", "at_from", "damaged_s", "gaps_s"} | {
    "language",
    "other_language",
}
REFUSED = {"file", "error", "code", "advice"}


@pytest.fixture(scope="module")
def hostile(data: Path) -> list[Path]:
    index = (data / "hostile" / "index.jsonl").read_text("utf-8").splitlines()
    return [data / "hostile" / json.loads(line)["file"] for line in index]


@pytest.mark.soak
@pytest.mark.parametrize("call", range(CALLS))
def test_each_hostile_file_gives_a_moment_or_a_sentence(hostile: list[Path], call: int) -> None:
    files = hostile[call::CALLS]

    ran = afterthought("keep", "--json", *files)

    assert "Traceback" not in ran.err
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [each["file"] for each in answers] == [str(file) for file in files]
    assert all(set(each) in (KEPT, REFUSED) for each in answers)
    assert ran.status == int(any("error" in each for each in answers))
