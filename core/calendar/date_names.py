"""Months and weekdays in other languages, as the English names that are indexed. Pure."""

from collections.abc import Sequence

from core.calendar.dates import MONTHS, WEEKDAYS
from core.text.words import folded

_NAMES = {
    "de": """
        Januar Februar März April Mai Juni Juli August September Oktober November Dezember
        Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag
    """,
    "es": """
        enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
        lunes martes miércoles jueves viernes sábado domingo
    """,
    "fr": """
        janvier février mars avril mai juin juillet août septembre octobre novembre décembre
        lundi mardi mercredi jeudi vendredi samedi dimanche
    """,
    "pt": """
        janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
        segunda terça quarta quinta sexta sábado domingo
    """,
    "it": """
        gennaio febbraio marzo aprile maggio giugno
        luglio agosto settembre ottobre novembre dicembre
        lunedì martedì mercoledì giovedì venerdì sabato domenica
    """,
    "nl": """
        januari februari maart april mei juni juli augustus september oktober november december
        maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    """,
}
"""Months and weekdays; of Portuguese ones, as *segunda-feira*, the part that tells them apart."""


def in_english(word: str, languages: Sequence[str]) -> tuple[str, ...]:
    """The English name for a folded word that names a month or a weekday in these languages."""
    found = (_ENGLISH.get((language, word)) for language in languages)
    return tuple(dict.fromkeys(name for name in found if name and name != word))


_ENGLISH = {
    (language, folded(name)): english.lower()
    for language, names in _NAMES.items()
    for name, english in zip(names.split(), (*MONTHS, *WEEKDAYS), strict=True)
}
_ENGLISH["de", "sonnabend"] = "saturday"
