"""`peers add`: one install waits and shows where, the other calls it."""

import asyncio
import secrets
import socket
from collections.abc import Awaitable
from dataclasses import dataclass

from core.command_line import Arguments, Screen, home_of
from core.errors import UserError, WrongUsage
from core.machine import machine_name
from core.paths import Home
from core.settings_file import load
from core.text.names import person_name
from core.text.painted import Text
from core.text.qr import qr_text
from pipeline.store.format.peer_drafts import Role
from pipeline.store.sqlite.archive import open_archive
from pipeline.sync.address_book import address_text
from pipeline.sync.addresses import doors_near, own_hosts, resolved, split_address
from pipeline.sync.http.server import HttpServer, Limits
from pipeline.sync.identity import Identity, open_identity, why_new
from pipeline.sync.introduction.calling import call
from pipeline.sync.introduction.consent import AtThisMachine, Consent, SaidBefore
from pipeline.sync.introduction.desk import Desk
from pipeline.sync.introduction.steps import (
    LASTS_S,
    SECRET_BYTES,
    Code,
    Introduced,
    IntroductionFailed,
    fingerprint,
    is_code,
    read_code,
)
from pipeline.sync.introduction.waiting import Asks, Waiting
from pipeline.sync.tls import introduction_context

from .members import add as add_member

_DIGITS = 16
_MOST_CALLERS = 8
_FINISHING_S = 5.0


async def add(arguments: Arguments, screen: Screen) -> int:
    """Introduce this install to another one, which does the same."""
    home = home_of(arguments)
    side = await _side(home, arguments, screen)
    if arguments.target is None:
        other = await side.wait_to_be_called()
    else:
        other = await side.call(arguments.target)
    told = {
        "event": "added",
        "id": other.key[:_DIGITS],
        "name": other.name,
        "role": side.role,
        "address": address_text((side.address, other.port)),
    }
    screen.value(told, f"{other.name} and this machine know each other now.")
    return 0


async def _side(home: Home, arguments: Arguments, screen: Screen) -> "_Side":
    settings = load(home.path)
    by_code = arguments.target is None or is_code(arguments.target)
    if arguments.yes and not by_code:
        raise WrongUsage(
            "--yes cannot compare words.",
            advice="Use the code that the other machine shows, or compare the words yourself.",
        )
    identity = open_identity(home.path, machine_name())
    if identity.made is not None and (sentence := why_new(identity.made)):
        screen.say(sentence)
    async with open_archive(home.path) as archive:
        origin = await archive.origin()
    name = person_name(arguments.name or socket.gethostname())
    own = Introduced(identity.certificate, name, origin, settings.sync.port)
    role: Role = "read_only" if arguments.role == "read-only" else arguments.role or "full"
    return _Side(home, screen, identity, own, role, _consent(home, said_before=arguments.yes))


def _consent(home: Home, *, said_before: bool) -> Consent:
    if said_before:
        return SaidBefore()
    found = AtThisMachine(home.capture_socket, LASTS_S)
    if not found.has_terminal and not found.has_button:
        raise WrongUsage(
            "Nobody could agree here: there is no terminal, and capture does not run.",
            advice="Run it at a terminal, or with --yes and the code.",
        )
    return found


@dataclass(slots=True)
class _Side:
    """This install, as it is introduced."""

    home: Home
    screen: Screen
    identity: Identity
    own: Introduced
    role: Role
    consent: Consent
    address: str = ""

    async def wait_to_be_called(self) -> Introduced:
        secret = secrets.token_bytes(SECRET_BYTES)
        by_words = not isinstance(self.consent, SaidBefore)
        waiting = Waiting(Desk(self.own, secret, by_words=by_words), self._asks)
        server = HttpServer(
            waiting.handle,
            introduction_context(self.identity),
            lambda _: "",
            limits=Limits(_MOST_CALLERS),
        )
        server.listen(doors_near(self._port))
        try:
            self._show_where(server.port, secret, by_words=by_words)
            return await waiting.introduced(LASTS_S)
        finally:
            await server.close(_FINISHING_S)

    async def call(self, target: str) -> Introduced:
        code = read_code(target) if is_code(target) else None
        host, port = (code.host, code.port) if code else split_address(target, self._port)
        host = await resolved(host)
        return await _in_time(call(host, port, self.own, self._asks, code))

    @property
    def _port(self) -> int:
        """Where introductions are, unless another program is there."""
        return self.own.port + 1

    @property
    def _asks(self) -> Asks:
        return Asks(self.consent, self._show_other, self._store)

    async def _store(self, other: Introduced, address: str) -> None:
        self.address = address
        try:
            address_there = (address, other.port)
            await add_member(self.home.path, self.identity.key, other, self.role, address_there)
        except OSError as error:
            raise NotStored(
                f"The disk did not take it ({error.strerror}).", advice="Free some space."
            ) from error

    def _show_where(self, port: int, secret: bytes, *, by_words: bool) -> None:
        hosts = own_hosts()
        code = Code(hosts[0], port, fingerprint(self.identity.certificate), secret).text
        at = "" if port == self._port else f":{port}"
        addresses = [f"[{each}]{at}" if at and ":" in each else f"{each}{at}" for each in hosts]
        calls = "\n".join(f"  afterthought peers add {each}" for each in addresses)
        words = f"On the other machine, run\n{calls}\nand compare six words; or give it" * by_words
        text = (
            f"{qr_text(code)}\n{words or 'On the other machine, give `afterthought peers add`'} "
            f"this code:\n{code}\nYou have five minutes."
        )
        self.screen.value({"event": "open", "addresses": addresses, "code": code}, text)

    def _show_other(self, other: Introduced, words: tuple[str, ...]) -> None:
        name, key = other.name, other.key[:_DIGITS]
        told = {"event": "met", "id": key, "name": name, "words": list(words)}
        self.screen.value(told, self._question(f"{name} ({key})", words))

    def _question(self, who: str, words: tuple[str, ...]) -> Text:
        if not words and isinstance(self.consent, SaidBefore):
            return f"{who} knows the code."
        how = "Press Enter, or the button of this device. Type n if you do not agree."
        if not words:
            return f"{who} knows the code. {how}"
        return (
            f"{who} is at the other end. Both machines show six words:\n\n  {' '.join(words)}\n\n"
            f"If the other one shows the same, agree on both. {how}"
        )


class NotStored(UserError):
    """The disk refuses what is to be remembered of a peer."""

    code = "not_stored"


async def _in_time(work: Awaitable[Introduced]) -> Introduced:
    try:
        async with asyncio.timeout(LASTS_S):
            return await work
    except TimeoutError:
        raise IntroductionFailed(
            "It took too long. Nothing was stored.", advice="Run `afterthought peers add` again."
        ) from None
