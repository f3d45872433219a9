"""The architecture as tables. Where one is broken, the test prints a sentence for each place."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.imports import COMMAND, TREE, circles, graph, imports, sources
from tests.test_texts import plant

MAY_IMPORT = {
    "core": set[str](),
    "device": {"core"},
    "pipeline": {"core"},
    "dashboard": {"core", "pipeline.store", "pipeline.search"},
    "deploy": {"core"},
    "bench": {"core", "device", "pipeline", "dashboard", "deploy"},
}
"""Which packages, or parts of them, each package may name beside itself."""

ROOTS = {
    COMMAND: set(MAY_IMPORT),
    "device/daemon.py": {"core", "device", "pipeline"},
    "device/hear_files.py": {"core", "device", "pipeline"},
    "pipeline/worker/service.py": {"core", "pipeline"},
    "pipeline/sync/service.py": {"core", "pipeline"},
    "pipeline/thinking/dream.py": {"core", "pipeline"},
    "dashboard/app.py": {"core", "pipeline", "dashboard"},
    "deploy/build_models.py": {"core", "deploy", "pipeline"},
    "deploy/running.py": {"core", "deploy", "device", "dashboard"},
    "deploy/demo_home.py": {"core", "deploy", "dashboard", "pipeline"},
    "deploy/demo_words.py": {"core", "deploy", "dashboard", "pipeline"},
}
"""The files that build the objects and tie packages together."""

LOWER = {
    "device/memory",
    "device/ports",
    "device/pins",
}
ADAPTERS = {"device/ports", "device/pins"}
PARTS = {
    "device/session",
    "device/signals",
    "device/microphone",
    "device/buttons",
    "device/machine",
}
WITHIN = {
    "device/memory": set[str](),
    "device/ports": set[str](),
    "device/pins": set[str](),
    "device/session": {"device/memory"},
    "device/signals": ADAPTERS,
    "device/microphone": ADAPTERS,
    "device/buttons": ADAPTERS,
    "device/machine": ADAPTERS,
    "device/fakes": {"device/ports", "device/signals/patterns"},
    "device/capture": PARTS | LOWER,
    "device/status_text": {"device/capture"},
    "device/checks": {"device/capture", *PARTS, *LOWER},
    "device/hear_files": {"device/capture", *PARTS, *LOWER},
    "device/daemon": {"device/capture", *PARTS, *LOWER},
    "pipeline/store": set[str](),
    "pipeline/spool": set[str](),
    "pipeline/speech": {"pipeline/models"},
    "pipeline/media": set[str](),
    "pipeline/search": {"pipeline/store/port", "pipeline/store/passage_port"},
    "pipeline/hearing": {"pipeline/speech"},
    "pipeline/voices": {"pipeline/hearing/mel", "pipeline/store/format"},
    "pipeline/voices/command": {
        "pipeline/commands",
        "pipeline/enrol",
        "pipeline/imports",
        "pipeline/media",
        "pipeline/spool",
        "pipeline/store",
        "pipeline/taking_in",
        "pipeline/voices",
    },
    "pipeline/engines": {"pipeline/hearing/doubt"},
    "pipeline/exchange": {
        "pipeline/commands/progress_bar",
        "pipeline/forget",
        "pipeline/spool",
        "pipeline/store",
        "pipeline/worker/only_worker",
    },
    "dashboard/network": set[str](),
    "dashboard/certificates": {"dashboard/network"},
    "dashboard/reach": {
        "dashboard/certificates",
        "dashboard/connections",
        "dashboard/network",
        "dashboard/patience",
    },
    "dashboard/show": {"dashboard/demo", "dashboard/sign_in", "dashboard/sentences"},
    "dashboard/pages": {
        "dashboard/context",
        "dashboard/show",
        "dashboard/assets",
        "dashboard/compression",
        "dashboard/sentences",
        "dashboard/sign_in",
    },
    "dashboard/sign_in": {
        "dashboard/certificates/places",
        "dashboard/reach/reached",
        "dashboard/sentences",
    },
}
"""Which parts of its own package each part may name, beside itself. The longest name counts."""

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
    "tokenizers": {"pipeline/meaning/word_pieces.py"},
    "ctranslate2": {"pipeline/hearing/whisper.py", "pipeline/meaning/embedder.py"},
    "av": {"pipeline/media/"},
    "soxr": {"pipeline/media/sound_file.py", "device/microphone/conversion.py"},
    "sqlite3": {"pipeline/store/sqlite/"},
    "aiosqlite": {"pipeline/store/sqlite/"},
    "dateparser": {"pipeline/search/dates.py"},
    "snowballstemmer": {"pipeline/search/word_forms.py"},
    "jellyfish": {"pipeline/hearing/own_words.py"},
    "flask": {"dashboard/"},
    "markupsafe": {"dashboard/sentences.py"},
    "werkzeug": {"dashboard/"},
    "waitress": {
        "dashboard/server.py",
        "dashboard/reach/doors.py",
        "dashboard/connections.py",
        "dashboard/reach/connections.py",
    },
    "cryptography": {"dashboard/certificates/", "pipeline/sync/"},
    "segno": {"core/text/qr.py"},
    "h11": {"pipeline/sync/http/"},
    "ifaddr": {"core/network/interfaces.py"},
    "zeroconf": {"dashboard/network/", "pipeline/sync/peers/mdns.py"},
    "shtab": {"deploy/completion.py"},
    "structlog": {"core/log.py"},
    "tqdm": {COMMAND, "pipeline/commands/"},
}
"""Each library's files, or a folder where the name ends in a slash."""

HEAVY = ("faster_whisper", "ctranslate2", "av", "tokenizers", "dateparser")
LIGHT_TO_IMPORT = (
    "afterthought",
    "core.settings_file",
    "core.log",
    "pipeline.models",
    "pipeline.store",
)

WITHOUT_NUMPY = (
    "core.spool_port",
    "dashboard.app",
    "dashboard.reach.assembly",
    "dashboard.server",
    "pipeline.forget",
    "pipeline.spool.spool",
    "pipeline.store.acts",
    "pipeline.store.sqlite.archive",
    "pipeline.store.sqlite.reader",
    "pipeline.sync.http.client",
    "pipeline.sync.http.server",
    "pipeline.sync.service",
    "pipeline.sync.tls",
    "pipeline.sync.work.may_gain",
)
"""What the page is made of, and what a service of 35 MB is to be: 24 MB so, 36 with NumPy (2 x86
cores, 2026-11)."""


def test_the_packages_keep_to_the_table() -> None:
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
            "def f():\n    import ctranslate2",
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
        ("pipeline/search/words.py", "import sqlite3", "only pipeline/store/sqlite/ may"),
        ("pipeline/store/port.py", "import aiosqlite", "only pipeline/store/sqlite/ may"),
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
    plant(tmp_path, "pipeline/store/sqlite/a.py", "import sqlite3\nfrom . import b, c")
    plant(tmp_path, "pipeline/search/a.py", "from pipeline.store.port import x\nimport core.a")
    plant(tmp_path, "dashboard/a.py", "import flask\nfrom pipeline import store, search")
    plant(tmp_path, "device/daemon.py", "from pipeline.spool.spool import post")
    plant(tmp_path, "afterthought.py", "import device, dashboard, bench, deploy.doctor")
    plant(tmp_path, "bench/speed.py", "import jiwer\nfrom pipeline import models")

    assert violations(tmp_path) == []


def test_the_parts_of_a_package_keep_to_the_table() -> None:
    assert inner_violations(TREE) == []


@pytest.mark.parametrize(
    ("path", "source", "named"),
    [
        ("device/memory/ring.py", "from device.session import keeping", "device/session/keeping"),
        ("device/session/a.py", "from device.capture.loop import x", "device/capture/loop"),
        ("device/buttons/a.py", "def f():\n    import device.capture.loop", "device/capture/loop"),
        ("device/machine/a.py", "from device.memory import ring", "device/memory/ring"),
        ("pipeline/store/a.py", "from pipeline.search import engine", "pipeline/search/engine"),
        ("pipeline/search/a.py", "import pipeline.store.sqlite.rows", "pipeline/store/sqlite/rows"),
    ],
)
def test_a_planted_arrow_within_a_package_is_told(
    tmp_path: Path, path: str, source: str, named: str
) -> None:
    plant(tmp_path, f"{named}.py", "")
    plant(tmp_path, path, source)

    (told,) = inner_violations(tmp_path)

    assert told.startswith(f"{path} names {named}.py;")


def test_no_module_is_in_a_circle() -> None:
    assert circles(graph(TREE)) == []


def test_a_planted_circle_is_told_also_where_only_types_are_named(tmp_path: Path) -> None:
    plant(tmp_path, "device/a.py", "from device.b import x")
    plant(tmp_path, "device/b.py", "from .c import x")
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from device.a import x"
    plant(tmp_path, "device/c.py", hidden)
    plant(tmp_path, "device/d.py", "from device.a import x")

    assert circles(graph(tmp_path)) == [("device/a.py", "device/b.py", "device/c.py")]


def test_what_every_process_imports_loads_no_model_library() -> None:
    assert loaded_by(LIGHT_TO_IMPORT, HEAVY) == []


def test_who_only_keeps_and_reads_loads_no_numpy() -> None:
    assert loaded_by(WITHOUT_NUMPY, ["numpy"]) == []


def test_what_loads_a_library_is_named() -> None:
    assert loaded_by(["core.errors", "core.pcm", "core.paths"], ["numpy"]) == ["core.pcm"]


def loaded_by(modules: Sequence[str], heavy: Sequence[str]) -> list[str]:
    """The first of these modules that loads something heavy; one process imports them in turn."""
    code = (
        "import importlib, sys\n"
        f"for module in {list(modules)}:\n"
        "    importlib.import_module(module)\n"
        f"    if sys.modules.keys() & set({list(heavy)}):\n"
        "        sys.exit(print(module))\n"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=True)
    return ran.stdout.split()


def violations(tree: Path) -> list[str]:
    """A sentence for every import that the table does not allow."""
    return [
        sentence
        for path in sorted(sources(tree))
        for target in imports(tree / path, path)
        for sentence in judge(path, target)
    ]


def inner_violations(tree: Path) -> list[str]:
    """A sentence for every import that the table of parts does not allow."""
    return [
        f"{path} names {target}; {part} may name only {', '.join(sorted(allowed)) or 'itself'}"
        for path, targets in sorted(graph(tree).items())
        if (part := part_of(path)) is not None
        for allowed in [WITHIN[part]]
        for target in sorted(targets)
        if path.partition("/")[0] == target.partition("/")[0]
        and not any(is_in(target, each) for each in {part, *allowed})
        and target.count("/") > 0
        and not target.endswith("__init__.py")
    ]


def part_of(path: str) -> str | None:
    """The longest name of the table that this file belongs to."""
    return max((part for part in WITHIN if is_in(path, part)), key=len, default=None)


def is_in(path: str, part: str) -> bool:
    return path == f"{part}.py" or path.startswith(f"{part}/")


def judge(path: str, target: str) -> Iterator[str]:
    top = target.partition(".")[0]
    if top in MAY_IMPORT or top == "afterthought":
        allowed = allowed_packages(path)
        if not any(target == name or target.startswith(f"{name}.") for name in allowed):
            yield f"{path} imports {target}; it may name only {', '.join(sorted(allowed))}"
    elif top in VENDOR_HOMES and not path.startswith("bench/"):
        homes = VENDOR_HOMES[top]
        if not any(path == name or (name[-1] == "/" and path.startswith(name)) for name in homes):
            yield f"{path} imports {top}; only {', '.join(sorted(homes))} may"
    elif needs_a_home(top) and not path.startswith("bench/"):
        yield f"{path} imports {top}, which has no home; give it one in the table, or do without"


def allowed_packages(path: str) -> set[str]:
    if path in ROOTS:
        return ROOTS[path]
    package = path.partition("/")[0]
    # A package's commands are its table of contents; afterthought.py brings them together.
    if path.startswith((f"{package}/commands.py", f"{package}/commands/")):
        return {package, "core"}
    return {package, *MAY_IMPORT[package]}


def needs_a_home(top: str) -> bool:
    return top not in sys.stdlib_module_names and top not in EVERYWHERE
