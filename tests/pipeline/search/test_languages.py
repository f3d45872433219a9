"""Search in languages but English: words that ask, forms of a word, names of days and months."""

from datetime import UTC, datetime

import pytest

from core.calendar.date_names import in_english
from pipeline.search.engine import Engine
from pipeline.search.query import parse
from pipeline.search.stop_words import likely
from pipeline.search.word_forms import beginnings, forms
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.passage_index import PassageReader
from tests.pipeline.search.said import Said, keep

WEARERS = ("en", "de", "es", "fr", "pt")


def asked(query: str, *languages: str) -> list[str]:
    return [term.word for term in parse(query, languages or WEARERS).terms]


@pytest.mark.parametrize(
    ("query", "telling"),
    [
        ("Wo habe ich die Schlüssel hingelegt?", ["schlussel", "hingelegt"]),
        ("wo sind die schlussel fur den keller", ["schlussel", "keller"]),
        ("¿Dónde dejé las llaves del sótano?", ["deje", "llaves", "sotano"]),
        ("Où est-ce que j'ai mis les clés de la cave ?", ["mis", "cles", "cave"]),
        ("Onde é que eu pus as chaves?", ["pus", "chaves"]),
        ("What did she say about the war?", ["say", "war"]),
    ],
)
def test_words_that_only_ask_are_left_out_by_the_language_of_the_query(
    query: str, telling: list[str]
) -> None:
    assert asked(query) == telling


def test_the_language_of_a_query_is_that_of_which_it_has_the_most_words() -> None:
    assert likely("was war das für eine pumpe".split(), WEARERS) == ("de",)
    assert likely("what was the pump for".split(), WEARERS) == ("en",)
    assert likely("war museum".split(), WEARERS) == ()
    assert likely("was war das".split(), ("en",)) == ("en",)


def test_with_english_alone_a_query_is_what_it_was() -> None:
    query = parse("Was war die Pumpe im Mai?", ("en",))

    assert query == parse("Was war die Pumpe im Mai?")
    assert [term.forms[0] for term in query.terms] == ["war", "die", "pumpe", "im", "mai"]
    assert query.languages == ()


def test_what_melts_into_a_word_comes_off_where_that_is_spoken() -> None:
    assert asked("l'été", "en", "fr") == ["ete"]
    assert asked("dell'acqua", "it") == ["acqua"]
    assert asked("l'été", "en", "de") == ["l'ete"]


@pytest.mark.parametrize(
    ("word", "language", "others"),
    [
        ("hauser", "de", ["haus", "hausern"]),
        ("haus", "de", ["hauser"]),
        ("fruhlinge", "de", ["fruhling"]),
        ("termin", "de", ["termine", "terminen"]),
        ("llave", "es", ["llaves"]),
        ("canciones", "es", ["cancion"]),
        ("chevaux", "fr", ["cheval"]),
        ("voitures", "fr", ["voiture"]),
        ("carros", "pt", ["carro"]),
    ],
)
def test_the_forms_of_a_word_share_a_stem(word: str, language: str, others: list[str]) -> None:
    from core.text.stems import stem  # noqa: PLC0415

    index = [stem(each) for each in (*others, "hausierer", "termingeld", "llavero", "chemin")]

    found = forms(word, index, [language])

    assert set(found) == {stem(each) for each in others} - {stem(word)}
    assert all(
        any(each.startswith(begin) for begin in beginnings(word, [language])) for each in found
    )


def test_a_language_without_rules_has_no_forms() -> None:
    assert beginnings("夫妻肺片", ["zh"]) == beginnings("pump", ["en", "xx"]) == []
    assert forms("pump", ["pumps"], ["xx"]) == []


def test_days_and_months_are_known_by_their_names_in_each_language() -> None:
    assert in_english("montag", ["de"]) == ("monday",)
    assert in_english("marz", ["de"]) == ("march",)
    assert in_english("mai", ["de", "fr"]) == ("may",)
    assert in_english("april", ["de"]) == ()
    assert in_english("lundi", ["de"]) == ()


@pytest.fixture
async def in_german(archive: SqliteArchive, reader: PassageReader) -> Engine:
    await keep(
        archive,
        Said("houses", "Die alten Häuser am Hafen werden verkauft.", "Anna"),
        Said("vet", "Der Tierarzt hat am Dienstag wieder Termine."),
        Said("boat", "Im Mai segeln wir nach Dänemark.", at=datetime(2026, 5, 4, 9, tzinfo=UTC)),
        Said("english", "She will die of boredom in that war museum."),
    )
    return Engine(reader, languages=WEARERS)


@pytest.mark.parametrize(
    ("query", "ref", "marked"),
    [
        ("das Haus am Hafen", "houses", ["Häuser", "Hafen"]),
        ("Termin beim Tierarzt", "vet", ["Tierarzt", "Termine"]),
        ("einen Termin", "vet", ["Termine"]),
        ("war museum", "english", ["war", "museum"]),
    ],
)
async def test_a_word_is_found_in_each_of_its_forms_and_marked(
    in_german: Engine, query: str, ref: str, marked: list[str]
) -> None:
    (first, *_) = (await in_german.search(query)).hits

    assert first.ref == ref
    assert [first.text[start:end] for start, end in first.marks] == marked


async def test_with_english_alone_no_form_is_looked_for(
    in_german: Engine, reader: PassageReader
) -> None:
    assert in_german is not None
    assert not (await Engine(reader).search("Hauses")).hits


async def test_the_date_of_a_moment_is_found_in_the_wearers_own_words(in_german: Engine) -> None:
    for query in ("Montag", "lundi", "segunda-feira"):
        first = (await in_german.search(query)).hits[0]
        assert first.ref == "boat"
        assert first.why == ("its date has the word 'Monday'",)
