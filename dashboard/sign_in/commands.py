"""`pair` lets a phone in; `phones` lists those that are in, and revokes one."""

import argparse
import selectors
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of
from core.errors import UserError, WrongUsage
from core.page_address import read_page_address
from core.paths import Home, certificate_folder, runtime_folder
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere, Told, read_object

if TYPE_CHECKING:
    from .phone_file import PhoneFile

_PATIENCE_S = 10.0


class PageStopped(UserError):
    """The dashboard went while a phone was to be let in."""

    code = "page_stopped"


class NotRevoked(UserError):
    """The disk refuses."""

    code = "not_revoked"


class PageNotRunning(UserError):
    """No dashboard answers, so no phone can reach it."""

    code = "page_not_running"


def pair(arguments: Arguments, screen: Screen) -> int:
    """Let a phone in, or prepare for that."""
    home = home_of(arguments)
    if arguments.once and not arguments.set_up:
        more = "`afterthought pair --help` says more."
        raise WrongUsage("--once goes with --set-up.", advice=more)
    if arguments.authority is not None:
        from dashboard.certificates.places import CertificatePlaces  # noqa: PLC0415

        from .carrying import hand_over  # noqa: PLC0415 - `--help` needs no certificates

        hand_over(CertificatePlaces(certificate_folder(home.path)), arguments.authority, screen)
        return 0
    if arguments.set_up:
        _set_up(home, screen, once=arguments.once)
        return 0
    return _let_in(home, screen)


def _let_in(home: Home, screen: Screen) -> int:
    """Open a pairing and wait until a phone is in, or nobody may be any more."""
    for event in _pairing(home.page_socket):
        match event:
            case {"error": code, "sentence": sentence, "advice": advice}:
                raise _Refused(str(code), str(sentence), advice=str(advice))
            case {"event": "open"}:
                _show(event, _by_number(home), screen)
            case {"event": "waiting", "name": name}:
                screen.say(f"{name} is waiting. Press the button{_or_enter()}.")
            case {"event": "presses", "sentence": sentence} if sentence:
                screen.say(str(sentence))
            case {"event": "admitted", "name": name}:
                screen.value(event, f"{name} is let in.")
                return 0
            case {"event": "ended", "reason": reason, "sentence": sentence}:
                screen.value({"event": "ended", "reason": reason}, str(sentence))
                return 1
    raise PageStopped(
        "The page has stopped, so no phone can be let in.",
        advice="Start it again, then run `afterthought pair` again.",
    )


def phones(arguments: Arguments, screen: Screen) -> int:
    """List the phones, or revoke one."""
    home = home_of(arguments)
    if arguments.act == "revoke":
        if arguments.id is None:
            raise WrongUsage("Which phone?", advice="`afterthought phones` lists their ids.")
        gone = _revoke(home.page_socket, home.path, arguments.id)
        screen.value(gone, f"{gone['name']} can no longer sign in.")
        return 0
    found = _phones(home.page_socket, home.path)
    lines = [f"{each['id']}  {each['name']}  {each['visited'] or '-'}" for each in found]
    screen.value(found, "\n".join(lines) or "No phone is paired. `afterthought pair` lets one in.")
    return 0


class _Refused(UserError):
    """The dashboard's own sentence."""

    def __init__(self, code: str, sentence: str, *, advice: str) -> None:
        super().__init__(sentence, advice=advice)
        self.code = code  # type: ignore[misc]


def _show(opened: Told, by_number: str, screen: Screen) -> None:
    from core.text.qr import qr_text  # noqa: PLC0415 - `--help` needs no QR codes

    from .carrying import in_pairs  # noqa: PLC0415

    url = str(opened["url"])
    page, _, _ = url.partition("#")
    screen.value(
        opened,
        f"{qr_text(url)}\nScan this with the phone, or open {page} there and type "
        f"{opened['secret']}.{_if_unnamed(page, by_number)}\nThen press the button{_or_enter()}. "
        f"You have two minutes.\nSHA-256 of the authority: {in_pairs(str(opened['fingerprint']))}",
    )


def _by_number(home: Home) -> str:
    """The page's address with a number for the name; empty where the page tells none."""
    address = read_page_address(runtime_folder(home.path))
    return "" if address is None else address.by_number


def _if_unnamed(page: str, by_number: str) -> str:
    """What is said to someone whose phone does not find the name: behind a VPN, many do not."""
    if not by_number or page.startswith(by_number):
        return ""
    return f"\nIf the phone does not find that address, open {by_number}/pair."


def _set_up(home: Home, screen: Screen, *, once: bool) -> None:
    """Make another set-up secret, and show it: nothing of ours can show it again.

    With `once`, only where none was made and no phone is in.
    """
    from core.text.qr import qr_text  # noqa: PLC0415 - `--help` needs no QR codes

    try:
        ask = {"do": "set_up", "once": once}
        made = socket_client.ask(home.page_socket, ask, patience_s=_PATIENCE_S)
    except NobodyThere as error:
        raise _not_running() from error
    if made["url"] is None:
        screen.say("A code was made before, or a phone is in. Without --once this makes another.")
        if screen.as_json:
            screen.value(made)
        return
    url = str(made["url"])
    page, _, _ = url.partition("#")
    screen.value(
        made,
        f"{qr_text(url)}\nThis lets the first phone in: scan it, or open {page} there and type\n"
        f"{made['secret']}{_if_unnamed(page, _by_number(home))}\n"
        "Then press the button. This works once, and is not shown again.\n"
        "If a phone is in already, hold the device's second button first.",
    )


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _or_enter() -> str:
    return ", or Enter here" if _has_terminal() else ""


def _pairing(path: Path) -> Iterator[Told]:
    """What the dashboard tells of the pairing, to its end; Enter at a terminal is a press."""
    with socket.socket(socket.AF_UNIX) as line, selectors.DefaultSelector() as either:
        try:
            line.connect(str(path))
        except OSError as error:
            raise _not_running() from error
        if not _sent(line, b'{"do": "pair"}\n'):
            return
        either.register(line, selectors.EVENT_READ)
        if _has_terminal():
            either.register(sys.stdin, selectors.EVENT_READ)
        told = b""
        while True:
            for key, _ in either.select():
                if key.fileobj is not line:
                    if not sys.stdin.readline():
                        either.unregister(sys.stdin)
                        continue
                    _sent(line, b'{"do": "admit"}\n')  # where nobody reads it, the line ends
                    continue
                chunk = _read(line)
                if not chunk:
                    return
                *lines, told = (told + chunk).split(b"\n")
                yield from filter(None, map(read_object, lines))


def _sent(line: socket.socket, asked: bytes) -> bool:
    """False where nobody reads it any more."""
    try:
        line.sendall(asked)
    except ConnectionError:
        return False
    return True


def _read(line: socket.socket) -> bytes:
    """What came; nothing once the other side has gone, in whichever way."""
    try:
        return line.recv(65536)
    except ConnectionError:
        return b""


def _phones(path: Path, home: Path) -> list[Told]:
    """By the dashboard, which knows the visits of this hour; else by the list itself."""
    try:
        told = socket_client.ask(path, {"do": "phones"}, patience_s=_PATIENCE_S)
    except NobodyThere:
        from .phones import as_json  # noqa: PLC0415

        return [as_json(each, each.visited_ms) for each in _file(home).read().phones]
    found: list[Told] = told["phones"]
    return found


def _revoke(path: Path, home: Path, named: str) -> Told:
    """By the dashboard, which closes what the phone has open; else in the list itself."""
    try:
        told = socket_client.ask(path, {"do": "revoke", "id": named}, patience_s=_PATIENCE_S)
    except NobodyThere:
        from .phones import as_json  # noqa: PLC0415

        file = _file(home)
        gone = file.read().by_id(named)
        try:
            file.change(lambda phones: phones.revoked(named))
        except OSError as error:
            raise _not_revoked(gone.name, error) from error
        return as_json(gone, gone.visited_ms)
    found: Told = told["phone"]
    return found


def _file(home: Path) -> "PhoneFile":
    from .phone_file import phone_file  # noqa: PLC0415 - it reads the page's sentences

    return phone_file(home)


def _not_revoked(name: str, error: OSError) -> NotRevoked:
    return NotRevoked(
        f"{name} could not be revoked: the disk could not be written ({error.strerror}).",
        advice="Free some space, then try again.",
    )


def _not_running() -> PageNotRunning:
    return PageNotRunning(
        "The page is not running, so no phone can be let in.",
        advice="Start it with `afterthought run`, or the page alone with `afterthought dashboard`.",
    )


def _pair_arguments(parser: argparse.ArgumentParser) -> None:
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--set-up",
        action="store_true",
        help="make and show a code that lets the first phone in, for a device without a screen",
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="with --set-up: only where no code was made before and no phone is in",
    )
    instead.add_argument(
        "--authority",
        metavar="FILE",
        help="write the certificate that phones may trust to this file; - prints it",
    )


def _phones_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", nargs="?", choices=["revoke"], help="end the sign-in of a phone")
    parser.add_argument("id", nargs="?", metavar="ID", help="the phone to revoke")


COMMANDS = (
    Command("pair", "let a phone in by a press", pair, _pair_arguments),
    Command("phones", "the phones that are let in; revoke one", phones, _phones_arguments),
)
