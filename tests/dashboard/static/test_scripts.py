"""The modules of the page's script: what each imports, and the one script that is made of them."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.assets import FOLDER
from dashboard.bundle import bundled

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


@pytest.mark.parametrize("module", MODULES)
def test_no_module_uses_what_an_old_iphone_lacks(module: str) -> None:
    """Where it is missing, a press is never sent, and the page says that nobody answered."""
    code = [each for each in source(module).splitlines() if not each.startswith("//")]

    assert not any("AbortSignal.timeout" in each for each in code)


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


def test_of_a_page_there_is_one_script(page: FlaskClient) -> None:
    text = page.get("/").text

    (address,) = re.findall(r'<script[^>]* src="([^"]+)"', text)
    assert "modulepreload" not in text
    answer = page.get(address)
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.text == bundled(
        {path.stem: path.read_text("utf-8") for path in SCRIPTS.iterdir()}
    )


def test_every_module_is_in_the_script_once_and_after_what_it_imports() -> None:
    script = bundled({path.stem: path.read_text("utf-8") for path in SCRIPTS.iterdir()})

    begun = re.findall(r"^export const \$(\w+) = ", script, re.MULTILINE)
    assert sorted(f"{name}.js" for name in begun) == MODULES
    for module, imported in graph(SCRIPTS).items():
        for other in imported:
            assert begun.index(other[:-3]) < begun.index(module[:-3])


def test_what_a_module_keeps_to_itself_stays_its_own() -> None:
    script = bundled(
        {
            "b": '// Says.\nimport { show } from "./a.js";\n\nconst own = 2;\nshow(own);\n',
            "a": "/* one */\nconst own = 1; // stays\n  // gone\nexport const show = (b) => b;\n",
        }
    )

    assert script == (
        "export const $a = (() => {\nconst own = 1; // stays\nconst show = (b) => b;\n"
        "return { show };\n})();\n"
        "export const $b = (() => {\nconst { show } = $a;\nconst own = 2;\nshow(own);\n"
        "return {  };\n})();\n"
    )


def test_the_script_is_the_same_in_every_process() -> None:
    code = "from dashboard.assets import load_assets; print(load_assets().version)"

    versions = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=FOLDER.parents[1],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(versions) == 1
