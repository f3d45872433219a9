"""The service of a small machine loads what meeting others needs, and nothing beside it."""

import subprocess
import sys

NOT_NEEDED = (
    "core.capture_status",
    "core.spool_port",
    "pipeline.forget",
    "pipeline.models",
    "pipeline.spool",
    "pipeline.store.sqlite.check",
    "pipeline.to_forget",
    "zeroconf",
)
"""Each for what few meetings come to, or for another process."""

CALLING = """
import asyncio
from pipeline.sync.http.client import Ask
from tests.pipeline.sync.http.world import answering, echo

async def call():
    async with answering(echo) as world:
        client = await world.call()
        print((await client.ask(Ask("GET", "/")))[0])

asyncio.run(call())
"""


def loaded_after(program: str) -> tuple[list[str], list[str]]:
    """The words that the program prints, and the modules that are loaded then."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(); print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    *told, modules = ran.stdout.splitlines()
    return " ".join(told).split(), modules.split()


def test_the_service_loads_nothing_for_a_forget_a_check_or_a_model() -> None:
    _, loaded = loaded_after("import pipeline.sync.service")

    assert "pipeline.sync.service" in loaded
    assert [each for each in loaded if each.startswith(NOT_NEEDED)] == []


def test_a_call_loads_nothing_that_writes_names_for_tls() -> None:
    told, loaded = loaded_after(CALLING)

    assert told == ["200"]
    assert "encodings.idna" not in loaded
