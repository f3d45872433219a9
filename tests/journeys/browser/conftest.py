"""The phone that the journeys through the page share."""

from collections.abc import Iterator

import pytest

from tests.journeys.browser.chromium import Phone, chromium, phone


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    if chromium() is None:
        pytest.skip("no Chromium on this machine: the page is not tried in a browser")
    with phone(tmp_path_factory.mktemp("profile")) as driven:
        yield driven
