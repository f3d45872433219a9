"""How moments are named on the screen: by ids that are as short as the archive allows."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.command_line import Screen

if TYPE_CHECKING:
    from pipeline.store.port import Reader


async def short_ids(archive: "Reader", screen: Screen, moments: Collection[str]) -> dict[str, str]:
    """By id, how people read it; a program reads it whole, and nothing is looked up for one."""
    if screen.as_json:
        return {each: each for each in moments}
    return await archive.short_ids(moments)


async def short_id(archive: "Reader", screen: Screen, moment: str) -> str:
    """How people read this id."""
    return (await short_ids(archive, screen, [moment]))[moment]
