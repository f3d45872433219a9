"""The installer's steps, with the system's own commands written down and not obeyed."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.command import read_some

TREE = Path(__file__).resolve().parents[2]
SYSTEM = ("apt-get", "apt-cache", "id", "useradd", "getent", "groupadd", "usermod", "install")


def obeyed(commands: str, tmp_path: Path, **answers: int) -> list[str]:
    """What these functions of the installer ask of the system; `answers` are exit statuses."""
    asked = tmp_path / "asked"
    asked.touch()
    system = "".join(
        f'{name}() {{ echo {name} "$@" >>"{asked}"; return {status}; }}; '
        for name, status in {**dict.fromkeys(SYSTEM, 0), **underlined(answers)}.items()
    )
    script = f'. "{TREE}/deploy/install.sh"; {system} {commands}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return asked.read_text(encoding="utf-8").splitlines()


def underlined(answers: dict[str, int]) -> dict[str, int]:
    return {name.replace("_", "-"): status for name, status in answers.items()}


@pytest.mark.parametrize(("apt_has_it", "times"), [(0, 1), (1, 0)])
def test_the_library_for_the_pins_is_installed_where_apt_has_it(
    tmp_path: Path, apt_has_it: int, times: int
) -> None:
    asked = obeyed("install_packages", tmp_path, apt_cache=apt_has_it)

    installed = [each for each in asked if each.startswith("apt-get install")]
    assert sum("python3-lgpio" in each for each in installed) == times
    assert "libportaudio2" in installed[0]


GROUPS = {"audio", "gpio", "input", "spi"}


@pytest.mark.parametrize("getent", [0, 2])
def test_every_group_that_capture_asks_for_is_there_and_its_user_is_in_it(
    tmp_path: Path, getent: int
) -> None:
    unit = (TREE / "systemd" / "afterthought-capture.service").read_text(encoding="utf-8")
    assert f"SupplementaryGroups={' '.join(sorted(GROUPS))}\n" in unit

    asked = obeyed("make_user", tmp_path, getent=getent)

    made = {each.split()[-1] for each in asked if each.startswith("groupadd")}
    joined = {each.split()[-2] for each in asked if each.startswith("usermod --append")}
    assert made == (GROUPS if getent else set())
    assert joined == GROUPS


def test_the_home_and_its_settings_are_the_services_before_the_first_start(tmp_path: Path) -> None:
    folder, settings = obeyed(f'home="{tmp_path}/home"; make_home', tmp_path)

    for made in (folder, settings):
        assert "-o afterthought -g afterthought" in made
    assert folder.endswith("/home")
    assert settings.endswith("/home/settings.toml")


def test_the_key_that_signs_is_a_users_of_its_own_and_the_page_reads_what_it_signed(
    tmp_path: Path,
) -> None:
    asked = obeyed(f'certificates="{tmp_path}"; make_user; make_certificate_folder', tmp_path, id=1)

    made = [each for each in asked if each.startswith("useradd")]
    user = next(each for each in made if each.endswith(" afterthought-certificates"))
    assert user.startswith("useradd --system --no-create-home --gid afterthought ")
    assert asked[-1] == (
        f"install -d -m 0750 -o afterthought-certificates -g afterthought {tmp_path}"
    )


def test_the_services_user_may_read_the_program_whatever_roots_umask_is() -> None:
    script = f'umask 077; . "{TREE}/deploy/install.sh"; umask'
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    assert told.stdout == "0022\n"


def test_settings_that_are_there_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").touch()

    (folder,) = obeyed(f'home="{tmp_path}"; make_home', tmp_path)

    assert folder.startswith("install -d -m 0700")


def test_completion_is_switched_on_for_the_shells_that_are_there(tmp_path: Path) -> None:
    for there in ("bash-completion/completions", "zsh/vendor-completions"):
        (tmp_path / there).mkdir(parents=True)
    set_up = f'target="{TREE}"; shares="{tmp_path}"'
    script = f'. "{TREE}/deploy/install.sh"; {set_up}; install_completion'

    subprocess.run(["bash", "-c", script], check=True)

    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*afterthought")}
    assert files == {
        "bash-completion/completions/afterthought",
        "zsh/vendor-completions/_afterthought",
    }
    assert "power-off" in (tmp_path / "zsh/vendor-completions/_afterthought").read_text()


@dataclass(frozen=True)
class Told:
    """What the installer said: on the terminal or wherever else its output goes, and as errors."""

    stdout: str
    stderr: str


def read_to_the_end(ours: int) -> bytes:
    """All that was said: a line of a shell may come in pieces, its end apart."""
    return b"".join(iter(lambda: read_some(ours), b""))


def set_up_shown(tmp_path: Path, fails: int, *, on_terminal: bool = True) -> Told:
    """What the installer shows of the set-up secret, where the command fails so many times."""
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    command = bin_folder / "afterthought"
    asked = tmp_path / "asked"
    command.write_text(
        f'#!/bin/sh\necho "$@" >>"{asked}"\n'
        f'[ $(wc -l <"{asked}") -gt {fails} ] || {{ echo "no network" >&2; exit 1; }}\necho CODE\n'
    )
    command.chmod(0o755)
    set_up = f'target="{tmp_path}"; home=/a/home; tries=3; sleep() {{ :; }}'
    script = f'. "{TREE}/deploy/install.sh"; {set_up}; show_set_up_secret'
    ours, theirs = os.openpty() if on_terminal else os.pipe()
    done = subprocess.run(
        ["bash", "-c", f"{script}; echo"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    os.close(theirs)
    shown = read_to_the_end(ours).decode().replace("\r", "")
    os.close(ours)
    return Told(shown.removesuffix("\n"), done.stderr)


@pytest.mark.parametrize("fails", [0, 2])
def test_the_set_up_secret_is_shown_once_the_page_is_on_a_network(
    tmp_path: Path, fails: int
) -> None:
    told = set_up_shown(tmp_path, fails)

    assert (told.stdout, told.stderr) == ("CODE\n", "")
    assert set((tmp_path / "asked").read_text().splitlines()) == {
        "pair --set-up --once --home /a/home"
    }


def test_without_a_network_the_installer_goes_on_and_says_what_shows_the_code_later(
    tmp_path: Path,
) -> None:
    told = set_up_shown(tmp_path, 99)

    assert told.stdout == ""
    assert f"sudo {tmp_path}/.venv/bin/afterthought pair --set-up --home /a/home" in told.stderr
    assert len((tmp_path / "asked").read_text().splitlines()) == 3


def test_where_no_terminal_shows_it_the_secret_is_not_made(tmp_path: Path) -> None:
    told = set_up_shown(tmp_path, 0, on_terminal=False)

    assert told.stdout == ""
    assert f"sudo {tmp_path}/.venv/bin/afterthought pair --set-up --home /a/home" in told.stderr
    assert not (tmp_path / "asked").exists()


def test_where_nothing_is_started_it_says_what_shows_the_code() -> None:
    steps = "install_packages make_user make_home make_certificate_folder copy_program "
    steps += "install_completion install_units"
    nothing = "; ".join(f"{each}() {{ :; }}" for each in steps.split())
    script = f'. "{TREE}/deploy/install.sh"; id() {{ echo 0; }}; {nothing}; main --no-start'
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    assert "systemctl enable --now" in told.stderr
    assert "afterthought pair --set-up --home /var/lib/afterthought" in told.stderr


def test_what_it_tells_to_run_works_for_who_ran_it(tmp_path: Path) -> None:
    script = f'. "{TREE}/deploy/install.sh"; tell_next'
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    assert "sudo /opt/afterthought/.venv/bin/afterthought doctor --home /var/lib/afterthought" in (
        told.stderr
    )
