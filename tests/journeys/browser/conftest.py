"""The phone that the journeys through the page share."""

from collections.abc import Iterator

import pytest

from tests.journeys.browser.axe import CROSSED, EACH_ONCE, Looks
from tests.journeys.browser.chromium import Phone, chromium, phone


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """One for all tests: each opens a tab of its own, in a profile of its own."""
    if chromium() is None:
        pytest.skip("no Chromium on this machine: the page is not tried in a browser")
    with phone(tmp_path_factory.mktemp("profile")) as driven:
        yield driven


@pytest.fixture(params=[EACH_ONCE, pytest.param(CROSSED, marks=pytest.mark.long)])
def looks(request: pytest.FixtureRequest) -> Looks:
    """A phone by day and a desktop in the dark; and the other way round."""
    found: Looks = request.param
    return found
