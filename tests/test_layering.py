"""The architecture as a table. Where it is broken, the test prints a sentence for each place."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parent.parent
COMMAND = "afterthought.py"

MAY_IMPORT = {
    "core": set[str](),
    "device": {"core"},
    "pipeline": {"core"},
    "dashboard": {"core", "pipeline.store", "pipeline.search"},
    "deploy": {"core"},
    "bench": {"core", "device", "pipeline", "dashboard", "deploy"},
}
"""Which rooms, or parts of rooms, each room may name beside itself."""

ROOTS = {
    COMMAND: set(MAY_IMPORT),
    "device/daemon.py": {"core", "device", "pipeline"},
    "device/hear_files.py": {"core", "device", "pipeline"},
    "pipeline/worker/worker.py": {"core", "pipeline"},
    "pipeline/sync/service.py": {"core", "pipeline"},
    "pipeline/thinking/dream.py": {"core", "pipeline"},
    "dashboard/app.py": {"core", "pipeline", "dashboard"},
    "deploy/build_models.py": {"core", "deploy", "pipeline"},
    "deploy/running.py": {"core", "deploy", "device", "dashboard"},
    "deploy/demo_home.py": {"core", "deploy", "dashboard", "pipeline"},
}
"""The files that build the objects and tie rooms together."""

EVERYWHERE = {"numpy"}
"""Libraries that need no home: numpy is the language that sound and vectors are written in."""

VENDOR_HOMES = {
    "sounddevice": {"device/microphone/child.py"},
    "gpiozero": {
        "device/pins.py",
        "device/buttons/gpio_button.py",
        "device/signals/lights.py",
        "device/signals/motors.py",
    },
    "onnxruntime": {
        "pipeline/speech/speech_model.py",
        "pipeline/meaning/embedder.py",
        "pipeline/meaning/build_onnx.py",
    },
    "onnx": {"pipeline/meaning/build_onnx.py"},
    "tokenizers": {"pipeline/meaning/embedder.py"},
    "faster_whisper": {"pipeline/hearing/transcriber.py"},
    "ctranslate2": {"pipeline/hearing/transcriber.py"},
    "av": {"pipeline/media.py"},
    "soxr": {"pipeline/media.py", "device/microphone/conversion.py"},
    "sqlite3": {"pipeline/store/"},
    "aiosqlite": {"pipeline/store/"},
    "dateparser": {"pipeline/search/dates.py"},
    "flask": {"dashboard/"},
    "werkzeug": {"dashboard/"},
    "cheroot": {"dashboard/server.py"},
    "zeroconf": {"pipeline/sync/peers.py"},
    "structlog": {"core/log.py"},
    "tqdm": {COMMAND, "pipeline/commands/"},
}
"""Each library's files, or a folder where the name ends in a slash."""

HEAVY = ("onnxruntime", "onnx", "faster_whisper", "ctranslate2", "av", "tokenizers", "dateparser")
LIGHT_TO_IMPORT = (
    "afterthought",
    "core.settings_file",
    "core.log",
    "pipeline.models",
    "pipeline.store",
)
    "afterthought",
    "core.settings_file",
    "core.log",
    "pipeline.models",
    "pipeline.store",
)

REGISTRY_HOSTS = re.compile(r"pypi[.](org|io)|[p]ythonhosted|[n]pmjs|[c]rates[.]io|[i]ndex-url")
DEVELOPERS_FOLDER = re.compile(r"(?<![\w.~$}/])/(root|work|Users|home/(?!pi/)\w+)/\w")
NOT_OURS = {
    ".git",
    ".venv",
    ".hypothesis",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}


def test_the_rooms_keep_to_the_table() -> None:
    assert violations(TREE) == []


@pytest.mark.parametrize(
    ("path", "source", "sentence"),
    [
        ("core/words.py", "import pipeline.store", "core/words.py imports pipeline.store;"),
        (
            "device/memory/ring_buffer.py",
            "from pipeline import spool",
            "device/memory/ring_buffer.py imports pipeline.spool;",
        ),
        ("device/cut.py", "from dashboard.app import x", "device/cut.py imports dashboard.app.x;"),
        ("dashboard/see.py", "from pipeline import models", "imports pipeline.models;"),
        ("dashboard/see.py", "import pipeline", "dashboard/see.py imports pipeline;"),
        ("pipeline/commands.py", "import device", "pipeline/commands.py imports device;"),
        ("dashboard/commands.py", "import pipeline.search", "imports pipeline.search;"),
        ("dashboard/commands/a.py", "import pipeline.search", "imports pipeline.search;"),
        ("pipeline/deep/er.py", "from ...device import x", "imports device.x;"),
        (
            "pipeline/worker/ingest.py",
            "def f():\n    import faster_whisper",
            "only pipeline/hearing/",
        ),
        (
            "pipeline/worker/ingest.py",
            "import importlib\nimportlib.import_module('av')",
            "imports av;",
        ),
        (
            "pipeline/worker/ingest.py",
            "__import__('device.memory.ring_buffer')",
            "imports device.memory.ring_buffer;",
        ),
        ("pipeline/search/words.py", "import sqlite3", "only pipeline/store/ may"),
        ("core/words.py", "import afterthought", "core/words.py imports afterthought;"),
        ("core/words.py", "import requests", "core/words.py imports requests, which has no home"),
    ],
)
def test_a_planted_violation_is_told(tmp_path: Path, path: str, source: str, sentence: str) -> None:
    plant(tmp_path, path, source)

    told = violations(tmp_path)

    assert len(told) == 1
    assert sentence in told[0]


def test_what_the_table_allows_is_not_told(tmp_path: Path) -> None:
    plant(tmp_path, "core/a.py", "import json\nimport numpy as np\nfrom core import b")
    plant(tmp_path, "pipeline/store/a.py", "import sqlite3\nfrom . import b\nfrom core.a import x")
    plant(tmp_path, "dashboard/a.py", "import flask\nfrom pipeline import store, search")
    plant(tmp_path, "device/daemon.py", "from pipeline.spool.spool import post")
    plant(tmp_path, "afterthought.py", "import device, dashboard, bench, deploy.doctor")
    plant(tmp_path, "bench/speed.py", "import jiwer\nfrom pipeline import models")

    assert violations(tmp_path) == []


@pytest.mark.parametrize("module", LIGHT_TO_IMPORT)
def test_what_every_process_imports_loads_no_model_library(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules.keys() & set({HEAVY!r}))"

    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=TREE, capture_output=True, text=True, check=True
    ).stdout

    assert loaded.split() == []


def test_no_file_names_a_package_registry() -> None:
    assert told_lines(TREE, REGISTRY_HOSTS) == []


def test_no_file_names_a_folder_of_a_developers_machine() -> None:
    here = [re.escape(str(folder)) for folder in (TREE, Path.home()) if len(folder.parts) > 1]
    either = re.compile("|".join([DEVELOPERS_FOLDER.pattern, *(f"{name}/" for name in here)]))

    assert told_lines(TREE, either) == []


def test_a_planted_host_or_folder_is_told(tmp_path: Path) -> None:
    plant(tmp_path, "docs/a.md", "get it from files.python" + "hosted.org")
    plant(tmp_path, "run", "cd /" + "home/somebody/src")
    plant(tmp_path, "docs/fine.md", "~/.local/share and /" + "home/pi and a/work/of/art")

    assert told_lines(tmp_path, REGISTRY_HOSTS) == ["docs/a.md:1"]
    assert told_lines(tmp_path, DEVELOPERS_FOLDER) == ["run:1"]


def plant(tree: Path, path: str, source: str) -> None:
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")


def violations(tree: Path) -> list[str]:
    """A sentence for every import that the table does not allow."""
    return [
        sentence
        for path in sorted(sources(tree))
        for target in imports(tree / path, path)
        for sentence in judge(path, target)
    ]


def sources(tree: Path) -> Iterator[str]:
    if (tree / COMMAND).is_file():
        yield COMMAND
    for room in MAY_IMPORT:
        for file in (tree / room).rglob("*.py"):
            yield file.relative_to(tree).as_posix()


def imports(file: Path, path: str) -> Iterator[str]:
    """Every module that the file names, wherever in it, with the names taken out of it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                module = absolute(node, path)
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.Call(
                func=ast.Name("__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str() as name), *_],
            ):
                yield name


def absolute(node: ast.ImportFrom, path: str) -> str:
    """The module's full name; a relative import is counted from the file's own folder."""
    folders = path.split("/")[: -node.level] if node.level else []
    return ".".join([*folders, *([node.module] if node.module else [])])


def judge(path: str, target: str) -> Iterator[str]:
    top = target.partition(".")[0]
    if top in MAY_IMPORT or top == "afterthought":
        allowed = allowed_rooms(path)
        if not any(target == name or target.startswith(f"{name}.") for name in allowed):
            yield f"{path} imports {target}; it may name only {', '.join(sorted(allowed))}"
    elif top in VENDOR_HOMES and not path.startswith("bench/"):
        homes = VENDOR_HOMES[top]
        if not any(path == name or (name[-1] == "/" and path.startswith(name)) for name in homes):
            yield f"{path} imports {top}; only {', '.join(sorted(homes))} may"
    elif needs_a_home(top) and not path.startswith("bench/"):
        yield f"{path} imports {top}, which has no home; give it one in the table, or do without"


def allowed_rooms(path: str) -> set[str]:
    if path in ROOTS:
        return ROOTS[path]
    room = path.partition("/")[0]
    # A room's commands are a table of contents of that room; afterthought.py brings them together.
    if path.startswith((f"{room}/commands.py", f"{room}/commands/")):
        return {room, "core"}
    return {room, *MAY_IMPORT[room]}


def needs_a_home(top: str) -> bool:
    return top not in sys.stdlib_module_names and top not in EVERYWHERE


def told_lines(tree: Path, pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of every line of the tree's texts that the pattern matches."""
    return [
        f"{file.relative_to(tree).as_posix()}:{number}"
        for file in texts(tree)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def texts(tree: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for file in sorted(Path(folder, name) for name in set(names) - NOT_OURS):
            if file.is_file() and b"\0" not in file.read_bytes()[:8192]:
                yield file
