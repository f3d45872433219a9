"""A moment's sound sent to an engine of another machine, and what it heard."""

from collections.abc import Iterator

from core.errors import UserError
from core.moment import Transcript
from core.paths import Home
from core.settings import Settings
from core.settings_file import load
from core.text import languages
from pipeline import media
from pipeline.engines.port import LONGEST_S, Engine, Sound
from pipeline.engines.told import transcript
from pipeline.media import Handling
from pipeline.refining.second_model import SecondModel
from pipeline.spool.spool import Spool
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.taking_in import handling


class TooLong(UserError):
    """A moment that is longer than what an engine is asked to hear at once."""

    code = "too_long"


def as_second_model(engine: Engine, settings: Settings) -> SecondModel:
    """The engine as who hears again: what it is better than, the wearer knows who named it."""
    listed = languages.chosen(settings.hearing.languages).codes
    return SecondModel(engine.name, frozenset(listed))


async def heard_by(engine: Engine, home: Home, moment: str) -> Transcript | None:
    """The words that an engine makes of a moment's sound; None where it has no sound or words.

    Raises NotFound, TooLong, EngineFailed, and UserError where its sound cannot be read.
    """
    async with open_archive_to_read(home.path) as archive:
        row = await archive.moment(moment)
        earlier = await archive.transcript(row)
    if row.sound is None or earlier is None or earlier.model is None:
        return None
    duration_ms = row.duration_ms or 0
    if duration_ms > LONGEST_S * 1000:
        raise TooLong(
            f"It is longer than {LONGEST_S / 60:.0f} min: too much for an engine at once.",
            advice="Its words are as they were.",
        )
    how = handling(home.path, load(home.path), Spool(home.spool), again="refine again")
    with media.SoundFile(sound_path(home.path, row.sound), how) as file:
        sound = Sound(_pieces(file, how), duration_ms * 16, row.language)
        told = await engine.transcribe(sound)
    return transcript(told, earlier, duration_ms, engine.name)


def _pieces(file: media.SoundFile, how: Handling) -> Iterator[bytes]:
    for chunk in how.guard(file.chunks()):
        yield chunk.astype("<i2").tobytes()
