"""`list`, `show`, `hide`, `restore`, `undo`, `redo`, `log`: the archive, its journal."""

import argparse
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of
from core.errors import NotFound, WrongUsage
from core.text.counting import counted
from core.text.painted import Text, joined, painted
from core.text.short_ids import SHORTEST

from .naming import short_id, short_ids
from .opening import reading, writing
from .periods import add_period, period_of, why_nothing

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipeline.store.acts import Reversed
    from pipeline.store.format.events import Event
    from pipeline.store.peers import Whereabouts
    from pipeline.store.port import Archive, Reader
    from pipeline.store.views.moment_fold import MomentRow


async def list_(archive: "Reader", arguments: Arguments, screen: Screen) -> int:
    from pipeline.commands import json_shapes  # noqa: PLC0415

    period = period_of(arguments, screen)
    rows = await archive.moments(period, hidden=arguments.hidden)
    kept_on = await archive.kept_on(rows)
    if arguments.on is not None:
        await _must_be_a_machine(archive, arguments.on)
        rows = [row for row in rows if kept_on.get(row.id) == arguments.on]
    if not rows:
        screen.say(await why_nothing(archive, period))
    if arguments.ids:
        return await _only_ids(archive, rows, screen)
    if screen.as_json:
        screen.value([json_shapes.moment(row, kept_on.get(row.id)) for row in rows])
    elif rows:
        names = await archive.short_ids([row.id for row in rows])
        widest, width = max(map(len, names.values())), screen.width()
        coming = await archive.coming_words(rows)
        lines = (
            json_shapes.moment_line(
                row, f"{names[row.id]:{widest}}", width, coming=coming.get(row.id)
            )
            for row in rows
        )
        screen.value(None, joined("\n", lines))
    return 0


async def _must_be_a_machine(archive: "Reader", name: str) -> None:
    """Raises NotFound where no other machine is called so."""
    if all(each.shown != name for each in await archive.peers()):
        raise NotFound(
            f"No other machine is called '{name}'.", advice="`afterthought peers` lists them."
        )


async def _only_ids(archive: "Reader", rows: "list[MomentRow]", screen: Screen) -> int:
    names = await short_ids(archive, screen, [row.id for row in rows])
    if names or screen.as_json:
        screen.value([*names.values()], "\n".join(names.values()))
    return 0


async def show(archive: "Reader", arguments: Arguments, screen: Screen) -> int:
    rows, status = await _named(archive, arguments.ids, screen)
    for row in rows:
        if arguments.fetch:
            await _fetch(archive, row)
        await _show(archive, row, screen)
    return status


async def _fetch(archive: "Reader", row: "MomentRow") -> None:
    """Have its sound fetched, where it is not here."""
    from pipeline.store.sqlite.archive import open_archive  # noqa: PLC0415

    async with open_archive(archive.home) as opened:
        await opened.call_back(row)


async def _show(archive: "Reader", row: "MomentRow", screen: Screen) -> None:
    from core.paths import Home  # noqa: PLC0415
    from pipeline.commands import json_shapes  # noqa: PLC0415
    from pipeline.commands.waiting import why_it_lacks  # noqa: PLC0415
    from pipeline.store.sound_files import sound_path  # noqa: PLC0415
    from pipeline.store.spoken_turns import spoken_turns  # noqa: PLC0415
    from pipeline.store.voices import names_in  # noqa: PLC0415

    transcript = await archive.transcript(row)
    said = spoken_turns(transcript, await archive.turns(row), await names_in(archive, row))
    about = None if row.about is None else await archive.find_moment(row.about)
    notes = await archive.notes_about([row.id])
    linked = [*([("About", about)] if about else []), *(("Note", each) for each in notes)]
    names = await short_ids(archive, screen, [row.id, *(each.id for _, each in linked)])
    waits = why_it_lacks(Home(archive.home), row, names[row.id])
    where = await archive.whereabouts(row)
    sound = None if row.sound is None else str(sound_path(archive.home, row.sound))
    events = await _history(archive, row)
    history = [await _sentence(archive, event, names[row.id]) for event in events]
    value = {
        **json_shapes.moment(row, where.kept_on),
        "words": json_shapes.words(transcript),
        "turns": json_shapes.turns(said),
        "reasons": json_shapes.reasons(row),
        "source": row.source,
        "sound": sound,
        "whereabouts": json_shapes.whereabouts(where),
        "waits": waits,
        "about": about and about.id,
        "notes": [each.id for each in notes],
        "history": history,
    }
    text: list[Text] = [json_shapes.moment_in_full(row, names[row.id], where.words)]
    text += json_shapes.turn_lines(said)
    text += [f"  Why: {'; '.join(json_shapes.reasons(row))}."]
    text += [f"  Sound: {sound}"] if sound else []
    text += [f"  {each}" for each in json_shapes.where_it_is(where, names[row.id])]
    text += [f"  {each}" for each in _why_not_yet(archive.home, where)]
    text += [f"  {waits}"] if waits else []
    text += [f"  {what}: " + json_shapes.moment_line(each, names[each.id]) for what, each in linked]
    screen.value(value, joined("\n", [*text, *(f"  {each}" for each in history)]))


def _why_not_yet(home: "Path", where: "Whereabouts") -> list[str]:
    """What keeps a sound that is being fetched; nothing where whoever has it is there."""
    from core.sync.status import unmet_sentence  # noqa: PLC0415

    if where.sound not in {"called_back", "to_come"} or not where.bringer_key:
        return []
    sentence = unmet_sentence(home, where.bringer_key, where.bringer)
    return [sentence] if sentence else []


async def _named(
    archive: "Reader", ids: list[str], screen: Screen
) -> "tuple[list[MomentRow], int]":
    """The moments of these ids, each once, and the exit status.

    A wrong one of several is said, and the others go on. Raises NotFound where it is the only one.
    """
    if len(ids) == 1:
        return [await archive.moment(ids[0])], 0
    found: dict[str, MomentRow] = {}
    status = 0
    for each in ids:
        try:
            row = await archive.moment(each)
        except NotFound as error:
            screen.refuse(error, id=each)
            status = error.exit_status
        else:
            found[row.id] = row
    return [*found.values()], status


async def _history(archive: "Reader", row: "MomentRow") -> "list[Event]":
    """What happened to a moment; where its time was corrected, what corrected it, too."""
    from core.facts import boot_subject  # noqa: PLC0415

    events = await archive.events_of(row.id)
    own = [event.payload["recorded"]["at_ms"] for event in events if "recorded" in event.payload]
    if row.boot is not None and row.at_ms not in own:
        events += await archive.events_of(boot_subject(row.boot))
    return sorted(events, key=lambda event: event.order)


async def _sentence(archive: "Reader", event: "Event", name: str) -> str:
    from pipeline.commands.event_sentences import event_sentence  # noqa: PLC0415

    undoes = event.kind == "act_undone"
    undone = await archive.event_at(*event.undoes) if undoes else None
    return event_sentence(event, undone, name)


async def hide(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.store import acts  # noqa: PLC0415

    rows, status = await _named(archive, arguments.ids, screen)
    for row, changed in zip(rows, await acts.hide(archive, *rows), strict=True):
        name = await short_id(archive, screen, row.id)
        done = f"{name} is hidden. `afterthought restore {name}` shows it again."
        screen.value({"id": row.id, "state": "hidden", "changed": changed}, done)
    return status


async def restore(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.store import acts  # noqa: PLC0415

    rows, status = await _named(archive, arguments.ids, screen)
    for row, changed in zip(rows, await acts.restore(archive, *rows), strict=True):
        value = {"id": row.id, "state": "visible", "changed": changed}
        screen.value(value, f"{await short_id(archive, screen, row.id)} is shown again.")
    return status


async def undo(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.spool.spool import Spool  # noqa: PLC0415
    from pipeline.undo import undo as undo_act  # noqa: PLC0415

    done = await undo_act(archive, Spool(home_of(arguments).spool), arguments.act)
    waits = counted(done.still_coming, "more of it is", "more of it are")
    coming = f" {waits} still waiting, and will be taken back, too."
    more = coming if done.still_coming else ""
    await _show_reversed(archive, "undone", done.act, screen, more)
    return 0


async def redo(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.store import acts  # noqa: PLC0415

    del arguments
    await _show_reversed(archive, "redone", await acts.redo(archive), screen)
    return 0


async def _show_reversed(
    archive: "Reader", key: str, done: "Reversed", screen: Screen, more: str = ""
) -> None:
    from pipeline.commands.act_sentences import act_named  # noqa: PLC0415

    what = "Brought back" if done.is_back else "Taken back"
    moments = list(dict.fromkeys(event.subject for event in done.events))
    names = await short_ids(archive, screen, moments)
    sentence = f"{what}: {act_named(done.events, names)}.{more}"
    value = {
        key: done.act,
        "kind": done.events[0].kind,
        "subject": moments[0],
        "moments": moments,
        "count": len(moments),
        "sentence": sentence,
    }
    back = "`afterthought undo` takes it" if done.is_back else "`afterthought redo` brings it"
    screen.value(value, f"{sentence} {back} back.")


async def log(archive: "Reader", arguments: Arguments, screen: Screen) -> int:
    from core.clock import as_datetime, local_offset_min  # noqa: PLC0415
    from pipeline.commands.json_shapes import time_there  # noqa: PLC0415

    if arguments.n < 1:
        raise WrongUsage("-n must be 1 or more.", advice="Ask for at least one event.")

    def local(at_ms: int | None) -> "datetime | None":
        return None if at_ms is None else as_datetime(at_ms, local_offset_min(at_ms))

    events = (await archive.latest_events(arguments.n))[::-1]
    if not events:
        screen.say("Nothing has been done in this archive yet.")
    names = await short_ids(archive, screen, [event.subject for event in events])
    own = await archive.origin()
    times = [local(event.at_ms) for event in events]
    values = [
        {
            "event": event.id,
            "at": None if at is None else at.isoformat(timespec="seconds"),
            "author": event.author,
            "act": event.act,
            "kind": event.kind,
            "subject": event.subject,
            "sentence": await _sentence(archive, event, names[event.subject]),
        }
        for event, at in zip(events, times, strict=True)
    ]
    places = [_place(event, own) for event in events]
    widest = max(map(len, places), default=0)
    lines = [
        painted(f"{place:{widest}}", "dim") + f"  {time_there(at):16}  {told['sentence']}"
        for place, at, told in zip(places, times, values, strict=True)
    ]
    if lines or screen.as_json:
        screen.value(values, joined("\n", lines))
    return 0


def _place(event: "Event", own: str | None) -> str:
    """How `undo` may be told this event: by its number alone, where it is of this install."""
    return str(event.seq) if event.origin == own else f"{event.origin[:SHORTEST]}:{event.seq}"


def _ids(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="a moment's id, or the beginning of one"
    )


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    _ids(parser)
    parser.add_argument(
        "--fetch",
        action="store_true",
        help="have their sound fetched, where it is on another machine alone",
    )


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_period(parser)
    parser.add_argument("--hidden", action="store_true", help="hidden moments too")
    parser.add_argument("--on", metavar="NAME", help="those that this other machine kept")
    parser.add_argument("--ids", action="store_true", help="the ids alone")


def _undo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "act", metavar="ACT", nargs="?", help="the act, or an event of it, as `log` names them"
    )


def _log_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", type=int, default=50, metavar="N", help="how many, newest last (50)")


COMMANDS = (
    Command("list", "list the moments", reading(list_), _list_arguments),
    Command(
        "show", "show moments with their words and their history", reading(show), _show_arguments
    ),
    Command("hide", "hide moments", writing(hide), _ids),
    Command("restore", "show hidden moments again", writing(restore), _ids),
    Command(
        "undo",
        "take back what you did last, or earlier",
        writing(undo),
        _undo_arguments,
    ),
    Command("redo", "bring back what the last undo took back", writing(redo)),
    Command("log", "show what happened, as sentences", reading(log), _log_arguments),
)
