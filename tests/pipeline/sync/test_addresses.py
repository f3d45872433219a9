import pytest

from core.errors import WrongUsage
from pipeline.sync.addresses import doors, doors_near, own_hosts, resolved, split_address
from pipeline.sync.http.errors import PeerGone


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.7", ("192.168.1.7", 8479)),
        (" 192.168.1.7:9000 ", ("192.168.1.7", 9000)),
        ("laptop.local", ("laptop.local", 8479)),
        ("laptop.local:9000", ("laptop.local", 9000)),
        ("fd00::7", ("fd00::7", 8479)),
        ("[fd00::7]", ("fd00::7", 8479)),
        ("[fe80::1%wlan0]:9000", ("fe80::1%wlan0", 9000)),
    ],
)
def test_an_address_is_read_with_or_without_a_port(typed: str, address: tuple[str, int]) -> None:
    assert split_address(typed, 8479) == address


@pytest.mark.parametrize("typed", ["", ":", "laptop:", "laptop:x", "laptop:0", "laptop:70000"])
def test_what_is_no_address_is_told(typed: str) -> None:
    with pytest.raises(WrongUsage, match="is no address"):
        split_address(typed, 8479)


async def test_an_address_stays_what_it_is() -> None:
    assert await resolved("127.0.0.1") == "127.0.0.1"
    assert await resolved("192.168.1.7") == "192.168.1.7"


async def test_one_in_the_internet_is_refused() -> None:
    with pytest.raises(PeerGone, match="not on your own network"):
        await resolved("8.8.8.8")


async def test_what_cannot_be_a_name_is_told() -> None:
    with pytest.raises(PeerGone, match="not known"):
        await resolved("x" * 100)


def test_this_machine_has_an_address() -> None:
    assert own_hosts()


def test_a_port_that_is_taken_is_made_up_for() -> None:
    first = doors(0)
    port = first[0].getsockname()[1]
    second = doors_near(port)

    assert second[0].getsockname()[1] != port
    assert {each.getsockname()[1] for each in first} == {port}
    for each in (*first, *second):
        each.close()
