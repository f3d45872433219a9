"""Commands that find the archive open: for reading, or for what they append."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from core.command_line import Arguments, Screen, home_of, run_async

if TYPE_CHECKING:
    from pipeline.store.port import Archive
    from pipeline.store.sqlite.reader import SqliteReader

Reading = Callable[["SqliteReader", Arguments, Screen], Coroutine[Any, Any, int]]
Writing = Callable[["Archive", Arguments, Screen], Coroutine[Any, Any, int]]


def reading(work: Reading) -> Callable[[Arguments, Screen], int]:
    """A command that only reads the archive; a doubt about it is said."""

    async def opened(arguments: Arguments, screen: Screen) -> int:
        from pipeline.store.sqlite.reader import open_archive_to_read  # noqa: PLC0415

        async with open_archive_to_read(home_of(arguments).path) as archive:
            if doubt := await archive.doubt():
                screen.say(str(doubt))
            return await work(archive, arguments, screen)

    return lambda arguments, screen: run_async(opened(arguments, screen))


def writing(work: Writing) -> Callable[[Arguments, Screen], int]:
    """A command that appends to the archive."""

    async def opened(arguments: Arguments, screen: Screen) -> int:
        from pipeline.store.sqlite.archive import open_archive  # noqa: PLC0415

        async with open_archive(home_of(arguments).path) as archive:
            return await work(archive, arguments, screen)

    return lambda arguments, screen: run_async(opened(arguments, screen))
