"""What the kernel tells of this machine's interfaces."""

from pathlib import Path

import pytest

from core.network.interfaces import kind_of, own_addresses


def test_this_machine_has_its_loopback() -> None:
    loopback = [each for each in own_addresses() if str(each.address) == "127.0.0.1/8"]

    assert [(each.interface, each.kind) for each in loopback] == [("lo", "loopback")]


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ("0x1003", "ordinary"),
        ("0x1002", "down"),
        ("0x9", "loopback"),
        ("0x10d1", "tunnel"),
        ("nonsense", "ordinary"),
    ],
)
def test_the_kind_of_an_interface_follows_from_its_flags(
    tmp_path: Path, flags: str, kind: str
) -> None:
    (tmp_path / "x0").mkdir()
    (tmp_path / "x0" / "flags").write_text(f"{flags}\n", encoding="ascii")

    assert kind_of("x0", tmp_path) == kind


@pytest.mark.parametrize("flags", ["0x1003", "0x11043"], ids=["TAP", "TUN"])
def test_what_a_program_makes_of_an_interface_is_a_tunnel(tmp_path: Path, flags: str) -> None:
    (tmp_path / "vpn0").mkdir()
    (tmp_path / "vpn0" / "flags").write_text(f"{flags}\n", encoding="ascii")
    (tmp_path / "vpn0" / "tun_flags").write_text("0x1002\n", encoding="ascii")

    assert kind_of("vpn0", tmp_path) == "tunnel"


def test_a_bridge_is_known_by_its_folder_and_one_that_is_gone_is_ordinary(tmp_path: Path) -> None:
    (tmp_path / "br0" / "bridge").mkdir(parents=True)
    (tmp_path / "br0" / "flags").write_text("0x1003\n", encoding="ascii")

    assert kind_of("br0", tmp_path) == "bridge"
    assert kind_of("gone0", tmp_path) == "ordinary"
