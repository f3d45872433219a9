"""`peers forgets`: what other machines forgot that waits for this wearer's word."""

from collections.abc import Sequence

from core.command_line import Arguments, Screen, home_of
from core.errors import NotFound
from core.paths import Home
from core.text.counting import counted
from pipeline.forget import finish_forgetting
from pipeline.spool.spool import Spool
from pipeline.store.peers import AskedToForget
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.exchange.consent import settle_forgets
from pipeline.store.sqlite.reader import open_archive_to_read


async def forgets(arguments: Arguments, screen: Screen) -> int:
    """Say who waits and with how many moments; or answer one of them."""
    home = home_of(arguments)
    async with open_archive_to_read(home.path) as archive:
        asked = await archive.asked_to_forget()
    named = arguments.agree or arguments.refuse
    if named is None:
        _list(asked, screen)
        return 0
    meant = _meant(asked, named)
    count = await _settle(home, meant, agreed=arguments.agree is not None)
    outcome = "forgotten" if arguments.agree else "kept"
    told = {**_as_json(meant[0]), "moments": count, "outcome": outcome}
    screen.value(told, _SETTLED[outcome].format(counted(count, "moment is", "moments are")))
    return 0


_SETTLED = {
    "forgotten": "{} forgotten here, too.",
    "kept": "{} kept, and seen again. You can still forget them yourself.",
}


def _list(asked: Sequence[AskedToForget], screen: Screen) -> None:
    if not asked:
        screen.say("Nothing that another machine forgot waits for your word.")
    if asked or screen.as_json:
        lines = [
            f"{each.id}  {each.peer or '-'}  forgot {counted(each.moments, 'moment', 'moments')}, "
            "hidden here until you say `--agree` or `--refuse`"
            for each in asked
        ]
        screen.value([_as_json(each) for each in asked], "\n".join(lines))


def _as_json(each: AskedToForget) -> dict[str, object]:
    return {"id": each.id, "name": each.peer, "moments": each.moments}


def _meant(asked: Sequence[AskedToForget], named: str) -> list[AskedToForget]:
    """What waits by the word of this one peer, in whichever of its lines. Raises NotFound."""
    meant = [each for each in asked if each.id.startswith(named.lower()) or each.peer == named]
    ids = [*dict.fromkeys(each.id for each in meant)]
    if len(ids) == 1:
        return meant
    raise NotFound(
        f"'{named}' may be any of {', '.join(ids)}."
        if ids
        else f"Nothing by '{named}' waits for your word.",
        advice="`afterthought peers forgets` lists what waits.",
    )


async def _settle(home: Home, meant: Sequence[AskedToForget], *, agreed: bool) -> int:
    """How many moments that were."""
    async with open_archive(home.path) as archive:
        settled = {
            moment
            for each in meant
            for moment in await settle_forgets(archive, each.origin, agreed=agreed)
        }
        if agreed:
            await finish_forgetting(archive, Spool(home.spool))
    return len(settled)
