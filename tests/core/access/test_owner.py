"""Root on a home of another user's acts as that user, so that nothing of root's is left there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.command import COMMAND, PILL_BOX, Argument

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")

OWNER = 65534

AS_OWNER = """
import os, sys
from pathlib import Path
from core import command_line
from core.access import owner, private
if private.is_anothers(Path(sys.argv[1])):
    owner._may_read_program = lambda _: None
    owner.act_as_owner(Path(sys.argv[1]))
print(os.getuid(), os.geteuid(), os.getgid(), 0 in os.getgroups())
print(os.environ.get("XDG_RUNTIME_DIR"), os.environ["HOME"])
print(len(os.listdir("/proc/self/fd")) > 0)
"""


def python(code: str, *arguments: Argument) -> list[str]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": "/run/user/0", "HOME": "/root"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout.splitlines()


@pytest.fixture
def anothers(home: Path) -> Path:
    """A home of a user who may enter every folder above it."""
    for part in (home, *home.parents):
        if part.stat().st_mode & 0o001:
            break
        part.chmod(0o711)
    home.chmod(0o700)
    os.chown(home, OWNER, OWNER)
    return home


def test_root_becomes_the_owner_with_the_owners_groups_and_folders(anothers: Path) -> None:
    who, places, reads_its_own = python(AS_OWNER, anothers)

    assert who.split() == [str(OWNER), str(OWNER), str(OWNER), "False"]
    assert places.split()[0] == "None"
    assert places.split()[1] != "/root"
    assert reads_its_own == "True"


def test_root_stays_root_on_its_own_home_and_where_there_is_none_yet(home: Path) -> None:
    for path in (home, home / "not yet"):
        assert python(AS_OWNER, path)[0].split()[:2] == ["0", "0"]


@pytest.fixture
def as_root() -> list[str]:
    """The command as root starts it, and so that who root becomes may read this program.

    What root may read here (a Python in /root) the capability lets its successor read as well.
    """
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv here")
    may = "--inh-caps=+dac_override --ambient-caps=+dac_override --securebits=+no_setuid_fixup"
    return ["setpriv", *may.split(), *COMMAND]


@pytest.mark.parametrize(
    "command",
    [
        ["note", "Ask Ines about the pump"],
        ["keep", PILL_BOX],
        ["doctor"],
    ],
    ids=lambda command: str(command[0]),
)
def test_what_root_does_on_a_services_home_is_the_services(
    as_root: list[str], anothers: Path, command: list[Argument]
) -> None:
    done = subprocess.run(
        [*as_root, *map(str, command), "--home", str(anothers)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )

    assert done.returncode == 0, done.stderr
    assert {each.stat().st_uid for each in anothers.rglob("*")} <= {OWNER}
    assert command[0] == "doctor" or (anothers / "archive.db").exists()


AS_A_STRANGER = """
import importlib, os, sys
import afterthought
from core import command_line
for room in afterthought.CHECKS:
    importlib.import_module(room)
import core.access.owner
os.setgid(65533); os.setuid(65533)
sys.exit(command_line.main(afterthought.COMMANDS, sys.argv[1:]))
"""


@pytest.mark.parametrize("command", [["doctor"], ["note", "x"], ["search", "x"], ["config"]])
def test_a_user_who_may_not_enter_the_home_is_told_the_next_step(
    anothers: Path, command: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_A_STRANGER, *command, "--home", str(anothers)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"may not enter the home {anothers}" in done.stderr
    assert "sudo" in done.stderr
