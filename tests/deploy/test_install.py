"""The installer's steps, with the system's own commands written down and not obeyed."""

import subprocess
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]


def obeyed(commands: str, tmp_path: Path, **answers: int) -> list[str]:
    """What these functions of the installer ask of the system; `answers` are exit statuses."""
    asked = tmp_path / "asked"
    asked.touch()
    system = "".join(
        f'{name}() {{ echo {name} "$@" >>"{asked}"; return {status}; }}; '
        for name, status in {"apt-get": 0, "apt-cache": 0, **underlined(answers)}.items()
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
