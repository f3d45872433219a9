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
from pipeline.refining.sizes import parameters

ENGLISH_END = 50256
"""The number of Whisper's end of text where the weights know English alone; one more elsewhere."""

TIMES_LARGER = 3.0
"""What a model for many languages must have more in parameters than one for English alone, to be
the better one for English, for it spends them on all: base has 1.9 times those of tiny.en and
hears read English no better, small has 6.5 times."""

LARGER = "larger_transcriber"
MANY = "languages_transcriber"
MANY_NAME = "whisper-base"
FIRST_NAME = "whisper-tiny.en"
WEIGHTS = "model.bin"


@dataclass(frozen=True, slots=True)
class SecondModel:
    """The model that hears again, by the name under which its words are kept.

    `hears` are the languages of the wearer's that it knows. It is `only_for_unknown` where
    it is no better than the first, and hears what that one could not place in a language.
    `not_above` are the models of here, by name, that it is not large enough to correct.
    """

    name: str
    hears: frozenset[str]
    only_for_unknown: bool = False
    not_above: frozenset[str] = frozenset()


def second_model(settings: Settings, home: Path) -> SecondModel:
    """The model that hears again here. Raises ModelMissing with the next step where none is.

    Reads no weights: whether they are whole, their loading says.
    """
    listed = frozenset(languages.chosen(settings.hearing.languages).codes)
    own = settings.models.larger_transcriber_path
    if own is not None:
        if not models.is_there(LARGER, settings=settings, home=home):
            models.find(LARGER, settings=settings, home=home)  # it says what is wrong
        hears = listed if knows_many(own) else listed & {ENGLISH}
        return SecondModel(own.name, hears, not_above=_not_above(own, settings, home))
    if models.is_there(MANY, settings=settings, home=home):
        many = settings.models.languages_transcriber_path
        return SecondModel(MANY_NAME if many is None else many.name, listed, only_for_unknown=True)
    raise ModelMissing(
        "There is no larger model here that could hear anything again.",
        advice="Copy a larger Whisper in CTranslate2 form (base.en, small.en, small, …) to this "
        "machine and name its folder in settings.toml: larger_transcriber_path under [models].",
    )


def is_large_enough(larger: Path, first: Path) -> bool:
    """True where what the first heard may gain by the larger one, or one's size is not known."""
    of_larger, of_first = parameters(larger / WEIGHTS), parameters(first / WEIGHTS)
    if of_larger is None or of_first is None:
        return True
    spread = knows_many(larger) and not knows_many(first)
    return of_larger > of_first * (TIMES_LARGER if spread else 1.0)


def _not_above(larger: Path, settings: Settings, home: Path) -> frozenset[str]:
    """Those of the models that hear first here, by the names under which they are kept."""
    chosen = settings.models
    firsts = (
        (models.TRANSCRIBER.name, chosen.transcriber_path, FIRST_NAME),
        (MANY, chosen.languages_transcriber_path, MANY_NAME),
    )
    return frozenset(
        name if own is None else own.name
        for which, own, name in firsts
        if (folder := models.folder_of(which, settings=settings, home=home)) is not None
        and not is_large_enough(larger, folder)
    )


def knows_many(folder: Path) -> bool:
    """True where the Whisper in this folder knows other languages than English."""
    try:
        config = json.loads(read_small(folder / "config.json"))
        return ENGLISH_END not in config["suppress_ids_begin"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
