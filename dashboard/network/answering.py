"""The process that answers for the device's name where avahi does not run.

`python -m` starts it with the name and its addresses. It answers for the shared name, too, as
long as no other device does.
"""

import random
import signal
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from core.access.private import keep_to_ourselves
from core.command_line import Screen
from dashboard.network.names import SHARED

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

CONFLICT = 3
"""The exit status where another device answers to the name."""

_QUESTION_MS = 1500
"""How long another device has to say that it has this name; most answer within 120 ms."""

_LOOKS_AGAIN_S = 20.0, 40.0
"""Not all at the same time: two that began as one would both give the shared name up as one."""

_GOODBYE_S = 10
"""It takes one. Whatever holds it up, the process is gone by then, for the page waits for it."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str]) -> int:
    """Answer until a signal to stop; `CONFLICT` where another device has the name."""
    import zeroconf  # noqa: PLC0415 - 10 MB, for this process alone

    keep_to_ourselves()
    for each in _SIGNALS:
        signal.signal(each, _end)
    host, *ips = arguments
    try:
        responder = zeroconf.Zeroconf(interfaces=ips)
    except OSError as error:
        Screen(as_json=False).say(error.strerror or "multicast cannot be used")
        return 1
    try:
        if _others(responder, host, ips):
            return CONFLICT
        responder.register_service(_standing_for(host, host, ips))
        _share(responder, _standing_for(SHARED, host, ips))
    except zeroconf.NonUniqueNameException:
        return CONFLICT
    finally:
        responder.close()


def _end(number: int, _: object) -> None:
    """Leave at once, whatever is waited for; the network is told of it on the way out."""
    signal.signal(number, signal.SIG_IGN)
    signal.alarm(_GOODBYE_S)
    raise SystemExit(0)


def _share(responder: "Zeroconf", shared: "ServiceInfo") -> NoReturn:
    """Answer to the shared name whenever nobody else does."""
    is_ours = False
    while True:
        if is_ours == bool(_others(responder, SHARED, shared.parsed_addresses())):
            (responder.unregister_service if is_ours else responder.register_service)(shared)
            is_ours = not is_ours
        time.sleep(random.uniform(*_LOOKS_AGAIN_S))  # noqa: S311 - no secret


def _others(responder: "Zeroconf", name: str, ips: Sequence[str]) -> set[str]:
    """The addresses that answer to the name and are none of ours."""
    from zeroconf import AddressResolver  # type: ignore[attr-defined]  # noqa: PLC0415

    asked = AddressResolver(f"{name}.")
    asked.request(responder, _QUESTION_MS)
    return set(asked.parsed_addresses()) - set(ips)


def _standing_for(name: str, host: str, ips: Sequence[str]) -> "ServiceInfo":
    """What has a name answered for: a service, which is the device's own under either name."""
    from zeroconf import ServiceInfo  # noqa: PLC0415

    kind, port = ("_http._tcp.local.", 80) if name == SHARED else ("_https._tcp.local.", 443)
    service = f"{host.removesuffix('.local')}.{kind}"
    return ServiceInfo(kind, service, port=port, server=f"{name}.", parsed_addresses=list(ips))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
