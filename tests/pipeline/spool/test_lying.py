"""What lies in the spool is found, whatever else lies there."""

from pathlib import Path

import pytest

from core.clock import Recorded
from core.spool_port import TypedText
from pipeline.spool.spool import Spool
from tests.pipeline.spool.odd_things import NO_FILES

NOTE = TypedText("00000000000000aa-0", "typed", "the pump leaks", Recorded())


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("folder", ["aside", "taken-back"])
def test_what_is_no_folder_in_place_of_one_hides_nothing(
    tmp_path: Path, folder: str, kind: str
) -> None:
    spool = Spool(tmp_path / "spool")
    letter = spool.post_texts("00000000000000aa", [NOTE])
    NO_FILES[kind](spool.folder / folder)

    assert letter in {each.path for each in spool.lying()}
