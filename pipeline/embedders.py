"""Which embedder the moments of a home get, and each of them by its name.

The name stands beside every vector. Archives of English have MiniLM; where the wearer speaks
other languages and the set `languages` is here, an encoder that knows sixteen.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ModelMissing
from core.settings import Settings
from core.text import languages
from pipeline import models

if TYPE_CHECKING:  # their modules load ctranslate2 and the tokenizers
    from pipeline.meaning.embedder import Embedder

MINI_LM = "all-MiniLM-L6-v2/int8"
MULTILINGUAL = "universal-sentence-encoder-multilingual/3"


def chosen(settings: Settings, home: Path) -> str:
    """The name of the embedder whose vectors moments get. Reads no weights.

    One that the settings name by a path of the wearer's own is kept.
    """
    if languages.chosen(settings.hearing.languages).is_english_alone:
        return MINI_LM
    own = settings.models.embedder_path is not None
    is_there = models.is_there("languages_embedder", settings=settings, home=home)
    return MULTILINGUAL if is_there and not own else MINI_LM


def opened(name: str, settings: Settings, home: Path) -> "Embedder":
    """The embedder of that name, its weights checked and loaded. Raises ModelMissing."""
    try:
        return _OPENED[name](settings, home)
    except KeyError:
        sentence = f"This version does not know the embedder {name}, which made some vectors."
        raise ModelMissing(
            sentence, advice="They are made anew while the worker runs; words find all the same."
        ) from None


def _mini_lm(settings: Settings, home: Path) -> "Embedder":
    from pipeline.meaning.embedder import open_embedder  # noqa: PLC0415

    folder = models.find("embedder", settings=settings, home=home)
    return open_embedder(folder, threads=settings.models.threads)


def _multilingual(settings: Settings, home: Path) -> "Embedder":
    from pipeline.meaning.multilingual import open_multilingual  # noqa: PLC0415

    return open_multilingual(models.find("languages_embedder", settings=settings, home=home))


_OPENED: Mapping[str, Callable[[Settings, Path], "Embedder"]] = {
    MINI_LM: _mini_lm,
    MULTILINGUAL: _multilingual,
}
