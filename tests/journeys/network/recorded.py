"""What a host sends while something happens."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from tests.journeys.network.hosts import STRANGER, Host, ran
from tests.journeys.network.paged import SCRIPTS

BEYOND, NAME = "203.0.113.9", "planted.example"
"""Nobody's (RFC 5737, RFC 2606): asked by the test itself, so that it is seen that one would be."""

PLANTED = {f"tcp {BEYOND}:443", f"udp {STRANGER}:53"}
"""How that reads, where the stranger is whom names and everything else are sent to."""

_ASKING = f"""
import contextlib, socket
with contextlib.suppress(OSError):
    socket.create_connection(({BEYOND!r}, 443), 0.2)
with contextlib.suppress(OSError):
    socket.getaddrinfo({NAME!r}, 443)
"""

_TO_ALL = ("udp 224.0.0.251:5353", "udp ff02::fb:5353", "udp 255.255.255.255:67")
"""Multicast DNS, and DHCP."""

_OF_THE_WIRE = ("arp", "igmp ", "mld ", "nd ")


@contextlib.contextmanager
def recorded(host: Host) -> Iterator[list[str]]:
    """Each kind of packet that it sends, once; complete when the block is left."""
    told: list[str] = []
    command = host.command(sys.executable, str(SCRIPTS / "recorder.py"), host.interface)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as recorder:
        assert recorder.stdout is not None
        recorder.stdout.readline()
        try:
            yield told
        finally:
            recorder.terminate()
            told += [json.loads(line) for line in recorder.stdout]


def ask_beyond(host: Host) -> None:
    """What nothing of ours may do: call an address of the internet, and ask for a name there."""
    ran(host.command(sys.executable, "-c", _ASKING))


def beyond(told: Sequence[str], allowed: Sequence[str]) -> list[str]:
    """What of it goes to others than allowed, and is no word of the network about itself."""
    known = (*_OF_THE_WIRE, *allowed)
    return [each for each in told if each not in _TO_ALL and not each.startswith(known)]
