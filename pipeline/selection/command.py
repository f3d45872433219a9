"""`dismiss`, `more` and `selection`: telling selection what to keep, and what it made of that."""

import argparse
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen
from core.errors import WrongUsage
from core.selection.reasons import because
from core.text.counting import counted
from pipeline.commands.naming import short_id
from pipeline.commands.opening import reading, writing

if TYPE_CHECKING:
    from pipeline.selection.learning import Learned
    from pipeline.store.port import Archive, Reader
    from pipeline.store.views.moment_fold import MomentRow

_STRENGTHS = (
    (3.0, "is enough by itself"),
    (1.2, "speaks strongly for keeping"),
    (0.35, "speaks for keeping"),
    (0.02, "speaks a little for keeping"),
    (-0.02, "does not count"),
)
_UNDO = "`afterthought undo` takes it back."
_MOVED = 0.05
"""What is less is no change that anybody would notice."""


async def dismiss(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.selection import teaching  # noqa: PLC0415

    rows = await _named(archive, arguments)
    for row, changed in zip(rows, await teaching.dismiss(archive, *rows), strict=True):
        done = _dismissed(await short_id(archive, screen, row.id), row, changed=changed)
        screen.value({"id": row.id, "answer": "dismissed", "changed": changed}, done)
    return 0


async def more(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.selection import teaching  # noqa: PLC0415

    rows = await _named(archive, arguments)
    for row in rows:
        if not row.text.strip():
            name = await short_id(archive, screen, row.id)
            sentence = f"{name} has no words, so there is nothing to learn from it."
            raise WrongUsage(sentence, advice="Name a moment with words.")
    for row, changed in zip(rows, await teaching.more(archive, *rows), strict=True):
        name, now = await short_id(archive, screen, row.id), await archive.moment(row.id)
        done = _more(name, row.state, now.state, changed=changed)
        screen.value({"id": row.id, "answer": "more", "changed": changed}, done)
    return 0


def _dismissed(name: str, row: "MomentRow", *, changed: bool) -> str:
    """What is said of a dismissal; of `undo` only where there is something to take back."""
    teaches = bool(row.text.strip())
    if not changed:
        return f"{name} was dismissed already." if teaches else f"{name} is hidden already."
    learned = "and less like it will be kept" if teaches else "and has no words to learn from"
    return f"{name} is hidden, {learned}. {_UNDO}"


def _more(name: str, before: str, now: str, *, changed: bool) -> str:
    """What is said of a wish for more, and whether the moment itself can be seen."""
    hidden = f" It stays hidden: `afterthought restore {name}` shows it." if now == "hidden" else ""
    if not changed:
        return f"You asked for more like {name} already.{hidden}"
    again = " It is seen again." if now != before else ""
    return f"More like {name} will be kept.{again}{hidden} {_UNDO}"


async def selection(archive: "Reader", arguments: Arguments, screen: Screen) -> int:
    from pipeline.selection import teaching  # noqa: PLC0415

    del arguments
    _show(await teaching.what_was_learned(archive), screen)
    return 0


async def reset(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.selection import teaching  # noqa: PLC0415

    del arguments
    changed = await teaching.reset(archive)
    done = "Selection begins anew: no answer so far counts. `afterthought undo` takes it back."
    screen.value(
        {"reset": True, "changed": changed}, done if changed else "Nothing was learned yet."
    )
    return 0


async def _named(archive: "Archive", arguments: Arguments) -> "list[MomentRow]":
    """Each moment once. Raises NotFound, and then nothing is answered."""
    rows = [await archive.moment(each) for each in arguments.ids]
    return list({row.id: row for row in rows}.values())


def _show(known: "Learned", screen: Screen) -> None:
    weights = sorted(known.weights.of, key=lambda name: (-known.weights.of[name], name))
    value = {
        "more": known.more,
        "dismissed": known.dismissed,
        "counts": known.counts,
        "without": round(known.weights.without, 3),
        "weights": [
            {
                "signal": name,
                "reason": because(name),
                "weight": round(known.weights.of[name], 3),
                "at_first": round(known.at_first.of[name], 3),
            }
            for name in weights
        ],
    }
    lines = [_answers(known), *(f"  {_weight(known, name)}" for name in weights)]
    screen.value(value, "\n".join(lines))


def _answers(known: "Learned") -> str:
    if not known.more + known.dismissed:
        return (
            "You have not answered yet: `afterthought dismiss ID` and `afterthought more ID` say "
            "what to keep."
        )
    given = counted(known.more + known.dismissed, "answer", "answers")
    kinds = f"{known.more} for more, {known.dismissed} dismissed"
    if known.counts:
        return f"{given} ({kinds}). What was learned from them counts."
    return (
        f"{given} ({kinds}). They change nothing yet: what can be learned from them foretells them "
        "no better than what counted at first."
    )


def _weight(known: "Learned", name: str) -> str:
    weight, first = known.weights.of[name], known.at_first.of[name]
    strength = next((words for least, words in _STRENGTHS if weight >= least), None)
    strength = strength or "speaks against keeping"
    moved = ""
    if abs(weight - first) >= _MOVED:
        moved = f", {'more' if weight > first else 'less'} than at first ({first:.1f})"
    return f"that {because(name)}: {strength} ({weight:.1f}){moved}"


def _ids(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="a moment's id, or the beginning of one"
    )


def _selection_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", action="store_true", help="let no answer so far count")


def _selection(arguments: Arguments, screen: Screen) -> int:
    opened = writing(reset) if arguments.reset else reading(selection)
    return opened(arguments, screen)


COMMANDS = (
    Command("dismiss", "hide moments, and keep less like them", writing(dismiss), _ids),
    Command("more", "keep more like these moments", writing(more), _ids),
    Command(
        "selection",
        "show what speaks for keeping, and what your answers changed",
        _selection,
        _selection_arguments,
    ),
)
