import re
import tomllib
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PINNED = re.compile(r"([a-z0-9-]+)==([^\s;\\]+)")
ASKED = {
    "base": PROJECT["dependencies"] + PYPROJECT["build-system"]["requires"],
    "models": PROJECT["optional-dependencies"]["models"],
    "dev": PROJECT["optional-dependencies"]["dev"],
    "axe": PROJECT["optional-dependencies"]["axe"],
}


def lock(name: str) -> str:
    return (TREE / "deploy" / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ASKED)
def test_every_direct_dependency_is_pinned_and_locked_at_that_version(name: str) -> None:
    locked = set(PINNED.findall(lock(name)))

    for requirement in ASKED[name]:
        name, _, _marker = requirement.partition(";")
        assert PINNED.fullmatch(name.strip()), f"{requirement} is not pinned with =="
        assert PINNED.findall(requirement)[0] in locked, f"run deploy/lock.py: {requirement}"


@pytest.mark.parametrize("name", ASKED)
def test_every_locked_package_has_a_hash(name: str) -> None:
    for entry in re.split(r"\n(?=\S)", lock(name)):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry


def test_what_the_tests_need_beside_the_product_agrees_with_it() -> None:
    base, dev = (dict(PINNED.findall(lock(name))) for name in ("base", "dev"))

    assert {name: base[name] for name in base.keys() & dev} == {
        name: dev[name] for name in base.keys() & dev
    }


@pytest.mark.parametrize(
    "heavy", ["torch", "playwright", "sentence-transformers", "transformers", "scipy"]
)
def test_nothing_heavy_came_in_by_the_back_door(heavy: str) -> None:
    assert not any(heavy in dict(PINNED.findall(lock(name))) for name in ASKED)
