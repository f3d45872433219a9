"""A press while somebody on the network opens pages, guesses codes and floods connections.

    afterthought bench press_beside_stranger [--presses N]

As root: the device is capture with its button on a mock pin, and the page, on a host of its own;
the stranger is on another one. From the press's own time to *kept*, alone and beside him.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.network.attacking import at_work
from tests.journeys.network.hosts import one_wire
from tests.journeys.network.whole import Device, whole_device


def main(argv: Sequence[str] | None = None) -> int:
    """Print both medians, and their ratio."""
    parser = argparse.ArgumentParser(prog="bench press_beside_stranger", description=__doc__)
    parser.add_argument("--presses", type=int, default=20)
    presses = parser.parse_args(argv).presses
    with tempfile.TemporaryDirectory() as folder, one_wire() as wire:
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        home = Path(folder, "home")
        home.mkdir()
        with whole_device(wire, home, works=False) as device:
            alone_ms = waits_ms(device, presses)
            with at_work(wire.stranger, "everything") as stranger:
                beside_ms = waits_ms(device, presses)
    alone, beside = statistics.median(alone_ms), statistics.median(beside_ms)
    print(f"press to kept, {presses} each, median: alone {alone:.1f} ms, beside {beside:.1f} ms")
    print(f"ratio {beside / alone:.2f}; at most {max(alone_ms):.1f} and {max(beside_ms):.1f} ms")
    print(f"the stranger meanwhile: {stranger.told}")
    return 0


def waits_ms(device: Device, presses: int) -> list[float]:
    """How long each press took, after a sentence, until its keep was told here."""
    waits = []
    for _ in range(presses):
        device.say_the_sentence()
        press = device.press()
        waits.append(1000 * (time.monotonic() - press.at_s))
    return waits


if __name__ == "__main__":
    sys.exit(main())
