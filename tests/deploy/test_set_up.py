import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

TREE = Path(__file__).resolve().parents[2]
SET_UP = TREE / "deploy" / "set_up.sh"


def shell(tree: Path, commands: str) -> subprocess.CompletedProcess[str]:
    script = f'set -euo pipefail; tree="{tree}"; . "{SET_UP}"; {commands}'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As much of a tree as set-up looks at, with an environment that it made."""
    named = shell(TREE, "printf '%s\\n' $ingredients").stdout.split()
    for path in [*named, "deploy/requirements/base.txt"]:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((TREE / path).read_bytes())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    assert shell(tmp_path, 'fingerprint base >"$venv/ready-run"').returncode == 0
    return tmp_path


def is_ready(tree: Path) -> bool:
    return shell(tree, "is_ready run base").returncode == 0


@pytest.fixture
def _set_up() -> None:
    """This tree is set up as it stands: else `run` would renew what the other tests run in."""
    if shell(TREE, "is_ready run base models").returncode:
        pytest.skip("this tree is not set up as it stands: ./run setup")


@pytest.mark.usefixtures("_set_up")
def test_a_second_set_up_is_done_before_anybody_notices() -> None:
    done = subprocess.run([TREE / "run", "setup"], capture_output=True, text=True, check=True)

    assert done.stderr == "Ready: .venv/bin/afterthought\n"


@pytest.mark.usefixtures("_set_up")
@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("--port", "0"), "0 is not a port"),
        (("--demo", "--replay", "a.wav"), "not allowed with argument --demo"),
        (("run", "--port", "0"), "0 is not a port"),
        (("list", "--port", "1"), "unknown arguments: --port"),
    ],
)
def test_an_option_is_for_run_and_anything_else_is_a_command(
    arguments: tuple[str, ...], answer: str
) -> None:
    done = subprocess.run(
        [TREE / "run", *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )

    assert done.returncode == 2, done.stderr
    assert answer.lower() in done.stderr.lower()


def test_an_environment_that_is_as_it_was_made_is_left_alone(tree: Path) -> None:
    assert is_ready(tree)


@pytest.mark.parametrize("changed", ["deploy/requirements/base.txt", "pipeline/models/finding.py"])
def test_a_change_of_what_it_is_made_of_asks_for_a_new_set_up(tree: Path, changed: str) -> None:
    with (tree / changed).open("a") as file:
        file.write("# changed\n")

    assert not is_ready(tree)


def test_a_pip_that_was_cut_short_asks_for_a_new_set_up(tree: Path) -> None:
    (tree / ".venv" / "installing").touch()

    assert not is_ready(tree)


def test_an_environment_that_was_moved_asks_for_a_new_set_up(tree: Path, tmp_path: Path) -> None:
    moved = tree.rename(tmp_path.with_name("moved"))

    assert not is_ready(moved)


def test_an_environment_whose_python_is_gone_asks_for_a_new_set_up(tree: Path) -> None:
    (tree / ".venv" / "bin" / "python").unlink()

    assert not is_ready(tree)


def test_models_that_were_fetched_outlast_a_new_environment_and_nothing_else_does(
    tree: Path,
) -> None:
    fetched = {"models/languages_embedder/sp.model", "models/voice/pretrained.pt"}
    for path in (*fetched, "models/embedder/model.bin", "lib/old.py"):
        file = tree / ".venv" / path
        file.parent.mkdir(parents=True)
        file.write_text(path)

    # A Python that makes nothing: what it would make takes seconds.
    made = shell(tree, "find_python() { echo true; }; make_environment")

    assert made.returncode == 0, made.stderr
    models = tree / ".venv" / "models"
    there = {str(each.relative_to(models.parent)) for each in models.rglob("*") if each.is_file()}
    assert there == fetched
    assert not (tree / ".venv" / "lib" / "old.py").exists()


SUFFIX = EXTENSION_SUFFIXES[0]


@pytest.fixture
def linking(tree: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Links the pin library out of a system's packages; the names that are in the environment."""
    ours = tree / ".venv" / "lib" / "python3.99" / "site-packages"
    ours.mkdir(parents=True)

    def link(*names: str, prefix: str = sys.base_prefix) -> list[str]:
        library = tmp_path / "dist packages"
        library.mkdir(exist_ok=True)
        for name in names:
            (library / name).write_text("pins = 28\n")
        done = shell(tree, f'system_library="{library}" system_prefix="{prefix}"; link_pin_library')
        assert done.returncode == 0, done.stderr
        return sorted(each.name for each in ours.iterdir() if each.exists())

    return link


def test_the_systems_library_for_the_pins_is_linked_into_the_environment(
    linking: Callable[..., list[str]],
) -> None:
    found = linking("lgpio.py", f"_lgpio{SUFFIX}")

    assert found == [f"_lgpio{SUFFIX}", "lgpio.py"]


def test_a_library_for_the_pins_that_was_installed_again_is_linked_again(
    tree: Path, linking: Callable[..., list[str]], tmp_path: Path
) -> None:
    ours = next((tree / ".venv" / "lib").glob("python3.*/site-packages"))
    (ours / "lgpio.py").symlink_to(tmp_path / "what-is-gone.py")

    assert linking("lgpio.py", f"_lgpio{SUFFIX}") == [f"_lgpio{SUFFIX}", "lgpio.py"]


@pytest.mark.parametrize(
    ("names", "prefix"),
    [
        ((), sys.base_prefix),
        (("lgpio.py", f"_lgpio{SUFFIX}"), "/usr/of/another/python"),
        (("lgpio.py", "_lgpio.cpython-999-aarch64-linux-gnu.so"), sys.base_prefix),
    ],
)
def test_a_library_for_the_pins_that_is_not_there_or_of_another_python_is_left_alone(
    linking: Callable[..., list[str]], names: tuple[str, ...], prefix: str
) -> None:
    assert linking(*names, prefix=prefix) == []


def test_a_wheel_of_the_library_for_the_pins_comes_before_the_systems(
    tree: Path, linking: Callable[..., list[str]]
) -> None:
    ours = next((tree / ".venv" / "lib").glob("python3.*/site-packages"))
    (ours / "lgpio.py").write_text("from_a_wheel = True\n")

    assert linking("lgpio.py", f"_lgpio{SUFFIX}") == ["lgpio.py"]
    assert not (ours / "lgpio.py").is_symlink()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full."),
        ("NewConnectionError: refused\nERROR: No matching distribution", "cannot be reached."),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not the one that was pinned"),
        ("ERROR: No matching distribution found for av==1", "found for av==1"),
        ("", "was stopped before it was done"),
        ("note\nERROR: something else\n", "ERROR: something else"),
    ],
)
def test_what_pip_says_at_length_is_told_in_a_sentence(
    tree: Path, said: str, sentence: str
) -> None:
    (tree / ".venv" / "set_up.log").write_text(said, encoding="utf-8")

    told = shell(tree, "explain_pip")

    assert told.returncode == 1
    assert sentence in told.stderr
    assert told.stderr.count("\n") == 1
