"""Everything that is said is kept, in a whole capture."""

from pathlib import Path

import pytest

from core.settings import SelectionSettings, Settings
from device.capture.loop import DetectorLoaded
from tests.device.capture.candidates.test_ambient import SHORT_S, status, think
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer


def everything_wearer(home: Path) -> Wearer:
    made = Wearer(home, settings=Settings(selection=SelectionSettings("everything")))
    made.send(DetectorLoaded(LoudDetector()))
    return made


def test_everything_is_kept_by_itself_and_a_press_as_always(home: Path) -> None:
    wearer = everything_wearer(home)
    think(wearer, SHORT_S)
    think(wearer)
    assert len(wearer.lengths_s()) == 2
    assert status(wearer)["kept"] == 2

    wearer.say(3)
    wearer.ask(do="press")
    wearer.silence(5)

    assert len(wearer.lengths_s()) == 3  # what the press keeps is not kept twice
    wearer.capture.close()


def test_a_press_names_what_everything_has_kept_of_its_sound(home: Path) -> None:
    wearer = everything_wearer(home)
    think(wearer)
    (kept,) = [each.path.name.partition(".")[0] for each in wearer.spool.waiting()]

    wearer.ask(do="press")
    wearer.silence(5)

    assert wearer.replaced() == [kept]
    wearer.capture.close()


def test_what_a_press_does_not_have_of_an_utterance_everything_keeps(home: Path) -> None:
    """The press comes early in it, and follows what is said for half a minute."""
    wearer = everything_wearer(home)
    wearer.silence(3)
    wearer.say(12)
    wearer.ask(do="press")
    wearer.say(45)
    wearer.silence(6)

    assert len(wearer.lengths_s()) == 2
    assert 57 <= sum(wearer.lengths_s()) < 60
    wearer.capture.close()


def test_what_a_press_does_not_have_of_the_last_utterance_everything_keeps(home: Path) -> None:
    wearer = everything_wearer(home)
    wearer.silence(3)
    wearer.say(10)
    wearer.ask(do="record", on=True)
    wearer.say(5)
    wearer.ask(do="record", on=False)
    wearer.say(10)
    wearer.capture.close()

    assert len(wearer.lengths_s()) == 3
    assert 25 <= sum(wearer.lengths_s()) < 27


def test_where_the_disk_is_full_everything_says_so_and_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wearer = everything_wearer(home)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(wearer.capture.parts.spool, "open_clip", full)
        think(wearer)
    told = status(wearer)
    assert "the disk refused it" in told["sentence"]
    assert told["advice"]
    think(wearer)

    assert status(wearer)["kept"] == 1
    assert len(wearer.lengths_s()) == 1
