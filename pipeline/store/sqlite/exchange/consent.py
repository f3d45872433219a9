"""The wearer's word on what others forgot. It is given where no key of this install is at hand."""

from typing import NoReturn

from pipeline.store.sqlite.archive import SqliteArchive

from .copy import SqliteCopy


async def settle_forgets(archive: SqliteArchive, origin: str, *, agreed: bool) -> tuple[str, ...]:
    """Forget what waits in this line, or show it again and keep it; the moments.

    What was agreed to is finished by `finish_forgetting`.
    """
    copy = SqliteCopy(archive, _NoKey())
    return await (copy.agree(origin) if agreed else copy.disagree(origin))


class _NoKey:
    """Neither signs anything nor believes anybody."""

    key = ""

    def sign(self, message: bytes) -> NoReturn:
        del message
        raise AssertionError

    def verify(self, key: str, signature: bytes, message: bytes) -> bool:
        del key, signature, message
        return False
