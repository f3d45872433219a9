"""The microphone as the loop has it: open or closed, relaxed or in a hurry, and what was missed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.audio import RATE_HZ, Span
from core.capture_status import CaptureState, Levels, ReplayStatus
from core.errors import UserError
from device.memory.stream_clock import StreamClock
from device.microphone.level_meter import LevelMeter
from device.microphone.replayed_file import ReplayedFile
from device.ports import Block, FromMicrophone, Microphone

from .fact_log import FactLog
from .heartbeat import Heartbeat

SILENT_S = 3.0
"""No block for so long is a fault, whatever the microphone's own thread says or does not say."""


class NoReplay(UserError):
    """A file was to be played, and a real microphone is there."""

    code = "no_replay"


@dataclass(frozen=True, slots=True)
class Hearing:
    """The state of the microphone by now. `last_s` is CLOCK_MONOTONIC at the last block.

    `block_came` since the last turn; `held_back`: a relaxed microphone has sound that it has not
    handed over yet.
    """

    last_s: float
    block_came: bool = False
    relaxed: bool = False
    held_back: bool = False


class Listener:
    """Owned by the capture loop. `deliver` is where the microphone brings its blocks."""

    def __init__(
        self,
        microphone: Microphone,
        deliver: Callable[[FromMicrophone], None],
        stream_clock: StreamClock,
        facts: FactLog,
        heartbeat: Heartbeat,
    ) -> None:
        self.microphone = microphone
        self.clock = stream_clock
        self._deliver = deliver
        self._now_s = stream_clock.clock.monotonic_s
        self._facts = facts
        self._heartbeat = heartbeat
        self._meter = LevelMeter()
        self._file = microphone if isinstance(microphone, ReplayedFile) else None
        self._hearing = Hearing(self._now_s())

    def open(self) -> None:
        """Let the microphone hand over what it hears, from now on."""
        self._meter = LevelMeter()
        self._hearing = Hearing(self._now_s())
        self.microphone.start(self._deliver)

    def open_again(self) -> None:
        """Open it after a pause: alive and not paused, what is not heard from now on is a gap."""
        self._facts.await_sound(self.clock.sound.now)
        self.open()

    def close(self) -> None:
        """Close it for a pause, and write down what was missed before."""
        self.microphone.stop()
        self.note_silence()
        self.clock.detach()

    def account(self, block: Block) -> None:
        """Write down what was missed before this block. Before the block is taken in."""
        position = self.clock.sound.now
        if not self.clock.is_tied:
            self._facts.sound_came(self.clock.recorded(position))
        self._hearing = replace(self._hearing, last_s=self._now_s(), block_came=True)
        if block.lost is not None:
            self._facts.lost(block.lost, position, self.clock.recorded(position))

    def measure(self, block: Block, *, speaking: bool) -> None:
        """Tie the stream to the clock, and measure the block. After it was taken in."""
        self._heartbeat.hear(block.pcm.size)
        self.clock.tie(block.arrived_s)
        self._meter.take_in(block, speaking=speaking)

    def hurry(self) -> bool:
        """True where sound was held back and is on its way now: a press waits for its own."""
        self.microphone.hurry()
        held_back = self._hearing.held_back
        self.relax(on=False)
        return held_back

    def relax(self, *, on: bool) -> None:
        """Let the microphone hand over several blocks at once, or each as it comes."""
        if on != self._hearing.relaxed:
            held_back = self.microphone.relax(on=on)
            self._hearing = replace(self._hearing, relaxed=on, held_back=held_back)

    def take_block_came(self) -> bool:
        """True where a block has come since this was last asked."""
        came = self._hearing.block_came
        self._hearing = replace(self._hearing, block_came=False)
        return came

    def silence_s(self, now_s: float) -> float:
        """Seconds without a block."""
        return now_s - self._hearing.last_s

    def note_silence(self) -> None:
        """Write down a long silence that has not ended: nobody else will count what was missed."""
        if not self.clock.is_tied:
            self._facts.sound_came(self.clock.clock.recorded_now())
        elif self.silence_s(self._now_s()) > SILENT_S:
            position = self.clock.sound.now
            self._facts.silent_since(self.clock.recorded(position), position)

    def beat(self, state: CaptureState) -> None:
        """Leave a sign of life: until here it was heard."""
        position = self._facts.next_gap(self.clock.sound.now)
        self._heartbeat.beat(self._now_s(), self._facts.stream, position, state)

    def heard_today_s(self) -> float:
        """Seconds of sound that came on this day, to this capture and to those before it."""
        return self._heartbeat.heard_today() / RATE_HZ

    def ignore_motor(self, start_s: float, end_s: float) -> None:
        """Ignore what is heard in this span of CLOCK_MONOTONIC: it is our own motor."""
        start = self.clock.position(start_s)
        self.clock.sound.ignore(Span(start, start + round((end_s - start_s) * RATE_HZ)))

    def levels(self) -> Levels | None:
        """The levels of the microphone; None before a block has come.

        A file that is played is what it is: nobody is advised to look for a switch.
        """
        if not self.clock.is_tied:
            return None
        levels = self._meter.levels()
        return levels if self._file is None else replace(levels, sentence="", advice="")

    def file(self) -> ReplayedFile:
        """The file that plays the microphone's part. Raises NoReplay where there is none."""
        if self._file is None:
            sentence = "A real microphone is listening; there is no file to play."
            raise NoReplay(sentence, advice="Start capture with --replay FILE.")
        return self._file

    def replay(self) -> ReplayStatus | None:
        """The progress of the file that plays the microphone's part."""
        if self._file is None:
            return None
        at = self._file.progress()
        return ReplayStatus(round(at.seconds, 2), round(at.at_s, 2), at.playing)
