import pytest

from core.text.languages import LANGUAGE_NAMES, Chosen, chosen, language_name


def test_a_list_of_known_codes_is_taken_as_it_is() -> None:
    assert chosen(["en", "de"]) == Chosen(("en", "de"))


def test_capitals_spaces_and_repetitions_do_not_matter() -> None:
    assert chosen(["DE", " de", "en"]).codes == ("de", "en")


def test_only_english_is_english_alone() -> None:
    assert chosen(["en"]).is_english_alone
    assert not chosen(["en", "de"]).is_english_alone
    assert not chosen(["de"]).is_english_alone


@pytest.mark.parametrize(
    ("listed", "taken", "told"),
    [
        (["en", "xx"], ("en",), "'xx', which is no code"),
        (["german", "en"], ("en",), 'Write "de" in settings.toml'),
        (["xx"], ("en",), "so English is heard"),
        ([], ("en",), "so English is heard"),
        (["en", "de", "fr", "es", "pt", "it"], ("en", "de", "fr", "es", "pt"), "Italian is left"),
    ],
)
def test_what_cannot_be_taken_is_told_and_the_rest_is_taken(
    listed: list[str], taken: tuple[str, ...], told: str
) -> None:
    found = chosen(listed)

    assert found.codes == taken
    assert told in " ".join(found.problems)


def test_it_is_told_how_many_languages_are_too_many() -> None:
    five = ["en", "de", "fr", "es", "it"]

    (one,) = chosen([*five, "pt"]).problems
    (two,) = chosen([*five, "pt", "nl"]).problems
    (three,) = chosen([*five, "pt", "nl", "da"]).problems

    assert one.endswith(": Portuguese is left out. Take 1 out of the list in settings.toml.")
    assert two.endswith(
        ": Portuguese and Dutch are left out. Take 2 out of the list in settings.toml."
    )
    assert ": Portuguese and Dutch and Danish are left out. Take 3 out" in three


def test_every_code_is_one_of_iso_639_1() -> None:
    assert all(len(code) == 2 and code.islower() for code in LANGUAGE_NAMES)


def test_a_code_without_a_name_is_told_as_it_is() -> None:
    assert [language_name("de"), language_name("haw")] == ["German", "haw"]
