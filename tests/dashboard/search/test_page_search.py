"""Who searches for the page: the worker, and this process where none is there."""

import asyncio
import subprocess
import sys
from pathlib import Path

from dashboard.page_search import PageSearch
from pipeline.search.found import Found, Wanted
from pipeline.store.sqlite.reader import open_archive_to_read
from tests.dashboard.conftest import Diary
from tests.imports import TREE

AT_MS = 1_790_000_000_000


async def test_the_workers_answer_is_the_answer(home: Path) -> None:
    asked = []

    async def worker(wanted: Wanted) -> Found:
        asked.append(wanted)
        return Found(wanted.query, (), nothing_close=True, by_words_alone=False, ms=1.0)

    wanted = Wanted("pump", n=3, until_ms=7, by_words_alone=True)
    async with open_archive_to_read(home) as reader:
        found = await PageSearch(reader, worker).search(wanted)

    assert asked == [wanted]
    assert found.ms == 1.0


def test_where_no_worker_is_words_answer(home: Path, diary: Diary) -> None:
    diary.typed("the pump leaks", AT_MS, embedded=True)

    async def search() -> Found:
        async with open_archive_to_read(home) as reader:
            return await PageSearch(reader).search(Wanted("pump"))

    found = asyncio.run(search())

    assert [hit.text for hit in found.hits] == ["the pump leaks"]
    assert found.by_words_alone


def test_where_no_worker_is_the_wearers_languages_count(home: Path, diary: Diary) -> None:
    diary.typed("Die alten Häuser", AT_MS)

    async def found(*spoken: str) -> int:
        async with open_archive_to_read(home) as reader:
            page = PageSearch(reader, spoken=lambda: spoken)
            return len((await page.search(Wanted("Hauses"))).hits)

    assert asyncio.run(found("en", "de")) == 1
    assert asyncio.run(found("en")) == 0


WITH_A_WORKER = """
import asyncio, sys
from dashboard.app import create_app
from dashboard.page_search import PageSearch
from pipeline.search.found import Found, Wanted

async def worker(wanted):
    return Found(wanted.query, (), nothing_close=True, by_words_alone=False, ms=1.0)

asyncio.run(PageSearch(None, worker).search(Wanted("pump")))
sys.exit("numpy" in sys.modules)
"""


def test_who_has_a_worker_loads_no_numpy() -> None:
    """It would be a quarter of the page's memory."""
    done = subprocess.run([sys.executable, "-c", WITH_A_WORKER], cwd=TREE, check=False)

    assert done.returncode == 0
