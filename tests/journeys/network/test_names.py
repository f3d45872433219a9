"""Which names lead to the device on the network: its own, and the one that all of them share."""

import contextlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.page_address import PageAddress
from dashboard.network.names import SHARED
from tests.journeys.network.hosts import DEVICE, PHONE, Host, Wire, ran
from tests.journeys.network.paged import Page, started
from tests.waiting import PATIENCE_S, killed_on_failure, waited

ASKING = (
    "import sys, zeroconf; asking = zeroconf.Zeroconf(interfaces=[sys.argv[2]]);"
    "found = zeroconf.AddressResolver(sys.argv[1] + '.'); found.request(asking, 3_000);"
    "print(*found.parsed_addresses()); asking.close()"
)

ANOTHER = (
    "import signal, sys, zeroconf; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]);"
    "there = zeroconf.Zeroconf(interfaces=[sys.argv[2]]);"
    "kind = '_x._tcp.local.'; there.register_service(zeroconf.ServiceInfo(kind, 'other.' + kind,"
    " port=9, server=sys.argv[1] + '.', parsed_addresses=[sys.argv[2]]));"
    "signal.sigwait([signal.SIGTERM]); there.close()"
)
"""It answers before it is registered: who ends it then hears the goodbye all the same."""

OFTEN = (
    "import sys; from dashboard.network import answering;"
    "answering._LOOKS_AGAIN_S = 0.2, 0.5; answering.main(sys.argv[1:])"
)
"""The process that answers for the names, looking after the shared one more often."""

PATIENT = (
    "import sys; from dashboard.network import answering; ask = answering._others;"
    "answering._QUESTION_MS, answering._GOODBYE_S = 3_600_000, int(sys.argv.pop());"
    "answering._others = lambda *asked: print('asks', flush=True) or ask(*asked);"
    "sys.exit(answering.main(sys.argv[1:]))"
)
"""The same, which waits an hour for another device to say that it has the name."""

BOX = """
mount -t tmpfs tmpfs /run && mkdir /run/dbus
setpriv --pdeathsig TERM dbus-daemon --config-file "$0/bus.conf" --nofork &
until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
setpriv --pdeathsig TERM avahi-daemon --no-drop-root --no-chroot --file "$0/avahi.conf" &
until [ -S /run/avahi-daemon/socket ]; do sleep 0.05; done
exec "$@"
"""
"""A mount namespace with its own /run: there a bus and avahi's daemon live as long as the page."""

BUS = """
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow eavesdrop="true"/>
<allow send_destination="*" eavesdrop="true"/></policy>
</busconfig>
"""

by_avahi = pytest.mark.skipif(
    not all(map(shutil.which, ("avahi-daemon", "avahi-publish", "dbus-daemon"))),
    reason="no avahi on this machine",
)


rarely_by_avahi = pytest.mark.parametrize(
    "inside",
    ["zeroconf", pytest.param("avahi", marks=[by_avahi, pytest.mark.long])],
    indirect=True,
)


def addresses_of(name: str, asked_by: Host, at: str = PHONE) -> list[str]:
    """Who answers to a name, as a host on the wire hears it."""
    return ran(asked_by.command(sys.executable, "-c", ASKING, name, at)).stdout.split()


@contextlib.contextmanager
def another(wire: Wire, name: str, inside: Sequence[str] = ()) -> Iterator[None]:
    """The other host answers to this name, until the end: by zeroconf, or inside by avahi."""
    by_zeroconf = [sys.executable, "-c", ANOTHER, name, PHONE]
    command = ["avahi-publish", "-a", "-R", name, PHONE] if inside else by_zeroconf
    with subprocess.Popen(wire.phone.command(*inside, *command), stdin=subprocess.PIPE) as process:
        try:
            waited(lambda: addresses_of(name, wire.device, DEVICE) == [PHONE])
            yield
        finally:
            process.terminate()


@pytest.fixture(params=["zeroconf", pytest.param("avahi", marks=by_avahi)])
def inside(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """What the page's command line begins with, so that its name is published in this way."""
    if request.param == "zeroconf":
        return []
    (tmp_path / "bus.conf").write_text(BUS, encoding="ascii")
    settings = "[server]\nhost-name=the-machine\nuse-ipv6=no\n"
    (tmp_path / "avahi.conf").write_text(settings, encoding="ascii")
    return ["unshare", "--mount", "sh", "-c", BOX, str(tmp_path)]


def test_its_own_name_and_the_shared_one_are_answered_for(
    wire: Wire, home: Path, inside: list[str]
) -> None:
    with started(wire, home, inside) as page:
        host = page.until_at(DEVICE).host
        waited(lambda: ("avahi-publish" in children(home)) == bool(inside))

        waited(lambda: addresses_of(host, wire.phone) == [DEVICE])
        waited(lambda: addresses_of(SHARED, wire.phone) == [DEVICE])
        told = page.visited(wire.phone, "plain", DEVICE, name=SHARED)
        by_tls = page.visited(wire.phone, "tls", DEVICE, name=SHARED)

    for each in (told, by_tls):
        assert each["status"] == 302
        assert each["headers"]["Location"] == f"https://{host}:8766/"
        assert "Set-Cookie" not in each["headers"]


@rarely_by_avahi
def test_the_shared_name_is_left_to_who_answers_to_it(
    wire: Wire, home: Path, inside: list[str]
) -> None:
    with another(wire, SHARED), started(wire, home, inside) as page:
        host = page.until_at(DEVICE).host
        waited(lambda: addresses_of(host, wire.phone) == [DEVICE])
        waited(lambda: f"{SHARED} {DEVICE}" not in children(home))

        assert addresses_of(SHARED, wire.phone) == [PHONE]
        assert page.address is not None
        assert page.address.troubles == ()


def test_the_shared_name_goes_to_who_comes_and_is_taken_again_once_that_one_is_gone(
    wire: Wire,
) -> None:
    command = wire.device.command(sys.executable, "-c", OFTEN, "afterthought-bcdf.local", DEVICE)
    with killed_on_failure(subprocess.Popen(command)) as answering:
        waited(lambda: addresses_of(SHARED, wire.phone) == [DEVICE])
        with another(wire, SHARED):
            pass
        waited(lambda: addresses_of(SHARED, wire.phone) == [DEVICE])
        answering.terminate()

    assert answering.returncode == 0


@rarely_by_avahi
def test_its_own_name_is_kept_and_not_told_where_another_answers_to_it(
    wire: Wire, home: Path, inside: list[str]
) -> None:
    with started(wire, home, inside) as page:
        host = page.until_at(DEVICE).host
    with another(wire, host, inside), started(wire, home, inside) as page:
        told = waited(lambda: in_conflict(page))

    assert told.host == host
    assert told.urls == (f"https://{DEVICE}:8766",)


def children(home: Path) -> str:
    """The command lines of what the page on this home has started."""
    page = ran(["pgrep", "--full", f"afterthought dashboard --home {home}$"]).stdout.split()
    return ran(["pgrep", "--list-full", "--parent", ",".join(page)]).stdout


def in_conflict(page: Page) -> PageAddress | None:
    found = page.address
    is_told = found is not None and any("Another device" in each for each in found.troubles)
    return found if is_told else None


HANGS = "import time, zeroconf; zeroconf.Zeroconf.close = lambda _: time.sleep(3600);"


@pytest.mark.parametrize(
    ("more", "goodbye_s", "status"),
    [("", "100", 0), (HANGS, "1", -signal.SIGALRM)],
    ids=["in a question", "and where its goodbye does not end"],
)
def test_who_is_asked_to_stop_leaves_whatever_it_waits_for(
    wire: Wire, more: str, goodbye_s: str, status: int
) -> None:
    host = ("afterthought-bcdf.local", DEVICE)
    command = wire.device.command(sys.executable, "-c", more + PATIENT, *host, goodbye_s)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as answering:
        assert answering.stdout is not None
        answering.stdout.readline()
        answering.terminate()
        try:
            assert answering.wait(PATIENCE_S) == status
        finally:
            answering.kill()
