"""The picture of README.md: the page on a phone, in the demo, just after a press.

python -m tests.journeys.browser.picture docs/screenshot.png
"""

import sys
import tempfile
from pathlib import Path

from tests.journeys import newcomer
from tests.journeys.browser.chromium import Phone, phone

UNDER_WAY = "document.querySelectorAll('#just .w.past').length > 4"


def main(target: Path) -> None:
    """Press in the demo as a newcomer does, and take the picture as the words sound."""
    with (
        tempfile.TemporaryDirectory() as folder,
        newcomer.running(Path(folder, "home"), "--demo") as url,
        phone(Path(folder, "profile")) as browser,
    ):
        browser.open_tab(calm=True)
        browser.go(url)
        newcomer.listen(browser)
        newcomer.press_after_the_sentence(browser)
        newcomer.hear_what_was_kept(browser)
        take(browser, url, target)


def take(browser: Phone, url: str, target: Path) -> None:
    """Take it without the first minute, which is over."""
    browser.tap(".dismiss button")
    browser.until("!document.querySelector('#first')")
    browser.see("window.scrollTo(0, 0)")
    browser.until(UNDER_WAY)
    browser.picture(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
