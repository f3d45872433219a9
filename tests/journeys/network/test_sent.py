"""The counts of what has left the device, beside what a phone and a planted program were sent."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.command import COMMAND, afterthought
from tests.journeys.network.hosts import DEVICE, PHONE, Wire
from tests.journeys.network.paged import Page, started
from tests.waiting import waited

FAR = "203.0.113.9"
PLANTED_BYTES = 5000

SINK = (
    "import socket, sys; there = socket.create_server((sys.argv[1], 80));"
    "print('ready', flush=True); line, _ = there.accept();"
    "[None for _ in iter(lambda: line.recv(65536), b'')]"
)

PLANTED = f"""
import socket, sys, threading, time, afterthought

def call():
    line = socket.create_connection(("{FAR}", 80))
    line.sendall(b"x" * {PLANTED_BYTES})
    time.sleep(600)

threading.Thread(target=call, daemon=True).start()
sys.argv = ["afterthought", *sys.argv[{1 + len(COMMAND)}:]]
sys.exit(afterthought.main())
"""


def sent(home: Path) -> dict[str, int]:
    """What `status` says; nothing before there is a count."""
    told = json.loads(afterthought("status", "--json", "--home", home).out)
    return dict(told["sent"] or {})


@contextmanager
def far_away(wire: Wire) -> Iterator[None]:
    """A host with a public address, to which the device has a way."""
    subprocess.run(
        ["ip", "-n", wire.phone.name, "address", "add", f"{FAR}/32", "dev", wire.phone.interface],
        check=True,
    )
    wire.device.routes_everything_to(PHONE)
    command = wire.phone.command(sys.executable, "-c", SINK, FAR)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sink:
        assert sink.stdout is not None
        sink.stdout.readline()
        try:
            yield
        finally:
            sink.kill()


def test_who_is_only_asked_to_pair_is_counted_and_nothing_goes_to_the_internet(
    page: Page,
) -> None:
    before = afterthought("status", "--home", page.home).out
    answer = page.visited(page.wire.phone, "tls", DEVICE)
    counted = waited(lambda: sent(page.home) if sent(page.home)["others"] else None)
    after = afterthought("status", "--home", page.home).out

    assert counted["others"] > len(answer["body"])
    assert (counted["internet"], counted["phones"], counted["peers"]) == (0, 0, 0)
    assert "No phone has reached the page yet." in before
    assert "No phone has reached the page yet." not in after
    assert "0 bytes to the internet" in after


def test_what_a_part_of_the_page_sends_to_the_internet_is_seen_and_kept(
    wire: Wire, home: Path
) -> None:
    planted = [sys.executable, "-c", PLANTED]
    with far_away(wire), started(wire, home, planted):
        waited(lambda: sent(home).get("internet"))
        counted = sent(home)
    kept = sent(home)

    assert counted["internet"] == kept["internet"] == PLANTED_BYTES
    assert counted["phones"] == 0
