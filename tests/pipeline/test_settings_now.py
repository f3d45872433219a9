"""A running worker takes up what the wearer speaks, and whose names are misheard."""

from collections.abc import Callable
from pathlib import Path

from core.paths import Home
from core.settings import HearingSettings, Settings
from core.settings_file import FILE_NAME
from pipeline.fakes import FakeModels
from pipeline.search.found import Wanted
from pipeline.settings_now import SettingsNow
from pipeline.worker.service import working

Post = Callable[..., str]


def write(home: Path, lines: str) -> None:
    """As an editor does: a new file takes the place of the old one."""
    new = home / "new"
    new.write_text(lines, encoding="utf-8")
    new.rename(home / FILE_NAME)


def test_hearing_is_taken_up_and_nothing_else(home: Path) -> None:
    now = SettingsNow(home, Settings())
    assert now() == Settings()

    write(home, '[hearing]\nlanguages = ["de"]\n[models]\nthreads = 2\n')
    assert now().hearing == HearingSettings(languages=("de",))
    assert now().models == Settings().models

    (home / FILE_NAME).unlink()
    assert now() == Settings()


def test_while_the_file_is_wrong_what_was_there_stays(home: Path) -> None:
    now = SettingsNow(home, Settings())
    write(home, '[hearing]\nlanguages = ["de"]\n')
    now()

    write(home, "[hearing]\nlanguages = [")
    assert now().hearing.languages == ("de",)

    write(home, '[hearing]\nlanguages = ["pt"]\n')
    assert now().hearing.languages == ("pt",)


async def test_a_running_worker_searches_in_the_languages_of_now(
    home: Path, post_text: Post
) -> None:
    post_text("Wir haben die Schlüssel gesucht.")
    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()
        before = (await worker.search(Wanted("der Schlüsseln", by_words_alone=True))).hits

        write(home, '[hearing]\nlanguages = ["en", "de"]\n')
        after = (await worker.search(Wanted("der Schlüsseln", by_words_alone=True))).hits

    assert (len(before), len(after)) == (0, 1)
