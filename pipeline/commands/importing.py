"""`import`: typed moments out of JSON Lines."""

import argparse
import secrets
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import RefTaken, TextUnreadable, UserError
from core.text.painted import painted

from .batches import batches
from .naming import short_id
from .progress_bar import Meter

if TYPE_CHECKING:
    from core.paths import Home
    from core.spool_port import TypedText
    from pipeline.imports import Line
    from pipeline.spool.spool import Spool
    from pipeline.store.port import Reader
    from pipeline.worker.delivery import Delivery

LETTER_LINES = 256
"""Imported lines to one letter of the spool: what a kill makes the next start do again."""

_ABOUT_THE_MOMENT = {"set_aside", "letters_wait", "forgotten"}
"""Why a line that was handed over is no moment."""

_ABOUT_THE_LINE = {"text_unreadable", "ref_taken", *_ABOUT_THE_MOMENT}
"""Errors of one line, beside which the others stand."""


def import_(arguments: Arguments, screen: Screen) -> int:
    """Typed moments out of JSON Lines; a file that is none is told, and the rest go on."""
    return run_async(_import(arguments, screen))


async def _import(arguments: Arguments, screen: Screen) -> int:
    from core.settings_file import load  # noqa: PLC0415
    from pipeline.spool.spool import Spool  # noqa: PLC0415
    from pipeline.store.format.drafts import new_act_id  # noqa: PLC0415
    from pipeline.worker.delivery import delivering  # noqa: PLC0415

    home = home_of(arguments)
    status = 0
    async with delivering(home, load(home.path)) as delivery:
        spool, act = Spool(home.spool), new_act_id()
        importing = _Importing(home, delivery, screen, arguments.source, spool, act)
        for name in arguments.paths:
            try:
                status |= await importing.file(name)
            except TextUnreadable as error:
                screen.refuse(error, file=name)
                status = 1
    await importing.tell_where_taken_back()
    return status


@dataclass(frozen=True, slots=True)
class _Importing:
    """One call of the command: one act. Lines that say the same are counted over a source."""

    home: "Home"
    delivery: "Delivery"
    screen: Screen
    source: str | None
    spool: "Spool"
    act: str
    alike: Counter[bytes] = field(default_factory=Counter)

    async def file(self, name: str) -> int:
        """Raises TextUnreadable where it is no file of lines at all."""
        from pipeline.imports import read_lines, reference_to  # noqa: PLC0415

        status = 0
        with Meter(name, self.screen, unit="lines") as meter:
            alike = self.alike if self.source else Counter[bytes]()
            lines = read_lines(name, reference_to(name, self.source), alike)
            for batch in batches(meter.watch(lines), LETTER_LINES):
                status |= await self._batch(name, batch)
        return status

    async def _batch(self, name: str, batch: "list[Line]") -> int:
        from pipeline.store.sqlite.connection import understood  # noqa: PLC0415
        from pipeline.store.sqlite.reader import open_archive_to_read  # noqa: PLC0415

        texts = [replace(line.text, act=self.act) for line in batch if line.text is not None]
        letter = Path()
        with understood(self.home.path):
            if texts:
                letter = self.spool.post_texts(secrets.token_hex(8), texts)
                await self.delivery.finish([letter], lambda _: None)
                if why := self.delivery.why_it_waits(letter):
                    found = "Kept. The lines can be found by their words, but not yet by meaning."
                    self.screen.say(f"{name}: {found} {why}")
        status = 0
        async with open_archive_to_read(self.home.path) as archive:
            for line in batch:
                try:
                    await self._show_line(archive, line, letter)
                except UserError as error:
                    if error.code not in _ABOUT_THE_LINE:
                        raise
                    self._refuse(error, name, line)
                    status = 1
        return status

    async def tell_where_taken_back(self) -> None:
        """Tell where somebody undid this import while it went on: all of it is hidden."""
        from pipeline.store import acts  # noqa: PLC0415
        from pipeline.store.sqlite.reader import open_archive_to_read  # noqa: PLC0415

        async with open_archive_to_read(self.home.path) as archive:
            if await acts.is_taken_back(archive, self.act):
                self.screen.say(
                    "This import was taken back while it went on, and all of it is hidden. "
                    "`afterthought redo` brings it back."
                )

    def _refuse(self, error: UserError, name: str, line: "Line") -> None:
        if line.text is not None and error.code in _ABOUT_THE_MOMENT:
            self.screen.refuse(error, file=name, line=line.number, id=line.text.id)
        else:
            self.screen.refuse(error, file=name, line=line.number)

    async def _show_line(self, archive: "Reader", line: "Line", letter: Path) -> None:
        """What became of a line. Raises what is wrong with it."""
        from pipeline.commands.json_shapes import indented  # noqa: PLC0415
        from pipeline.commands.outcomes import why_not_kept  # noqa: PLC0415

        if line.told:
            self.screen.say(line.told)
        if line.error is not None:
            raise line.error
        assert line.text is not None
        moment = await _moment_of(archive, line.text, line.number)
        if moment is None:
            rests = self.delivery.why_it_rests(letter)
            raise why_not_kept(self.spool, letter, line.text.id, rests)
        ref = line.text.reference and line.text.reference.ref
        name = painted(await short_id(archive, self.screen, moment), "dim")
        self.screen.value({"id": moment, "ref": ref}, name + (f"  {indented(ref)}" if ref else ""))


async def _moment_of(archive: "Reader", text: "TypedText", number: int) -> str | None:
    """The moment that a line is, or was already; None where it is none."""
    from pipeline.known_texts import known_moment, says_the_same  # noqa: PLC0415

    row = await known_moment(archive, text)
    if row is None or row.id == text.id or says_the_same(row, text):
        return None if row is None else row.id
    name = (await archive.short_ids([row.id]))[row.id]
    raise RefTaken(
        f"Line {number}: its ref stands for moment {name} already, which says something else.",
        advice=f"Give it another ref, or `afterthought forget {name} --yes` and import again.",
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="JSON Lines; - is standard input")
    parser.add_argument("--source", metavar="NAME", help="what to call the source, if not the file")


COMMANDS = (Command("import", "take in typed moments from JSON Lines", import_, _arguments),)
