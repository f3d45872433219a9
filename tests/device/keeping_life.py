"""One life of a wearer, as `device/session/keeping` sees it: what is said, pressed, held."""

from dataclasses import dataclass, field

from device.memory.utterances import Utterance
from device.session.keeping import step
from device.session.values import (
    Advanced,
    Close,
    Effect,
    Event,
    HoldBegan,
    Keeping,
    Press,
    Release,
)
from tests.device.sounding import at, heard


@dataclass
class Life:
    """A session, what was said so far, and what came of it."""

    spoken: list[Utterance]
    session: Keeping = field(default_factory=Keeping)
    effects: list[Effect] = field(default_factory=list)
    oldest_s: float = 0

    def press(self, at_s: float, *, up_s: float | None = None) -> list[Effect]:
        self._do(Press(at(at_s)), at_s)
        found = list(self.effects)
        self._do(Release(at(up_s or at_s)), up_s or at_s)
        return found

    def down(self, at_s: float) -> None:
        self._do(Press(at(at_s)), at_s)

    def hold(self, at_s: float) -> None:
        self._do(HoldBegan(at(at_s)), at_s)

    def up(self, at_s: float) -> None:
        self._do(Release(at(at_s)), at_s)

    def go_on(self, to_s: float) -> list[Effect]:
        self._do(Advanced(), to_s)
        return self.effects

    def do(self, event: Event, now_s: float) -> list[Effect]:
        self._do(event, now_s)
        return self.effects

    def _do(self, event: Event, now_s: float) -> None:
        so_far = (_so_far(each, now_s) for each in self.spoken)
        told = heard(*so_far, now_s=now_s, oldest_s=self.oldest_s)
        told.utterances = [each for each in told.utterances if each.onset <= at(now_s)]
        self.session, self.effects = step(self.session, event, told)


def _so_far(utterance: Utterance, now_s: float) -> Utterance:
    ended = utterance.offset is not None and utterance.offset + at(0.8) <= at(now_s)
    return utterance if ended else Utterance(utterance.onset)


def kinds(effects: list[Effect]) -> list[str]:
    return [type(each).__name__ for each in effects]


def closed(effects: list[Effect]) -> Close:
    return next(each for each in effects if isinstance(each, Close))
