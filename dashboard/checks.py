"""The checks of `doctor` on the network: what a phone needs to find the page, and to be let in."""

import socket
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from core.checks import Check
from core.clock import SystemClock
from core.files import read_small
from core.network.choosing import NOWHERE, Attached, chosen
from core.network.interfaces import own_addresses
from core.page_address import PageAddress, read_page_address
from core.paths import Home, certificate_folder, is_service, runtime_folder
from core.settings_file import load
from core.text.counting import counted
from dashboard.certificates.leaves import good_until, known_time
from dashboard.certificates.places import CertificatePlaces, fingerprint_of
from dashboard.sign_in.phone_file import PhoneFile, PhonesUnreadable, phone_file

_SERVICE_PORT, _PORT = 443, 8766
_PATIENCE_S = 2.0

_NO_ANSWER = "Start the page again. If that stays, look for a firewall: `nft list ruleset`."

_OLD = timedelta(days=7)
"""A certificate is made anew a month before its end: one that ends so soon was forgotten."""


def checks(home: Home) -> Iterator[Check]:
    """The interfaces, the page on them, its certificates, and the phones."""
    interfaces = load(home.path).dashboard.interfaces
    if interfaces == NOWHERE:
        sentence = "The page answers on this machine alone, as `dashboard.interfaces` says."
        yield Check("network", "ok", sentence)
        return
    try:
        at = chosen(own_addresses(), interfaces)
    except OSError as error:
        sentence = f"The addresses of this machine cannot be read ({error.strerror})."
        yield Check("network", "fail", sentence, "Restart the machine.")
        return
    page = read_page_address(runtime_folder(home.path))
    yield network_check(at, interfaces)
    yield from page_checks(page, at)
    yield from port_checks(page, at, _SERVICE_PORT if is_service(home.path) else _PORT)
    places = CertificatePlaces(certificate_folder(home.path))
    yield certificate_check(places.name_leaf, known_time(SystemClock().now_ms()))
    yield phones_check(phone_file(home.path), places)


def network_check(at: Sequence[Attached], interfaces: str | None) -> Check:
    """Where phones may come."""
    if at:
        where = ", ".join(f"{each.interface} ({each.ip})" for each in at)
        return Check("network", "ok", f"Phones can reach the page over {where}.")
    if interfaces is None:
        sentence = "This machine has no local address, so phones cannot reach the page."
        return Check("network", "warn", sentence, "Connect it to your Wi-Fi, or by a cable.")
    sentence = f"No interface of `dashboard.interfaces` ({interfaces}) has a local address."
    return Check("network", "warn", sentence, "`ip address` lists those that have one.")


def page_checks(page: PageAddress | None, at: Sequence[Attached]) -> Iterator[Check]:
    """What the page itself tells: where it is, its name, and what is wrong."""
    if page is None:
        sentence = "The page is not running, so no phone can reach it."
        yield Check("page", "warn", sentence, "Start everything with `afterthought run`.")
        return
    if page.urls:
        yield Check("page", "ok", PageAddress(page.host, page.urls).sentences[0])
    if any(page.host in url for url in page.urls):
        yield Check("name", "ok", f"The name {page.host} is answered for.")
    for trouble in page.troubles:
        sentence, _, advice = trouble.partition(". ")
        yield Check("page", "warn" if page.urls or not at else "fail", f"{sentence}.", advice)


def certificate_check(leaf: Path, now: datetime) -> Check:
    """Until when the certificate of the device's name is good."""
    try:
        until = good_until(read_small(leaf))
    except FileNotFoundError:
        sentence = "There is no certificate yet; it is made once the page runs on a network."
        return Check("certificate", "ok", sentence)
    except (OSError, ValueError):
        sentence = f"The certificate in {leaf} cannot be read."
        return Check("certificate", "fail", sentence, "Remove that file, and start the page again.")
    told = f"{until:%Y-%m-%d}"
    if until - now > _OLD:
        return Check("certificate", "ok", f"The certificate of the page is good until {told}.")
    sentence = f"The certificate of the page is good until {told}, and was not made anew."
    advice = "Restart the page; its log says what fails."
    return Check("certificate", "warn", sentence, advice)


def port_checks(page: PageAddress | None, at: Sequence[Attached], port: int) -> Iterator[Check]:
    """Whether each address answers, as it does where the page runs and does not where it is off."""
    for each in at:
        if page is None:
            if _answers(str(each.ip), port):
                sentence = f"Another program uses port {port} of {each.ip}."
                advice = "Stop it, or name another port for the page with --tls-port."
                yield Check("port", "warn", sentence, advice)
        elif (told := _port_at(each, page)) is not None:
            if _answers(str(each.ip), told):
                yield Check("port", "ok", f"Port {told} of {each.ip} answers.")
            else:
                sentence = f"Port {told} of {each.ip} does not answer, although the page runs."
                yield Check("port", "fail", sentence, _NO_ANSWER)


def _port_at(at: Attached, page: PageAddress) -> int | None:
    """The port at which the page says that it is reached at this address."""
    host = f"[{at.ip}]" if at.ip.version == 6 else str(at.ip)  # noqa: PLR2004 - of IP
    for url in page.urls:
        found, colon, port = url.removeprefix(f"https://{host}").partition(":")
        if not found:
            return int(port) if colon else _SERVICE_PORT
    return None


def _answers(ip: str, port: int) -> bool:
    try:
        with socket.create_connection((ip, port), _PATIENCE_S):
            return True
    except OSError:
        return False


def phones_check(file: PhoneFile, places: CertificatePlaces) -> Check:
    try:
        authority = places.authority()
        found = file.read().under("" if authority is None else fingerprint_of(authority))
    except PhonesUnreadable as error:
        return Check("phones", "fail", error.sentence, error.advice)
    except (OSError, ValueError):  # the certificate's own line says what to do
        return Check("phones", "warn", "Which phones are let in is not known.", "See above.")
    if not found.phones:
        return Check("phones", "ok", "No phone is let in yet. `afterthought pair` lets one in.")
    return Check("phones", "ok", counted(len(found.phones), "phone is", "phones are") + " let in.")
