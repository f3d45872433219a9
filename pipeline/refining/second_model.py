"""Which model hears again: a larger one that the settings name, or the one for many languages."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelMissing
from core.files import read_small
from core.settings import Settings
from core.text import languages
from core.text.languages import ENGLISH
from pipeline import models

ENGLISH_END = 50256
"""The number of Whisper's end of text where the weights know English alone; one more elsewhere."""

LARGER = "larger_transcriber"
MANY = "languages_transcriber"
MANY_NAME = "whisper-base"


@dataclass(frozen=True, slots=True)
class SecondModel:
    """The model that hears again, by the name under which its words are kept.

    `hears` are the languages of the wearer's that it knows. It is `only_for_unknown` where
    it is no better than the first, and hears what that one could not place in a language.
    """

    name: str
    hears: frozenset[str]
    only_for_unknown: bool = False


def second_model(settings: Settings, home: Path) -> SecondModel:
    """The model that hears again here. Raises ModelMissing with the next step where none is.

    Reads no weights: whether they are whole, their loading says.
    """
    listed = frozenset(languages.chosen(settings.hearing.languages).codes)
    own = settings.models.larger_transcriber_path
    if own is not None:
        if not models.is_there(LARGER, settings=settings, home=home):
            models.find(LARGER, settings=settings, home=home)  # it says what is wrong
        return SecondModel(own.name, listed if knows_many(own) else listed & {ENGLISH})
    if models.is_there(MANY, settings=settings, home=home):
        many = settings.models.languages_transcriber_path
        return SecondModel(MANY_NAME if many is None else many.name, listed, only_for_unknown=True)
    raise ModelMissing(
        "There is no larger model here that could hear anything again.",
        advice="Copy a larger Whisper in CTranslate2 form (base.en, small.en, small, …) to this "
        "machine and name its folder in settings.toml: larger_transcriber_path under [models].",
    )


def knows_many(folder: Path) -> bool:
    """True where the Whisper in this folder knows other languages than English."""
    try:
        config = json.loads(read_small(folder / "config.json"))
        return ENGLISH_END not in config["suppress_ids_begin"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
