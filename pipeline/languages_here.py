"""Which of the wearer's languages can be heard with the models that are here."""

from pathlib import Path

from core.settings import Settings
from core.text.languages import ENGLISH, chosen, language_name
from pipeline import models


def unheard(settings: Settings, home: Path) -> list[str]:
    """A sentence with the next step for whatever of `hearing.languages` cannot be heard."""
    listed = chosen(settings.hearing.languages)
    told = list(listed.problems)
    names = " and ".join(language_name(code) for code in listed.codes if code != ENGLISH)
    if names and not models.is_there("languages_transcriber", settings=settings, home=home):
        told.append(
            f"{names} cannot be written down yet: all is heard as English, and what is probably "
            "none is marked. Run `afterthought models --fetch languages`."
        )
    return told
