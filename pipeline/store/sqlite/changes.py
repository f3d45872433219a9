"""Which moments changed since somebody last looked, by the lines of `moment_change`."""

from dataclasses import dataclass

import aiosqlite


@dataclass(frozen=True, slots=True)
class Mark:
    """The last line of the log of changes, as it was when somebody looked.

    `nonce` is chance: an archive that took another's place, or that a backup set back, has
    no line with both.
    """

    change: int
    nonce: int


async def latest_mark(connection: aiosqlite.Connection) -> Mark:
    """Where the log stands now."""
    query = "SELECT change, nonce FROM moment_change ORDER BY change DESC LIMIT 1"
    ((change, nonce),) = await connection.execute_fetchall(query)
    return Mark(change, nonce)


async def changed_since(connection: aiosqlite.Connection, mark: Mark) -> set[str] | None:
    """The moments whose rows were written after that line; None where it is not there any more.

    Then too much has changed since, or it was a line of another archive.
    """
    query = "SELECT change, nonce, moment FROM moment_change WHERE change >= ? ORDER BY change"
    lines = list(await connection.execute_fetchall(query, (mark.change,)))
    if not lines or Mark(*lines[0][:2]) != mark:
        return None
    return {moment for _, _, moment in lines[1:]}
