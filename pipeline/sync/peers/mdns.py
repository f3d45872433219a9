"""The process that announces this install to others on the network, or looks for them.

It is for machines without avahi, and a process of its own, since zeroconf takes 10 MB. `python -m`
starts it: `announce ID PORT ADDRESS…` until a signal to stop, or `find SECONDS ADDRESS…`, which
prints a JSON object for each that it finds. What is announced names no person and no archive.
"""

import signal
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from core.access.private import keep_to_ourselves
from core.command_line import Screen

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

SERVICE = "_afterthought._tcp"
_KIND = f"{SERVICE}.local."

MOST_FOUND = 64
"""What more there is on a network is nobody's home."""

_ANSWER_MS = 1500
"""How long one that was found has to say where it is; most answer within 120 ms."""

_GOODBYE_S = 10


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 where multicast cannot be used."""
    import zeroconf  # noqa: PLC0415 - 10 MB, for this process alone

    keep_to_ourselves()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _end)
    what, *rest = arguments
    try:
        on_network = zeroconf.Zeroconf(interfaces=rest[2:] if what == "announce" else rest[1:])
    except OSError as error:
        Screen(as_json=False).say(error.strerror or "multicast cannot be used")
        return 1
    try:
        if what == "announce":
            _announce(on_network, rest[0], int(rest[1]), rest[2:])
        _find(on_network, float(rest[0]))
        return 0
    finally:
        on_network.close()


def _end(number: int, _: object) -> None:
    """Leave at once; the network is told of it on the way out, which may not take long."""
    signal.signal(number, signal.SIG_IGN)
    signal.alarm(_GOODBYE_S)
    raise SystemExit(0)


def _announce(on_network: "Zeroconf", name: str, port: int, hosts: Sequence[str]) -> NoReturn:
    on_network.register_service(_info(name, port, hosts), allow_name_change=True)
    while True:
        signal.pause()


def _info(name: str, port: int, hosts: Sequence[str]) -> "ServiceInfo":
    from zeroconf import ServiceInfo  # noqa: PLC0415

    return ServiceInfo(
        _KIND,
        f"{name}.{_KIND}",
        port=port,
        properties={"id": name},
        server=f"afterthought-{name}.local.",
        parsed_addresses=list(hosts),
    )


def _find(on_network: "Zeroconf", for_s: float) -> None:
    from zeroconf import ServiceBrowser  # noqa: PLC0415

    named: dict[str, None] = {}

    def note(name: str, **_: object) -> None:
        if len(named) < MOST_FOUND:
            named[name] = None

    browser = ServiceBrowser(on_network, _KIND, handlers=[note])
    time.sleep(for_s)
    browser.cancel()
    for name in list(named):
        found = on_network.get_service_info(_KIND, name, _ANSWER_MS)
        if found is not None and found.port is not None:
            raw = (found.properties or {}).get(b"id") or b""
            told = {
                "id": raw.decode("ascii", "replace"),
                "port": found.port,
                "hosts": found.parsed_scoped_addresses(),
            }
            Screen(as_json=True).value(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
