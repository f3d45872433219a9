"""The modules of the page's script: what each imports, and that a browser gets them all."""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.assets import FOLDER

SCRIPTS = FOLDER / "js"
MODULES = sorted(path.name for path in SCRIPTS.iterdir())

IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:const|class|let|(?:async )?function) (\w+)", re.MULTILINE)


def source(module: str, folder: Path = SCRIPTS) -> str:
    return (folder / module).read_text(encoding="utf-8")


def imports(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each file that a module imports from, and the names that it takes."""
    for names, address in IMPORT.findall(text):
        yield address, {name.strip() for name in names.split(",") if name.strip()}


def graph(folder: Path) -> Mapping[str, set[str]]:
    """The imports of each module, by their names."""
    return {
        path.name: {address.removeprefix("./") for address, _ in imports(path.read_text("utf-8"))}
        for path in folder.iterdir()
    }


def circle(folder: Path) -> list[str]:
    """A circle of modules that import one another; empty where there is none."""
    try:
        TopologicalSorter(graph(folder)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def reachable(module: str, arrows: Mapping[str, set[str]]) -> set[str]:
    found = {module}
    for imported in arrows[module]:
        found |= reachable(imported, arrows)
    return found


def test_the_modules_import_one_another_in_no_circle() -> None:
    assert circle(SCRIPTS) == []


def test_a_planted_circle_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\n')
    (tmp_path / "c.js").write_text('import {\n  a,\n} from "./a.js";\n')

    assert set(circle(tmp_path)) == {"a.js", "b.js", "c.js"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_first_what_it_gives(module: str) -> None:
    assert source(module).startswith("// ")


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_imports_is_there(module: str) -> None:
    text = source(module)
    found = list(imports(text))

    assert len(found) == len(re.findall(r"\bimport\b", re.sub(r"//.*", "", text)))
    for address, names in found:
        assert re.fullmatch(r"\./\w+\.js", address)
        assert names <= set(EXPORT.findall(source(address)))


def test_every_module_is_used() -> None:
    assert reachable("main.js", graph(SCRIPTS)) == set(MODULES)


def script_addresses(text: str) -> list[str]:
    """The modules of a page: the one that begins, and those that are fetched beside it."""
    (begins,) = re.findall(r'<script type="module" src="([^"]+)">', text)
    return [begins, *re.findall(r'<link rel="modulepreload" href="([^"]+)">', text)]


def test_a_page_names_every_module_so_that_none_waits_for_another(page: FlaskClient) -> None:
    addresses = script_addresses(page.get("/").text)

    assert sorted(address.rpartition("/")[2] for address in addresses) == MODULES
    assert len({address.rpartition("/")[0] for address in addresses}) == 1


def test_every_module_is_served_as_a_script_and_kept(page: FlaskClient) -> None:
    for address in script_addresses(page.get("/").text):
        answer = page.get(address)
        assert answer.mimetype == "text/javascript"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.text == source(address.rpartition("/")[2])
