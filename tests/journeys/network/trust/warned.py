"""The warning of Chromium, and how somebody goes past it: with two taps, as on a phone."""

from tests.journeys.browser.chromium import Phone

WARNING = "document.querySelector('#main-message') !== null"


def go_past(browser: Phone) -> None:
    """*Advanced*, then *Proceed*."""
    for button in ("#details-button", "#proceed-link"):
        browser.see(f"document.querySelector('{button}').click()")
    browser.until(f"!({WARNING}) && document.querySelector('h1')")
