"""What a browser is told to forget with a sign-in that counts no more, and what not."""

from dataclasses import replace

from dashboard.sign_in.cookie import COOKIE
from dashboard.sign_in.phones import new_token
from tests.dashboard.sign_in.tls import TlsPage

OWNERS = "afterthought.example.com"


def test_at_the_devices_own_name_all_that_the_browser_holds_is_cleared(page: TlsPage) -> None:
    told = page.ask("/", token=new_token()).headers

    assert told["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert told["Set-Cookie"].startswith(f"{COOKIE}=;")


def test_at_a_name_of_the_owners_the_cookies_of_other_names_stay(page: TlsPage) -> None:
    """By "cookies" a browser clears those of the whole domain: of cloud.example.com, too."""
    here = page.app.extensions["context"]
    was = here.reached()
    now = replace(was, hosts=was.hosts | {OWNERS}, owners=frozenset({OWNERS}))
    object.__setattr__(here, "reached", lambda: now)

    told = page.ask("/", token=new_token(), Host=OWNERS).headers

    assert told["Clear-Site-Data"] == '"cache", "storage"'
    assert told["Set-Cookie"].startswith(f"{COOKIE}=;")
    assert "Max-Age=0" in told["Set-Cookie"]
    assert "Secure" in told["Set-Cookie"]


def test_without_a_cookie_there_is_nothing_to_clear(page: TlsPage) -> None:
    assert not {"Clear-Site-Data", "Set-Cookie"} & page.ask("/").headers.keys()
