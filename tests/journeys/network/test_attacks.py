"""Whatever somebody on the network does, nobody is let in, and the device still takes a press."""

from dataclasses import dataclass

import pytest

from core.sockets import socket_client
from tests.journeys.network.attacking import answered, at_work, attacked
from tests.journeys.network.hosts import DEVICE
from tests.journeys.network.whole import Device, line_of, pairing

pytestmark = pytest.mark.long

SOURCES = tuple(f"192.168.77.{last}" for last in range(30, 34))
"""The addresses of one stranger who has many."""

MANY = 1000
LONG = 5_000_000

HOSTS = (
    *("", " ", "\t", "*", "_", "null", "0", "%00", "\x00", "\x7f", "é.local", "\udcff"),
    *("localhost", "127.0.0.1", "[::1]", "::1", "[::1", "0.0.0.0", "afterthought-zzzz.local"),
    *("evil.example", "evil.example:8766", "evil.example.", f"{DEVICE}.evil.example"),
    *(f"{DEVICE}@evil.example", f"evil.example@{DEVICE}:x@evil.example", f"evil.example/{DEVICE}"),
    *(f"{DEVICE}, evil.example", f"evil.example#{DEVICE}", f"evil.example?{DEVICE}"),
    *("192.168.077.001", "3232255233", "0xC0A84D01", f"[::ffff:{DEVICE}]", f"{DEVICE}."),
    *("<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "${jndi:ldap://x}"),
    *("[fe80::1%25eth0]", "http://evil.example", "//evil.example", "xn--80ak6aa92e.com"),
    *("a" * 300, "a" * 10_000, "a" * 40_000, "a." * 200, ":8766", ":", "@", "[]", "[v1.x]"),
)
"""Of every kind but ours."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """The device, and the one phone that is let in."""

    device: Device
    token: str

    @property
    def signed_in(self) -> str:
        return f"Cookie: __Host-afterthought={self.token}\r\n"

    def is_unharmed(self) -> None:
        """A press keeps, the phone gets its page, and it is the only one."""
        self.device.takes_a_press()
        page = f"GET / HTTP/1.1\r\nHost: {DEVICE}\r\n{self.signed_in}Connection: close\r\n\r\n"
        assert status_of(*answered(self.device.wire.phone, [page])) == "200"
        (phone,) = socket_client.ask(self.device.home.page_socket, {"do": "phones"}, patience_s=30)[
            "phones"
        ]
        assert phone["name"] == "A phone"


@pytest.fixture(scope="module")
def attacked_one(standing: Device) -> Attacked:
    for each in SOURCES:
        standing.wire.stranger.has(each)
    return Attacked(standing, standing.page.let_in())


def test_a_thousand_wrong_codes(attacked_one: Attacked) -> None:
    with pairing(attacked_one.device) as told:
        line_of(told)
        answers = attacked(attacked_one.device.wire.stranger, "codes", MANY, *SOURCES)
        attacked_one.is_unharmed()

    assert answers == {"403": 20 * len(SOURCES), "429": MANY - 20 * len(SOURCES)}


def test_a_thousand_wrong_cookies(attacked_one: Attacked) -> None:
    answers = attacked(attacked_one.device.wire.stranger, "cookies", MANY, *SOURCES)

    assert answers == {"401": MANY}
    attacked_one.is_unharmed()


@pytest.mark.parametrize("what", ["idle", "slow"])
def test_two_hundred_who_hold_a_connection_and_say_nothing_or_half_a_thing(
    attacked_one: Attacked, what: str
) -> None:
    with at_work(attacked_one.device.wire.stranger, what, 200) as stranger:
        attacked_one.is_unharmed()
        assert stranger.is_at_work


def test_a_query_and_a_post_of_five_megabytes(attacked_one: Attacked) -> None:
    long = "x" * LONG
    length = f"Content-Length: {LONG}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    answers = [
        status
        for who in ("", attacked_one.signed_in)
        for status in statuses(
            attacked_one,
            f"GET /search?q={long} HTTP/1.1\r\nHost: {DEVICE}\r\n{who}\r\n",
            f"POST /note HTTP/1.1\r\nHost: {DEVICE}\r\n{who}{length}\r\n{long}",
        )
    ]

    assert answers == ["431", "413"] * 2
    attacked_one.is_unharmed()


def test_a_host_of_every_kind_gets_nothing_even_with_a_sign_in(attacked_one: Attacked) -> None:
    rest = f"{attacked_one.signed_in}Connection: close\r\n\r\n"
    requests = [f"GET / HTTP/1.1\r\nHost: {each}\r\n{rest}" for each in HOSTS]
    requests += [
        f"GET / HTTP/1.1\r\n{rest}",
        f"GET / HTTP/1.1\r\nHost: {DEVICE}\r\nHost: evil.example\r\n{rest}",
        f"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n{rest}",
    ]
    known, *answers = answered(
        attacked_one.device.wire.stranger,
        [f"GET / HTTP/1.1\r\nHost: {DEVICE}\r\n{rest}", *requests],
    )

    assert status_of(known) == "200"
    for request, answer in zip(requests, answers, strict=True):
        assert status_of(answer) in {"400", "421", "431"}, request
        assert "<script>alert" not in answer
    attacked_one.is_unharmed()


def statuses(attacked_one: Attacked, *requests: str) -> list[str]:
    return [status_of(each) for each in answered(attacked_one.device.wire.stranger, requests)]


def status_of(answer: str) -> str:
    return answer.split(" ", 2)[1] if answer else "none"
