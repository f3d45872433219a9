"""The pure functions of the page's script, each in a real browser."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.show import status
from tests.dashboard.running import dashboard
from tests.journeys.browser.chromium import Phone

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def quiet_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page on an empty home, where nothing listens."""
    with dashboard(tmp_path_factory.mktemp("home")) as (_, url):
        yield url


@pytest.fixture(scope="module")
def call(browser: Phone, quiet_page: str) -> Call:
    """Calls what a module of the page exports: `call("counts", "left", 40)`."""
    browser.open_tab()
    browser.go(quiet_page)
    address = browser.see("document.querySelector('script[src]').src")

    def called(module: str, function: str, *given: object) -> Any:
        listed = ", ".join(json.dumps(each) for each in given)
        return browser.see(f"import({address!r}).then((all) => all.${module}.{function}({listed}))")

    return called


@pytest.mark.parametrize(
    ("kind", "messages", "last"),
    [
        ("microphone", ["speech", "enough", "pressed", "words"], "heard"),
        ("microphone", ["enough"], "quiet"),
        ("microphone", ["speech", "pressed", "refused"], "press"),
        ("demo", ["sentence", "pressed"], "offer"),
        ("demo", ["listen", "sentence"], "press"),
        ("demo", ["listen", "pressed", "words", "played", "none", "asked"], "yours"),
        ("demo", ["listen", "pressed", "words", "played", "played"], "opposite"),
    ],
)
def test_the_steps_of_the_first_minute(
    call: Call, kind: str, messages: list[str], last: str
) -> None:
    step = {"microphone": "quiet", "demo": "offer"}[kind]

    for message in messages:
        step = call("first_minute", "nextStep", kind, step, message)

    assert step == last


@pytest.mark.parametrize(
    ("levels", "messages"),
    [
        ([(False, 1)], []),
        ([(True, 1)], ["speech"]),
        ([(True, 1), (False, 5), (False, 5.5)], ["speech"]),
        ([(True, 1), (False, 5), (False, 5.7)], ["speech", "sentence"]),
        ([(True, 1), (False, 2), (False, 3)], ["speech"]),  # nothing is worth a press by then
        ([(True, 1), (False, 5), (True, 5.5), (False, 5.6)], ["speech"]),
        ([(True, 1), (True, 26)], ["speech", "enough"]),
    ],
)
def test_what_levels_mean_to_the_first_minute(
    call: Call, levels: list[tuple[bool, float]], messages: list[str]
) -> None:
    heard: Any = {"began_s": None, "quiet_s": None}
    found: list[str] = []

    for speaking, at_s in levels:
        heard, found = call("first_minute", "hears", heard, speaking, at_s, 4)

    assert found == messages


@pytest.mark.parametrize(
    ("ms", "place"), [(-1, -1), (0, 0), (399, 0), (540, 0), (560, -1), (1000, 1), (9000, -1)]
)
def test_the_word_that_sounds(call: Call, ms: int, place: int) -> None:
    assert call("player", "wordAt", [[0, 400], [1000, 1400]], ms) == place


@pytest.mark.parametrize("seconds", [0.4, 40, 60, 61, 3600, 3700])
def test_what_is_left_is_worded_as_on_a_page_without_script(call: Call, seconds: float) -> None:
    assert call("counts", "left", seconds) == status.left(seconds)


@pytest.mark.parametrize("seconds", [7.9, 725, 3725])
def test_how_long_by_now_is_worded_as_on_a_page_without_script(call: Call, seconds: float) -> None:
    assert call("counts", "lasts", seconds) == status.running(seconds)
