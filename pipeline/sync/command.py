"""`sync` on the command line: the service, or one meeting with each peer."""

import argparse

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.text.counting import counted

_PLAIN = {
    "met": "The same events on both sides.",
    "refused": "Not all was taken:",
    "away": "Not met:",
}


def sync(arguments: Arguments, screen: Screen) -> int:
    """Meet the other copies of this archive; 1 where one could not be met, or refused something."""
    from core.access.memory import close_memory, share_one_heap  # noqa: PLC0415
    from core.settings_file import load  # noqa: PLC0415
    from pipeline.sync import service  # noqa: PLC0415 - TLS and the store, for this command alone
    from pipeline.sync.address_book import known_addresses  # noqa: PLC0415

    close_memory()
    share_one_heap()
    home = home_of(arguments)
    settings = load(home.path)

    def addresses(key: str) -> list[tuple[str, int]]:
        return known_addresses(home.path, key)

    async def work() -> int:
        if not arguments.once:
            await service.run(home, settings, addresses)
            return 0
        standings = await service.once(home, settings, addresses)
        for told in standings:
            screen.value(told, _sentence(told))
        return int(any(told["state"] != "met" for told in standings))

    return run_async(work())


def _sentence(told: dict[str, object]) -> str:
    received = counted(int(str(told["received"])), "event", "events")
    moved = f"{received} received, {told['sent']} sent"
    how = _PLAIN[str(told["state"])]
    said = f" {told['sentence']}" if told["sentence"] else ""
    if told["lacking"]:
        said += " Some sound is on neither of the two yet."
    if left := int(str(told["left"])):
        sounds = counted(left, "sound has", "sounds have")
        said += f" {sounds} left this machine, and {'is' if left == 1 else 'are'} kept there."
    if told["waiting"]:
        hidden = counted(int(str(told["waiting"])), "moment is", "moments are")
        said += (
            f" {hidden} hidden until you decide: it forgot them. See `afterthought peers forgets`."
        )
    return f"{told['name']}: {how}{said} ({moved}, {told['sound_bytes']} bytes of sound)"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once", action="store_true", help="meet each peer once, say how it went, and end"
    )


COMMANDS = (
    Command(
        "sync",
        "bring the copies of this archive on the local network to the same state",
        sync,
        _arguments,
        is_service=True,
    ),
)
