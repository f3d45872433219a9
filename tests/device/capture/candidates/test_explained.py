"""Why an utterance was kept or passed over, for people and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm
from device.capture.candidates.explained import explained
from device.capture.candidates.of_file import FileCandidates, WeighedPiece
from device.memory.recent_sound import Sound
from device.session.selection import Rules
from tests.device.capture.test_engine import BLOCK, LoudDetector
from tests.device.memory.test_utterances import Threshold
from tests.device.sounding import source

SPEECH: Pcm = np.full(BLOCK, 5000, np.int16)
SILENCE: Pcm = np.zeros(BLOCK, np.int16)


@dataclass(frozen=True)
class Verdict:
    """What a worker answered."""

    moment: str | None = None
    score: float = 0.0
    reasons: Sequence[str] = ()
    text: str = ""
    signals: Mapping[str, float] = field(default_factory=dict)


def heard(*seconds: float) -> list[WeighedPiece]:
    """Utterances of these lengths, three seconds apart."""
    sound = Sound(Threshold(), 60)
    sound.listen_with(LoudDetector())
    found = FileCandidates(source(), sound, Rules(budget_s=900))
    blocks = [*[SILENCE] * 30]
    for each in seconds:
        blocks += [SPEECH] * round(each * RATE_HZ / BLOCK) + [SILENCE] * 30
    for block in blocks:
        found.hear(block)
    found.end()
    return found.take()


def test_what_was_passed_over_by_its_sound_has_no_words_and_says_why() -> None:
    short, _ = heard(1, 9)

    value, line = explained(short, None)

    assert (value["verdict"], value["id"], value["text"], value["score"]) == (
        "passed",
        None,
        None,
        None,
    )
    assert value["reasons"] == ["too_short"]
    assert "Passed over because it was too short to say much. (sound 0." in line


def test_what_was_kept_has_its_scores_its_reasons_and_its_words() -> None:
    _, thought = heard(1, 9)
    assert thought.weighed.is_candidate

    verdict = Verdict("abcdef0123456789-7", 0.9, ("decision",), "Let us go.", {"decision": 1.0})
    value, line = explained(thought, verdict)

    assert (value["verdict"], value["id"]) == ("kept", "abcdef0123456789-7")
    assert {"clear", "at_length", "near", "decision"} == set(value["signals"])
    assert "Kept because it is a decision." in line
    assert "words 0.90)  Let us go." in line


def test_what_is_cut_and_weighed_does_not_depend_on_what_comes_later() -> None:
    alone, with_more = heard(9), heard(9, 12)

    assert with_more[0].weighed == alone[0].weighed
    assert with_more[0].clip == alone[0].clip
