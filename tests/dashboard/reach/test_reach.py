"""The page follows the network: doors, certificates, name, and what is told of them."""

import contextlib
import errno
from pathlib import Path

import pytest

from core.page_address import PageAddress, PageAddressFile
from dashboard.certificates.folder import CertificateFolder
from dashboard.certificates.leaves import known_time
from dashboard.certificates.owners import OwnersFiles
from dashboard.reach.assembly import Telling
from dashboard.reach.reach import ASK_EVERY_S, Plan
from tests.dashboard.reach.world import CABLE, LOOPBACK, MOVED, WIFI, World
from tests.self_signed import self_signed


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(CertificateFolder(tmp_path / "certificates"), [LOOPBACK, WIFI])


def test_at_the_first_look_it_is_reached_by_name_and_by_address(world: World) -> None:
    reach = world.reach()
    reach.look()
    host = world.host

    assert world.open == {("192.168.1.7", 8766)}
    assert world.asked == [["192.168.1.7"]]
    assert world.published[-1] == (host, ["192.168.1.7"])
    assert reach.reached.hosts == {host, "192.168.1.7"}
    urls = f"https://{host}:8766", "https://192.168.1.7:8766"
    assert world.told == [PageAddress(host, urls)]
    assert reach.reached.address == urls[0]
    assert len(reach.reached.fingerprint) == 64


def test_people_are_told_each_sentence_once_while_it_is_so(tmp_path: Path) -> None:
    said: list[str] = []
    trouble = PageAddress("", (), ("Something is wrong. Mend it.",))
    with contextlib.closing(PageAddressFile(tmp_path)) as file:
        tell = Telling(file, said.append)
        for address in (trouble, trouble, PageAddress(), trouble):
            tell(address)

    assert said == 2 * ["Something is wrong. Mend it."]


def test_an_address_that_cannot_be_told_is_logged_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell = Telling(PageAddressFile(tmp_path / "not there"), print)
    for _ in range(3):
        tell(PageAddress())

    assert capsys.readouterr().err.count("address_not_told") == 1


def test_what_has_not_changed_is_asked_once(world: World) -> None:
    reach = world.reach()
    for _ in range(5):
        reach.look()

    assert len(world.asked) == len(world.open) == 1


def test_a_changed_address_is_followed(world: World) -> None:
    reach = world.reach()
    reach.look()
    world.own = [LOOPBACK, MOVED, CABLE]
    reach.look()

    assert world.open == {("192.168.1.8", 8766), ("fd00::7", 8766)}
    assert world.asked[-1] == ["192.168.1.8", "fd00::7"]
    assert world.told[-1].urls[1:] == ("https://192.168.1.8:8766", "https://[fd00::7]:8766")
    assert "192.168.1.7" not in reach.reached.hosts


def test_a_door_waits_for_the_certificate_of_its_address(world: World) -> None:
    reach = world.reach()
    reach.look()
    world.own, world.is_answered = [LOOPBACK, MOVED, CABLE], False
    reach.look()
    waiting = set(world.open)
    world.folder.renew(b"", [MOVED.ip], known_time(world.clock.now_ms()))
    reach.look()
    partly = set(world.open)
    world.folder.renew(b"", [MOVED.ip, CABLE.ip], known_time(world.clock.now_ms()))
    reach.look()

    assert (waiting, partly) == (set(), {("192.168.1.8", 8766)})
    assert world.open == {("192.168.1.8", 8766), ("fd00::7", 8766)}


def test_a_certificate_that_never_comes_keeps_no_door_shut(world: World) -> None:
    reach = world.reach()
    reach.look()
    world.own, world.is_answered = [LOOPBACK, MOVED], False
    reach.look()
    world.clock.advance(21)
    reach.look()

    assert world.open == {("192.168.1.8", 8766)}
    assert world.told[-1].urls


def test_without_a_network_it_says_so_and_comes_back_with_it(world: World) -> None:
    reach = world.reach()
    world.own = [LOOPBACK]
    reach.look()
    without = world.told[-1]
    world.own = [LOOPBACK, WIFI]
    reach.look()

    assert (without.urls, world.asked[0]) == ((), ["192.168.1.7"])
    assert without.troubles == (
        (
            "This machine has no local address, so phones cannot reach the page. "
            "Connect it to your Wi-Fi. On this machine the page still works."
        ),
    )
    assert world.told[-1].troubles == ()
    assert reach.reached.address


def test_an_interface_that_is_not_there_is_named(world: World) -> None:
    world.reach("wlan0 wlan9").look()

    assert world.open == {("192.168.1.7", 8766)}
    assert world.told[-1].troubles == (
        (
            "There is no network interface wlan9, or it has no address. "
            "`ip address` lists them; name another in the settings."
        ),
    )


def test_where_none_is_wanted_there_is_none_and_no_trouble(world: World) -> None:
    reach = world.reach("none")
    reach.look()

    assert (world.open, world.asked, world.told) == (set(), [], [PageAddress()])
    assert reach.reached.hosts == frozenset()


def test_a_port_that_is_taken_is_told_and_tried_again(world: World) -> None:
    world.refuses = {8766: errno.EADDRINUSE}
    reach = world.reach()
    reach.look()
    taken = world.told[-1]
    world.refuses = {}
    reach.look()

    assert taken.urls == ()
    assert taken.troubles == (
        (
            "Another program uses port 8766 of 192.168.1.7, so phones cannot reach the page there. "
            "Stop it, or name another port with --tls-port."
        ),
    )
    assert world.told[-1].troubles == ()
    assert world.open == {("192.168.1.7", 8766)}


def test_a_port_that_the_units_name_is_not_to_be_named_otherwise(world: World) -> None:
    world.refuses = {80: errno.EADDRINUSE}
    world.reach(redirect_port=80).look()

    (trouble,) = world.told[-1].troubles
    assert trouble.endswith("Stop it; `sudo ss -ltnp` shows which one it is.")


def test_who_may_not_listen_there_is_told_another_way(world: World) -> None:
    world.refuses = {80: errno.EACCES}
    world.reach(redirect_port=80).look()

    assert world.open == {("192.168.1.7", 8766)}
    assert "cannot listen on port 80" in world.told[-1].troubles[0]


def test_an_address_that_is_not_usable_yet_is_no_trouble(world: World) -> None:
    world.refuses = {8766: errno.EADDRNOTAVAIL}
    world.reach().look()

    assert world.told[-1].troubles == ()


def test_certificates_are_asked_for_again_each_day_and_once_the_time_is_known(
    world: World,
) -> None:
    world.clock.set(None)
    reach = world.reach()
    reach.look()
    world.clock.advance(10)
    reach.look()
    unset = len(world.asked)
    world.clock.set(1_800_000_000_000)
    reach.look()
    known = len(world.asked)
    world.clock.advance(ASK_EVERY_S - 10)
    reach.look()
    before = len(world.asked)
    world.clock.advance(10)
    reach.look()

    assert (unset, known, before, len(world.asked)) == (1, 2, 2, 3)


def test_a_certificate_that_does_not_fit_is_asked_for_again(world: World) -> None:
    reach = world.reach()
    reach.look()
    world.folder.address_leaf.write_text("nonsense", encoding="utf-8")
    reach.look()
    told = world.told[-1]
    reach.look()
    reach.look()

    assert "cannot be used" in told.troubles[0]
    assert told.urls
    assert world.told[-1].troubles == ()


def test_without_a_certificate_nobody_is_let_in_and_after_a_while_it_is_told(
    world: World,
) -> None:
    world.is_answered = False
    reach = world.reach()
    reach.look()
    first = world.told[-1]
    world.clock.advance(21)
    world.asking_trouble = "The disk is full. Free some space."
    reach.look()

    assert (world.open, first) == (set(), PageAddress())
    assert world.told[-1].troubles == (
        "The disk is full. Free some space.",
        ("There is no certificate yet, so phones cannot reach the page. The log says why."),
    )


def test_where_the_kernel_tells_no_addresses_it_says_so_and_goes_on(world: World) -> None:
    world.is_blind = True
    reach = world.reach()
    reach.look()
    blind = world.told[-1]
    world.is_blind = False
    reach.look()

    assert "cannot be read (Cannot allocate memory)" in blind.troubles[0]
    assert world.told[-1].urls
    assert world.told[-1].troubles == ()


def test_where_nothing_can_be_written_it_says_so_and_asks_again(world: World) -> None:
    world.is_full = True
    reach = world.reach()
    reach.look()
    full = world.told[-1]
    world.is_full = False
    reach.look()

    assert full.troubles == (
        "No certificate can be requested (No space left on device). Free some space.",
    )
    assert world.open == {("192.168.1.7", 8766)}


def test_where_another_device_has_the_name_only_addresses_are_told(world: World) -> None:
    world.name_trouble = "Another device answers. Use the address."
    reach = world.reach()
    reach.look()

    assert world.told[-1].urls == ("https://192.168.1.7:8766",)
    assert world.told[-1].troubles == ("Another device answers. Use the address.",)
    assert world.told[-1].host == world.host


def test_a_certificate_of_the_owners_gives_the_page_its_first_address(
    world: World, tmp_path: Path
) -> None:
    files = OwnersFiles(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    own = self_signed(["memory.example.com", "other.example.com"])
    files.certificate.write_bytes(own.certificate)
    files.key.write_bytes(own.key)
    files.key.chmod(0o600)
    world.owners = files
    reach = world.reach()
    reach.look()
    host = world.host
    before, reached = world.told[-1], reach.reached
    files.key.write_bytes(self_signed(["memory.example.com"]).key)
    reach.look()
    spoilt = world.told[-1]
    files.certificate.unlink()
    reach.look()

    assert before.urls[:2] == ("https://memory.example.com:8766", f"https://{host}:8766")
    assert reached.address == "https://memory.example.com:8766"
    assert reached.hosts == {host, "192.168.1.7", "memory.example.com", "other.example.com"}
    assert reached.device == host.removesuffix(".local")
    assert (before.troubles, spoilt.urls) == ((), before.urls)
    assert "does not fit your certificate" in spoilt.troubles[0]
    assert world.told[-1].urls[0] == f"https://{host}:8766"
    assert "is not there" in world.told[-1].troubles[0]
    assert world.published[-1][0] == host
    assert len(world.asked) == 1  # it is no trouble of the device's own


def test_at_443_no_address_has_a_port(world: World) -> None:
    reach = world.reach()
    vars(reach)["_plan"] = Plan(None, 443, 80)
    reach.tls_port = 443
    reach.look()

    assert world.told[-1].urls[1] == "https://192.168.1.7"
    assert world.open == {("192.168.1.7", 443), ("192.168.1.7", 80)}


def test_at_the_end_nothing_is_published_any_more(world: World) -> None:
    reach = world.reach()
    reach.look()
    reach.close()

    assert world.published[-1] == ("", [])
    assert world.asked[-1] == ["closed"]


def test_where_the_clock_is_not_set_it_is_said_and_phones_still_come(world: World) -> None:
    world.clock.set(None)
    reach = world.reach()
    reach.look()
    unset = world.told[-1]
    world.clock.set(1_800_000_000_000)
    reach.look()

    assert "The clock of this device is not set" in unset.troubles[0]
    assert unset.urls == world.told[-1].urls
    assert world.told[-1].troubles == ()
