"""What axe-core finds on a page: on a small phone and on a desktop, by day and in the dark."""

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from tests.journeys.browser.chromium import Phone

SMALL_PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
DESKTOP = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
SIZES = {"phone": SMALL_PHONE, "desktop": DESKTOP}

Looks = Sequence[tuple[str, bool]]
"""The name of a size, and whether it is dark."""

EACH_ONCE: Looks = (("phone", False), ("desktop", True))
CROSSED: Looks = (("phone", True), ("desktop", False))

FOUND = """axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})
.then(({violations}) => violations.flatMap(({id, help, nodes}) =>
  nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`)))"""


def axe() -> str | None:
    """The library's source, out of the wheel that carries it; None where that is not installed."""
    package = find_spec("axe_playwright_python")
    if package is None or package.submodule_search_locations is None:
        return None
    return (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


def ready(browser: Phone) -> None:
    """A tab in whose pages axe-core is; the test is left out where that is not installed."""
    source = axe()
    if source is None:
        pytest.skip("axe-core is not installed: `./test` installs it")
    browser.open_tab(calm=True)
    browser.bring(source)


def found(browser: Phone, looks: Looks) -> list[str]:
    """What axe-core finds on the page that is open, in these looks."""
    told = []
    for name, dark in looks:
        browser.look(dark=dark, calm=True, size=SIZES[name])
        told += [f"{name}, {'dark' if dark else 'light'}: {each}" for each in browser.see(FOUND)]
    return told


def headings(browser: Phone) -> list[str]:
    """What is wrong with the headings: there is one h1, and no level is left out."""
    levels = browser.see(
        "[...document.querySelectorAll('h1,h2,h3,h4')].filter(h => !h.closest('[hidden]'))"
        ".map(h => Number(h.tagName[1]))"
    )
    skipped = [f"h{a} to h{b}" for a, b in pairwise(levels) if b > a + 1]
    first = [] if levels[:1] == [1] and levels.count(1) == 1 else [f"headings: {levels}"]
    return [*first, *skipped]
