from core.checks import Check
from core.settings import HearingSettings, Settings
from pipeline.checks import languages_checks


def told(*listed: str) -> list[Check]:
    return list(languages_checks(Settings(hearing=HearingSettings(listed))))


def test_doctor_names_the_languages_that_are_heard() -> None:
    (check,) = told("en", "de")

    assert (check.state, check.sentence) == ("ok", "What is said is taken for English, German.")


def test_doctor_warns_of_what_it_cannot_take_of_the_list() -> None:
    warning, check = told("en", "german")

    assert warning.state == "warn"
    assert 'Write "de" in settings.toml' in warning.sentence
    assert "taken for English." in check.sentence
