"""The time until a light is dark when its process is killed or stopped: four seconds at most.

    python bench/light_off_after_kill.py [--rounds 40] [--seed 1] [--state listening]

Real processes show a state as capture does, on pins whose level outlives them, as the kernel
keeps a real one's. At random instants one is killed; then what the unit runs afterwards drives
the pins low (`device/signals/all_off.py`). Another is stopped (SIGSTOP): nothing runs after that
until the service's watchdog kills it, so a blink that it was stopped in would shine on so long.
"""

import argparse
import contextlib
import mmap
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from gpiozero.pins.mock import MockFactory, MockPin

from core.capture_status import CaptureState
from core.settings import DeviceSettings
from device.signals.all_off import darken
from device.signals.lights import PinLight
from device.signals.scheduler import Signals, SignalState

PIN = 27
PINS = 28
DARK_WITHIN_S = 4.0
TURN_S = 0.1
"""As often as blocks come."""


class FilePin(MockPin):  # type: ignore[misc]
    """A pin whose level is a byte of a file, and stays when its process is gone."""

    def _set_state(self, value: Any) -> None:  # noqa: ANN401 - as the library has it
        super()._set_state(value)
        self.factory.levels[self._number] = bool(value)


class FilePins(MockFactory):  # type: ignore[misc]
    """All pins of a board in one file, shared by whoever opens it."""

    def __init__(self, path: Path) -> None:
        super().__init__(pin_class=FilePin)
        self.levels = shared(path)


def shared(path: Path) -> mmap.mmap:
    """The levels of all pins."""
    if not path.exists():
        path.write_bytes(bytes(PINS))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), PINS)


def show(path: Path, state: CaptureState) -> None:
    """Do what capture's loop does with its light, for ever."""
    signals = Signals([PinLight(PIN, FilePins(path))], [], lambda *_: None)
    while True:
        signals.turn(time.monotonic(), SignalState(state, block_came=True))
        time.sleep(TURN_S)


@contextlib.contextmanager
def showing(path: Path, state: CaptureState) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that shows this; it has lit its light once."""
    levels = shared(path)
    process = subprocess.Popen([sys.executable, __file__, "--show", str(path), "--state", state])
    try:
        wait_for(levels, lit=True, at_most_s=30.0)
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(levels: mmap.mmap, *, lit: bool, at_most_s: float) -> float | None:
    """Seconds until the pin is so; None where it was not in time."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < at_most_s:
        if bool(levels[PIN]) == lit:
            return time.monotonic() - began_s
        time.sleep(0.001)
    return None


@dataclass(frozen=True, slots=True)
class Round:
    """The fate of one process: whether it was lit just then, and for how long after."""

    act: str
    was_lit: bool
    dark_after_s: float | None


def killed(path: Path, process: subprocess.Popen[bytes]) -> Round:
    """SIGKILL, and then what the unit's ExecStopPost runs."""
    levels = shared(path)
    process.kill()
    process.wait()
    was_lit = bool(levels[PIN])
    began_s = time.monotonic()
    subprocess.run([sys.executable, __file__, "--darken", str(path)], check=True)
    took_s = time.monotonic() - began_s
    return Round("killed", was_lit, None if levels[PIN] else took_s)


def stopped(path: Path, process: subprocess.Popen[bytes]) -> Round:
    """SIGSTOP, and nothing else."""
    levels = shared(path)
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.01)  # it has arrived
    was_lit = bool(levels[PIN])
    return Round("stopped", was_lit, wait_for(levels, lit=False, at_most_s=DARK_WITHIN_S))


def main(argv: Sequence[str] | None = None) -> int:
    """A line of sums for each act; 1 where a killed one was not dark in time."""
    arguments = _arguments(argv)
    if arguments.show is not None:
        show(arguments.show, arguments.state)
    if arguments.darken is not None:
        return len(darken(DeviceSettings(light_pin=PIN), FilePins(arguments.darken)))
    chance = random.Random(arguments.seed)  # noqa: S311 - instants, no secrets
    rounds = list(_rounds(chance, arguments.rounds, arguments.state))
    for act in ("killed", "stopped"):
        _tell([each for each in rounds if each.act == act])
    late = [each for each in rounds if each.act == "killed" and not _in_time(each)]
    return int(bool(late))


def _rounds(chance: random.Random, count: int, state: CaptureState) -> Iterator[Round]:
    with TemporaryDirectory() as folder:
        for number in range(count):
            path = Path(folder) / f"{number}.pins"
            with showing(path, state) as process:
                time.sleep(chance.uniform(0.0, 3.0))
                yield killed(path, process) if number % 2 else stopped(path, process)


def _in_time(each: Round) -> bool:
    return each.dark_after_s is not None and each.dark_after_s <= DARK_WITHIN_S


def _tell(rounds: list[Round]) -> None:
    if not rounds:
        return
    took_s = [each.dark_after_s for each in rounds if each.dark_after_s is not None]
    print(
        f"{rounds[0].act:8} {len(rounds):3} times, {sum(each.was_lit for each in rounds)} while "
        f"lit; dark within {DARK_WITHIN_S:.0f} s: {sum(map(_in_time, rounds))}"
        + (f", median {statistics.median(took_s):.2f}, at most {max(took_s):.2f} s" * bool(took_s))
    )


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="of the instants")
    parser.add_argument(
        "--state", type=lambda text: cast("CaptureState", text), default="listening"
    )
    parser.add_argument("--show", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--darken", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
