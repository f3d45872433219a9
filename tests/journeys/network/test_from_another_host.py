"""The page from another host: a namespace with its own address, and never loopback pretending."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.network.hosts import DEVICE, ELSEWHERE, PHONE, STRANGER, Wire, ran
from tests.journeys.network.paged import HERE, PATIENCE_S, Page, started
from tests.journeys.network.recorded import PLANTED, ask_beyond, beyond, recorded
from tests.waiting import killed_on_failure, waited


def test_who_is_not_paired_is_answered_by_tls_alone_and_gets_nothing(shared_page: Page) -> None:
    host = shared_page.host
    plain = shared_page.visited(shared_page.wire.phone, "plain", DEVICE)
    by_address = shared_page.visited(shared_page.wire.phone, "tls", DEVICE)
    by_name = shared_page.visited(shared_page.wire.phone, "tls", DEVICE, name=host)
    on_loopback = shared_page.visited(shared_page.wire.phone, "plain", DEVICE, 8765)

    assert plain.get("status") == 308, plain
    assert plain["headers"]["Location"] == f"https://{DEVICE}:8766/"
    assert by_address.get("status") == by_name.get("status") == 401, (by_address, by_name)
    assert "Strict-Transport-Security" not in by_name["headers"]
    assert on_loopback == {"error": "ConnectionRefusedError"}


def test_on_the_device_itself_it_is_plain_http_as_before(shared_page: Page) -> None:
    told = shared_page.visited(shared_page.wire.device, "plain", "127.0.0.1", 8765)

    assert told["status"] == 200
    assert "Keep that" in told["body"]


def test_another_user_of_the_device_is_sent_on_and_is_not_let_in_yet(shared_page: Page) -> None:
    sent = as_another_user(shared_page, "plain", "127.0.0.1", 8765)
    arrived = as_another_user(shared_page, "tls", DEVICE, 8766)

    assert (sent["status"], sent["headers"]["Location"]) == (303, f"https://{DEVICE}:8766/")
    assert arrived["status"] == 401
    assert "not signed in" in arrived["body"]


def as_another_user(page: Page, how: str, to: str, port: int) -> Any:
    """What somebody else who sits at the device is told."""
    root = page.root.read_text("ascii")
    asked = {"how": how, "host": to, "port": port, "root_text": root, "name": to, "user": 65534}
    script = (HERE / "visitor.py").read_text("utf-8")
    done = ran(page.wire.device.command(sys.executable, "-c", script, json.dumps(asked)))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_who_is_in_no_subnet_of_ours_is_dropped_before_tls(shared_page: Page) -> None:
    shared_page.wire.phone.has(ELSEWHERE)
    shared_page.wire.device.routes_everything_to(PHONE)  # so that the answer would find him

    near = shared_page.visited(shared_page.wire.phone, "plain", DEVICE)
    far = shared_page.visited(shared_page.wire.phone, "plain", DEVICE, source=ELSEWHERE)
    shared_page.wire.phone.has_not(ELSEWHERE)

    assert near["status"] == 308
    assert far.get("status") is None


def test_a_changed_address_is_followed_and_loopback_goes_on(shared_page: Page) -> None:
    moved = "192.168.77.9"
    before = shared_page.address
    shared_page.wire.device.has_not(DEVICE)
    shared_page.wire.device.has(moved)
    after = shared_page.until_at(moved)

    assert shared_page.visited(shared_page.wire.phone, "tls", moved)["status"] == 401
    assert shared_page.visited(shared_page.wire.device, "plain", "127.0.0.1", 8765)["status"] == 200
    assert before is not None
    assert after.host == before.host
    shared_page.wire.device.has_not(moved)
    shared_page.wire.device.has(DEVICE)
    assert shared_page.until_at(DEVICE) == before


NO_NETWORK = "no local address"


def test_without_a_network_the_page_goes_on_and_says_what_to_do(wire: Wire, home: Path) -> None:
    wire.device.has_not(DEVICE)
    with started(wire, home) as page:
        waited(lambda: page.address)
        assert page.until_at().troubles[0].count(NO_NETWORK)
        assert page.visited(wire.device, "plain", "127.0.0.1", 8765)["status"] == 200
        wire.device.has(DEVICE)
        page.until_at(DEVICE)

        wire.device.switch("down")
        assert page.until_at().troubles[0].count(NO_NETWORK)
        assert page.visited(wire.device, "plain", "127.0.0.1", 8765)["status"] == 200
        wire.device.switch("up")
        page.until_at(DEVICE)


def test_where_another_program_has_the_port_it_is_said_and_loopback_goes_on(
    wire: Wire, home: Path
) -> None:
    code = (
        "import socket; s = socket.create_server(('', 8766)); print('ready', flush=True); input()"
    )
    other = wire.device.command(sys.executable, "-c", code)
    with killed_on_failure(
        subprocess.Popen(other, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with started(wire, home) as page:
            ends = time.monotonic() + PATIENCE_S
            while page.address is None or not page.address.troubles:
                assert time.monotonic() < ends
                time.sleep(0.05)
            troubles = page.address.troubles
            here = page.visited(wire.device, "plain", "127.0.0.1", 8765)
            process.communicate("\n", timeout=PATIENCE_S)
            page.until_at(DEVICE)

    assert f"Another program uses port 8766 of {DEVICE}" in troubles[0]
    assert here["status"] == 200


@pytest.mark.long
def test_no_packet_goes_to_anybody_but_who_asked_and_the_name_service(
    wire: Wire, home: Path
) -> None:
    wire.device.routes_everything_to(STRANGER)
    wire.device.asks_for_names_at(STRANGER)
    with recorded(wire.device) as sent:
        ask_beyond(wire.device)
        with started(wire, home) as page:
            page.until_at(DEVICE)
            page.visited(wire.phone, "tls", DEVICE)

    answered = f"tcp {PHONE} from 8766"
    assert answered in sent
    assert set(beyond(sent, [answered])) == PLANTED
