"""`peers`: the other installs of this archive; one is introduced, removed, or answered."""

import argparse
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import NotFound, WrongUsage
from core.text.counting import counted
from core.text.painted import Text, joined, painted

if TYPE_CHECKING:
    from core.paths import Home
    from pipeline.sync.peers.members import Peer

_OWN_ROLE = {
    "archive": "Other machines take what it keeps. What it forgets stays with them: forget it "
    "there, too.",
    "read_only": "Other machines take nothing from it: what is kept, changed or forgotten here "
    "stays here.",
    None: "It was removed from the archive of other machines, and they take nothing from it. "
    "`afterthought peers add` on both introduces it again.",
}
"""What it means to a wearer that this install may not do all; nothing where it may."""

_DIGITS = 16
"""Of a key, as people are shown it."""


def peers(arguments: Arguments, screen: Screen) -> int:
    """List the peers, introduce one, remove one, or answer what one forgot."""
    _must_go_together(arguments)
    if arguments.act == "add":
        from pipeline.sync.http.sent import counting_sent  # noqa: PLC0415 - as the next
        from pipeline.sync.peers.adding import add  # noqa: PLC0415 - `--help` needs no TLS

        with counting_sent(home_of(arguments).path):
            return run_async(add(arguments, screen))
    if arguments.act == "remove":
        return run_async(_remove(home_of(arguments), arguments.target, screen))
    if arguments.act == "forgets" and arguments.target is None:
        from pipeline.sync.peers.forgets import forgets  # noqa: PLC0415 - the store, for this alone

        return run_async(forgets(arguments, screen))
    if arguments.target is not None:
        raise WrongUsage(
            f"What about '{arguments.target}'?", advice="`afterthought peers --help` says more."
        )
    return run_async(_list(home_of(arguments), screen))


def _must_go_together(arguments: Arguments) -> None:
    """Raises WrongUsage for an option of another act."""
    for option, act in _OPTIONS.items():
        given = getattr(arguments, option) not in {None, False}
        if given and arguments.act != act:
            raise WrongUsage(
                f"--{option} goes with `peers {act}`.",
                advice="`afterthought peers --help` says more.",
            )


_OPTIONS = {
    "role": "add",
    "name": "add",
    "yes": "add",
    "agree": "forgets",
    "refuse": "forgets",
}


async def _list(home: "Home", screen: Screen) -> int:
    from core.machine import machine_name  # noqa: PLC0415
    from pipeline.sync.identity import open_identity  # noqa: PLC0415
    from pipeline.sync.peers.members import own_role, peers_of  # noqa: PLC0415

    identity = open_identity(home.path, machine_name())
    found = await peers_of(home.path, identity.key)
    screen.say(f"This install is {identity.key[:_DIGITS]}.")
    if not found:
        screen.say("It has no peers. `afterthought peers add` introduces one.")
    elif told := _OWN_ROLE.get(await own_role(home.path)):
        screen.say(told)
    if found or screen.as_json:
        lines = joined("\n", map(_line, found))
        screen.value([as_json(each) for each in found], lines)
    return 0


async def _remove(home: "Home", named: str | None, screen: Screen) -> int:
    from core.machine import machine_name  # noqa: PLC0415
    from pipeline.sync.identity import open_identity  # noqa: PLC0415
    from pipeline.sync.peers.members import (  # noqa: PLC0415
        peers_of,
        remove,
        sounds_left_to,
    )

    if named is None:
        raise WrongUsage("Which peer?", advice="`afterthought peers` lists their ids.")
    identity = open_identity(home.path, machine_name())
    gone = _meant(await peers_of(home.path, identity.key), named)
    lines = await remove(home.path, identity, gone.key)
    left = await sounds_left_to(home.path, gone.key)
    told = {"lines": [{"origin": each, "seq": lines[each]} for each in lines], "sounds": left}
    screen.value(
        {**as_json(gone), **told},
        f"{gone.name} belongs to this archive no more: what it writes from now on does not count, "
        "here and wherever this is heard. What it has, it keeps.",
    )
    if left:
        sounds = counted(left, "sound of this archive", "sounds of this archive")
        screen.say(
            f"{sounds} left this machine for {gone.name}. They come from your other machines where "
            "those have them; else add it again to have them back."
        )
    return 0


def _meant(found: "list[Peer]", named: str) -> "Peer":
    """The peer whose id begins so, or that has this name. Raises NotFound."""
    meant = [each for each in found if each.key.startswith(named.lower()) or each.name == named]
    if len(meant) == 1:
        return meant[0]
    several = ", ".join(each.key[:_DIGITS] for each in meant)
    raise NotFound(
        f"'{named}' may be any of {several}." if meant else f"There is no peer '{named}'.",
        advice="`afterthought peers` lists their ids.",
    )


def as_json(peer: "Peer") -> dict[str, object]:
    """A peer as programs read it."""
    from core.clock import as_datetime, local_offset_min  # noqa: PLC0415
    from pipeline.sync.address_book import address_text  # noqa: PLC0415

    met_ms = peer.known.met_ms
    met = None if met_ms is None else as_datetime(met_ms, local_offset_min(met_ms))
    return {
        "id": peer.key[:_DIGITS],
        "name": peer.name,
        "role": peer.role,
        "address": address_text(peer.known.addresses[0]) if peer.known.addresses else None,
        "met": None if met is None else met.isoformat(timespec="seconds"),
        "state": peer.known.state,
    }


def _line(peer: "Peer") -> Text:
    told = as_json(peer)
    words = f"  {peer.name}  {str(told['role']).replace('_', '-')}  {told['address'] or '-'}  "
    return painted(peer.key[:_DIGITS], "dim") + words + str(told["met"] or peer.known.state or "-")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "act",
        nargs="?",
        choices=["add", "remove", "forgets"],
        help="introduce another install; remove one; or see what others forgot that waits for you",
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar="ADDRESS|CODE|ID",
        help="add: where the other install waits, or the code that it shows (else this one waits); "
        "remove: its id or name",
    )
    parser.add_argument(
        "--role",
        choices=["full", "archive", "read-only"],
        help="add: what the other one may do here: all (full), all but forget, or only read",
    )
    parser.add_argument(
        "--name", metavar="NAME", help="add: what this install is called there (its host name)"
    )
    parser.add_argument(
        "--yes", action="store_true", help="add by code: agree on this side without asking"
    )
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument(
        "--agree", metavar="ID", help="forgets: forget here, too, what this peer forgot"
    )
    answer.add_argument("--refuse", metavar="ID", help="forgets: keep it here, and show it again")


COMMANDS = (
    Command(
        "peers",
        "other machines with this archive; add or remove one; answer what one forgot",
        peers,
        _arguments,
    ),
)
