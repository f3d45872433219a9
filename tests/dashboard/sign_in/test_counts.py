"""What phones are sent is counted apart from what others are, who are asked to pair."""

import re
from pathlib import Path

from core.sent import Sent
from tests.dashboard.sign_in.tls import over_tls
from tests.waiting import waited


def test_phones_and_others_are_counted_apart(home: Path) -> None:
    with over_tls(home) as page:
        counter = page.door.page.counter
        stranger = page.ask("/")
        others = waited(lambda: counter.now.others)
        phones_before = counter.now.phones
        told = page.ask("/phones", token=page.signed_in())
        phones = waited(lambda: counter.now.phones)
        counted = counter.now

    assert others > len(stranger.body)  # TLS, the certificates and the headers, too
    assert phones_before == 0
    assert phones > len(told.body)
    assert counted == Sent(None, phones=phones, others=others)


def test_the_page_of_the_phones_says_what_has_left(home: Path) -> None:
    with over_tls(home) as page:
        told = page.ask("/phones", token=page.signed_in()).text

    assert re.search("Left this device so far: 0 bytes to the internet, 0 bytes to your", told)
