"""`forget`: what was kept goes for good, wherever in the home it lies."""

import argparse
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of
from core.errors import WrongUsage
from core.text.counting import counted

from .opening import writing
from .periods import add_period, in_words, period_of, why_nothing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pipeline.spool.spool import Spool
    from pipeline.store.port import Archive, Reader
    from pipeline.to_forget import ToForget

_OUT_OF_REACH = [
    "exports and backups made before",
    "old blocks that a memory card still holds (`sudo fstrim -av` clears them where it can)",
]
_NOT_FINISHED = (
    "Another program still reads the archive as it was before, so erased words are still in its "
    "files. The worker erases them once that program is done, and so does `afterthought process "
    "--once`."
)


async def forget(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    """Status 1 where a letter was not reached, or another program keeps erased bytes for now."""
    from pipeline.forget import forget as forget_moments  # noqa: PLC0415
    from pipeline.spool.spool import Spool  # noqa: PLC0415

    spool = Spool(home_of(arguments).spool)
    chosen, which = await _chosen(archive, spool, arguments, screen)
    ids = [*chosen.moments, *chosen.unread]
    what = f"{_counted(chosen)}{which}"
    told = [each async for each in _told(archive, chosen, here=arguments.here)]
    if not arguments.yes:
        sentence = f"{what} would be forgotten: words, sound and all, for good."
        raise WrongUsage(" ".join([sentence, *told]), advice="Say it again with --yes.")
    finished = True
    if ids or chosen.voices:
        going = [*chosen.moments, *chosen.voices]
        finished = await forget_moments(
            archive, spool, going, letters=chosen.letters, here=arguments.here
        )
    if arguments.all:
        await archive.erase_aside()
    _show(what, ids, arguments, screen, finished=finished)
    for each in told:
        screen.say(each)
    for path in chosen.timeless:
        screen.say(
            f"Not forgotten, since it tells no date: `afterthought forget {path.name} --yes`."
        )
    return int(not finished or bool(chosen.timeless))


async def _told(archive: "Reader", chosen: "ToForget", *, here: bool) -> "AsyncIterator[str]":
    """What is said of a forget beside what goes: other machines, and the notes that stay."""
    if they := ", ".join(each.shown for each in await archive.peers()):
        may = await archive.own_role() == "full"
        count = len(chosen.moments) + len(chosen.unread)
        yield _elsewhere(they, count, here=here, may=may)
    if notes := await _notes_left(archive, chosen):
        yield _stay(notes)
    if here and (count := await archive.kept_for_others(chosen.moments)):
        of = counted(count, "sound among them is", "sounds among them are")
        yield f"{of} kept here for another machine, which may have no copy any more."


def _elsewhere(they: str, count: int, *, here: bool, may: bool) -> str:
    """What becomes of so many moments on other machines. `may`: these forget by its word."""
    if here:
        return f"It stays where another machine has a copy: {they}."
    if not may:
        return (
            f"Other machines keep it, since this one may not forget for them: {they}. "
            "Forget it there, too."
        )
    from core.settings import SyncSettings  # noqa: PLC0415

    if count > SyncSettings().most_forgotten:  # as it is set at first; theirs is not known here
        return (
            "So many at once are hidden on other machines once they are met, "
            f"and forgotten there once you agree on that machine: {they}."
        )
    return f"Other machines forget it, too, once they are met: {they}."


async def _notes_left(archive: "Reader", chosen: "ToForget") -> list[str]:
    """The notes that were written about what goes, and do not go with it."""
    notes = await archive.notes_about(chosen.moments)
    left = [each.id for each in notes if each.id not in chosen.moments]
    return [*(await archive.short_ids(left)).values()]


def _stay(notes: list[str]) -> str:
    stay = counted(
        len(notes), "note about it stays, by itself", "notes about it stay, by themselves"
    )
    return f"{stay}: {', '.join(notes)}."


def _show(
    what: str, ids: list[str], arguments: Arguments, screen: Screen, *, finished: bool
) -> None:
    out_of_reach = [*_OUT_OF_REACH, *_set_aside(home_of(arguments).path)]
    value = {
        "forgotten": ids,
        "finished": finished,
        "here": arguments.here,
        "out_of_reach": out_of_reach,
    }
    be = "is" if len(ids) == 1 and " and " not in what else "are"
    screen.value(value, f"{what} {be} forgotten. Not reached: {'; '.join(out_of_reach)}.")
    if not finished:
        screen.say(_NOT_FINISHED)


def _set_aside(home: "Path") -> list[str]:
    from pipeline.store.restoring import aside_folders  # noqa: PLC0415

    return [f"what a restore set aside in {folder}" for folder in aside_folders(home)]


async def _chosen(
    archive: "Reader", spool: "Spool", arguments: Arguments, screen: Screen
) -> "tuple[ToForget, str]":
    """What the arguments name: ids, a period, or everything; and the period in words.

    Raises WrongUsage, NotFound.
    """
    from pipeline import to_forget  # noqa: PLC0415

    by_period = arguments.since is not None or arguments.until is not None
    if bool(arguments.ids) + by_period + arguments.all != 1:
        raise WrongUsage(
            "It is not clear what to forget.",
            advice="Name ids, or --since and --until, or --all: one of the three.",
        )
    if arguments.ids:
        return await to_forget.named(archive, spool, arguments.ids), ""
    period = period_of(arguments, screen)
    if arguments.all:
        chosen = await to_forget.everything(archive, spool)
    else:
        chosen = await to_forget.of_period(archive, spool, period)
    if (
        not (chosen.moments or chosen.unread) and arguments.yes
    ):  # without it, one sentence says that it is none
        screen.say(await why_nothing(archive, period))
    return chosen, f" ({in_words(period)})" if by_period else ""


def _counted(chosen: "ToForget") -> str:
    moments, unread = len(chosen.moments), len(chosen.unread)
    told = (
        [counted(moments, "moment", "moments")] if moments or not (unread or chosen.voices) else []
    )
    if unread:
        told.append(f"{counted(unread, 'item', 'items')} that cannot be read")
    if chosen.voices:
        told.append("what your voice is known by")
    return " and ".join(told)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", metavar="ID", nargs="*", help="a moment's id, or the beginning of one"
    )
    add_period(parser)
    parser.add_argument("--all", action="store_true", help="everything")
    parser.add_argument("--here", action="store_true", help="only this copy of the archive")
    parser.add_argument("--yes", action="store_true", help="yes, for good")


COMMANDS = (Command("forget", "erase moments for good", writing(forget), _arguments),)
