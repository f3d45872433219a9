"""The units: what systemd makes of them, and that what they start comes up as they start it."""

import configparser
import contextlib
import ctypes
import json
import resource
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.machine import LONGEST_RING_S
from core.network.local_addresses import PRIVATE_NETWORKS
from core.paths import Home
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere
from core.sync.status import FOLDER, PEERS_FILE, is_service_running
from dashboard.certificates.asked import FILE_NAME, write_asked
from tests.journeys.command import COMMAND, PILL_BOX

TREE = Path(__file__).parents[2]
ALL = sorted((TREE / "systemd").glob("*.service"))
ONESHOT = TREE / "systemd" / "afterthought-certificates.service"
SYNC = TREE / "systemd" / "afterthought-sync.service"
UNITS = [unit for unit in ALL if unit != ONESHOT]
PATHS = [unit.with_suffix(".path") for unit in (ONESHOT, SYNC)]
PROGRAM, HOME = "/opt/afterthought/.venv/bin/afterthought", "/var/lib/afterthought"


def read(unit: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    vars(parsed)["optionxform"] = str  # keys are as they are written
    parsed.read_string(unit.read_text(encoding="utf-8"))
    return parsed


def test_there_is_a_unit_for_each_process() -> None:
    started = {read(unit)["Service"]["ExecStart"].split()[1] for unit in UNITS}

    assert started == {"capture", "process", "dashboard", "sync"}


@pytest.mark.parametrize("unit", ALL, ids=lambda unit: unit.stem)
def test_no_unit_leaves_a_core_dump(unit: Path) -> None:
    assert read(unit)["Service"]["LimitCORE"] == "0"


def test_where_memory_runs_out_the_page_goes_and_capture_stays() -> None:
    page = read(TREE / "systemd" / "afterthought-dashboard.service")["Service"]

    assert int(page["OOMScoreAdjust"]) > 0 > int(capture()["OOMScoreAdjust"])
    assert page["MemoryMax"] == "256M"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_never_gives_up(unit: Path) -> None:
    parsed = read(unit)

    assert parsed["Service"]["User"] == "afterthought"
    assert parsed["Service"]["Restart"] == "always"
    assert parsed["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_installer_sets_up_every_unit() -> None:
    script = (TREE / "deploy" / "install.sh").read_text(encoding="utf-8")
    line = next(line for line in script.splitlines() if line.startswith("units=("))

    assert set(line.removeprefix("units=(").rstrip(")").split()) == {
        *(unit.stem for unit in UNITS),
        "afterthought-certificates.path",
        "afterthought-sync.path",
    }


def test_sync_runs_while_another_machine_is_known_and_stays_stopped_where_it_was_stopped() -> None:
    path, unit = read(SYNC.with_suffix(".path"))["Path"], read(SYNC)

    assert unit["Unit"]["ConditionPathExists"] == f"{HOME}/{FOLDER}/{PEERS_FILE}"
    assert [*path] == ["PathChanged"]
    assert path["PathChanged"] == f"{HOME}/{FOLDER}/{PEERS_FILE}"


def capture() -> configparser.SectionProxy:
    return read(next(unit for unit in UNITS if unit.stem == "afterthought-capture"))["Service"]


def test_when_capture_has_gone_its_pins_are_driven_low(home: Path) -> None:
    program, *arguments = capture()["ExecStopPost"].split()
    (home / "settings.toml").write_text("[device]\nlight_spi = '/nowhere'\n", encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, *in_home(arguments, home)],
        cwd=TREE,
        capture_output=True,
        text=True,
        check=False,
    )

    assert program == "-/opt/afterthought/.venv/bin/python"
    assert "/nowhere" in ended.stderr  # it read this home's settings and tried their light
    assert "Traceback" not in ended.stderr


def test_nothing_of_the_ring_reaches_the_disk() -> None:
    limit = capture()["LimitMEMLOCK"]

    assert capture()["MemorySwapMax"] == "0"
    assert capture()["LimitCORE"] == "0"
    assert limit.endswith("M")
    assert int(limit[:-1]) * 2**20 >= LONGEST_RING_S["full"] * 2 * 16_000


def test_a_stuck_capture_is_found_and_a_slow_disk_is_no_stuck_capture() -> None:
    service = capture()

    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "main"
    assert 60 <= int(service["WatchdogSec"]) <= 120  # the inbox holds two minutes of sound


def in_home(arguments: list[str], home: Path) -> list[str]:
    """The same arguments with this home in the place of the installed one."""
    assert HOME in arguments
    return [str(home) if each == HOME else each for each in arguments]


PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, MDWE_REFUSE_EXEC_GAIN = 38, 65, 1
MORE_ARGUMENTS = {
    "capture": ["--replay", str(PILL_BOX)],  # there is no microphone on the machine that tests
    "dashboard": ["--port", "0", "--json"],
    "process": [],
    "sync": [],
}


@contextlib.contextmanager
def started(unit: Path, home: Path) -> Iterator["subprocess.Popen[str]"]:
    """What the unit starts, under those of its restrictions that need no systemd."""
    service = read(unit)["Service"]
    program, command, *arguments = service["ExecStart"].split()
    assert program == PROGRAM

    def restrict() -> None:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        if service.getboolean("NoNewPrivileges"):
            assert prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        if service.getboolean("MemoryDenyWriteExecute", fallback=False):
            prctl(PR_SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)  # Linux 6.3 and later
        core = int(service.get("LimitCORE", "-1"))
        resource.setrlimit(resource.RLIMIT_CORE, (core, core))

    with subprocess.Popen(
        [*COMMAND, command, *in_home(arguments, home), *MORE_ARGUMENTS[command]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=restrict,  # noqa: PLW1509 - this test has no other threads
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def status(process: "subprocess.Popen[str]", socket_at: Path) -> dict[str, Any]:
    while process.poll() is None:
        with contextlib.suppress(NobodyThere):
            return socket_client.ask(socket_at, {"do": "status"}, patience_s=10)
        time.sleep(0.05)
    raise AssertionError("it has ended")


def unit_of(command: str) -> Path:
    return next(unit for unit in UNITS if read(unit)["Service"]["ExecStart"].split()[1] == command)


def test_capture_hears_as_its_unit_starts_it(home: Path) -> None:
    with started(unit_of("capture"), home) as process:
        while (told := status(process, Home(home).capture_socket))["state"] == "starting":
            time.sleep(0.05)

    assert (told["state"], told["advice"]) == ("listening", "")


def test_the_worker_answers_as_its_unit_starts_it(home: Path) -> None:
    with started(unit_of("process"), home) as process:
        told = status(process, Home(home).worker_socket)

    assert told["process"] == process.pid


def test_the_dashboard_serves_as_its_unit_starts_it(home: Path) -> None:
    with started(unit_of("dashboard"), home) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())

    assert told["url"].startswith("http://")


def test_sync_runs_as_its_unit_starts_it(home: Path) -> None:
    with started(unit_of("sync"), home) as process:
        while not is_service_running(home):
            assert process.poll() is None
            time.sleep(0.05)


needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="there is no systemd here"
)


@needs_systemd
@pytest.mark.parametrize("unit", [*ALL, *PATHS], ids=lambda unit: unit.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path) -> None:
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )

    told = [line for line in verified.stderr.splitlines() if unit.name in line]
    assert [line for line in told if "is not executable: No such file" not in line] == []


HARDENED = {
    "UserOrDynamicUser",
    "NoNewPrivileges",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
    "AmbientCapabilities",
    "RestrictAddressFamilies_AF_PACKET",
    "RestrictAddressFamilies_OTHER",
}
"""What holds for each service, by the names of `systemd-analyze security`."""

HARDENED_MORE = {
    "capture": {
        "MemoryDenyWriteExecute",
        "RestrictAddressFamilies_AF_INET_INET6",
        "RestrictAddressFamilies_AF_NETLINK",
    },
    "process": {
        "RestrictAddressFamilies_AF_INET_INET6",
        "RestrictAddressFamilies_AF_NETLINK",
    },
    # By netlink it asks the kernel which user is at the other end of a connection.
    "dashboard": set[str](),
    # By netlink the kernel tells which addresses are this machine's.
    "sync": set[str](),
}

LESS = {"dashboard": {"AmbientCapabilities"}}
"""It listens at 443 and 80."""


@needs_systemd
@pytest.mark.parametrize("command", HARDENED_MORE)
def test_systemd_finds_a_unit_as_hardened_as_it_claims_to_be(command: str) -> None:
    looked_at = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--json=short", str(unit_of(command))],
        capture_output=True,
        text=True,
        check=False,
    )

    found = {each["json_field"] for each in json.loads(looked_at.stdout) if each["set"]}
    assert (HARDENED | HARDENED_MORE[command]) - found == LESS.get(command, set())


def lines(unit: Path, key: str) -> list[str]:
    """Every value of a key that may stand there several times."""
    text = unit.read_text(encoding="utf-8")
    return [each.partition("=")[2] for each in text.splitlines() if each.startswith(f"{key}=")]


@pytest.mark.parametrize("command", ["dashboard", "sync"])
def test_who_is_on_the_network_meets_local_networks_alone(command: str) -> None:
    unit = unit_of(command)
    allowed = set(" ".join(lines(unit, "IPAddressAllow")).split())

    assert lines(unit, "IPAddressDeny") == ["any"]
    assert allowed == {"localhost", *PRIVATE_NETWORKS, "224.0.0.251", "ff02::fb"}


def test_the_dashboard_may_listen_at_low_ports_and_do_nothing_else_of_roots() -> None:
    service = read(unit_of("dashboard"))["Service"]

    assert service["ExecStart"].endswith(" --tls-port 443 --redirect-port 80")
    assert service["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"
    assert service["CapabilityBoundingSet"] == "CAP_NET_BIND_SERVICE"


def test_the_key_of_the_authority_is_another_users_and_the_leaves_are_the_groups(
    tmp_path: Path,
) -> None:
    service, path = read(ONESHOT)["Service"], read(ONESHOT.with_suffix(".path"))["Path"]
    program, *arguments = service["ExecStart"].split()
    folder, credentials = tmp_path / "certificates", tmp_path / "credentials"
    folder.mkdir()
    folder.chmod(int(service["StateDirectoryMode"], 8))  # whatever the umask
    credentials.mkdir()
    name, source = service["LoadCredential"].split(":")
    write_asked(credentials / name, [])
    given = {"/var/lib/afterthought-certificates": str(folder), "%d": str(credentials)}
    for there, here in given.items():
        arguments = [each.replace(there, here) for each in arguments]

    done = subprocess.run(
        [sys.executable, *arguments], cwd=TREE, capture_output=True, text=True, check=False
    )

    assert program == "/opt/afterthought/.venv/bin/python"
    assert (done.returncode, done.stderr) == (0, "")
    assert source == path["PathChanged"] == f"/run/afterthought/{FILE_NAME}"
    assert (service["User"], service["Group"]) == ("afterthought-certificates", "afterthought")
    assert stat.S_IMODE((folder / "name.pem").stat().st_mode) == 0o640
    assert stat.S_IMODE((folder / "authority").stat().st_mode) == 0o700


def test_the_unit_that_signs_talks_to_nobody() -> None:
    service = read(ONESHOT)["Service"]

    assert service["RestrictAddressFamilies"] == "AF_NETLINK"
    assert service["IPAddressDeny"] == "any"
    assert service["CapabilityBoundingSet"] == ""
    assert service["MemorySwapMax"] == "0"
