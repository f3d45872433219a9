"""What `doctor` looks at in the pipeline: models, archive, spool."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.checks import Check
from core.errors import UserError
from core.machine import machine_name
from core.paths import Home
from core.settings import Settings
from core.settings_file import load
from core.sockets import socket_client
from core.sync.status import sync_sentences, sync_status
from core.text import languages, own_words
from core.text.counting import counted
from pipeline import models
from pipeline.hearing import number_format
from pipeline.imports import as_text
from pipeline.languages_here import unheard
from pipeline.spool.aside import SetAside
from pipeline.spool.listing import Odd
from pipeline.spool.spool import Spool
from pipeline.spool.tries import failed_letters
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.store.restoring import aside_folders
from pipeline.store.sound_files import aside_folder, sounds_aside
from pipeline.store.sqlite.connection import sqlite_check
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.voices import voice_print

PATIENCE_S = 5.0

MOST_NAMED = 20
"""Of what lies aside; the folder has them all."""


def checks(home: Home) -> Iterator[Check]:
    """The models, the archive, and what lies in the spool."""
    settings = load(home.path)
    yield from models.checks(settings=settings, home=home.path)
    yield from languages_checks(settings, home.path)
    yield from words_checks(settings)
    yield number_format.check(settings)
    yield sqlite_check()
    yield from _archive(home)
    yield from _set_aside(home.path)
    yield from _voice(settings, home)
    yield _worker(home)
    yield from _spool(Spool(home.spool))
    yield from sync_checks(home.path, settings.sync.port)


def sync_checks(home: Path, port: int) -> Iterator[Check]:
    """The key of this install, the port of sync, and how things stand with the other machines."""
    status = sync_status(home)
    if status is None:
        return
    yield from _key(home)
    if not status["running"] and not _is_free(port):
        sentence = f"Another program uses port {port}, at which other machines meet this one."
        advice = "Stop it, or name another port: `port` below `[sync]` in the settings."
        yield Check("sync", "fail", sentence, advice)
    well = status["running"] and all(each["state"] in _WELL for each in status["peers"])
    told = sync_sentences(status) or ["The sync service is running."]
    yield Check("sync", "ok" if well else "warn", " ".join(told))


_WELL = frozenset({"meeting", "met"})


def _key(home: Path) -> Iterator[Check]:
    from pipeline.sync.identity import why_no_key  # noqa: PLC0415 - only where there are peers

    try:
        why = why_no_key(home, machine_name())
    except UserError as error:
        yield Check("key", "fail", error.sentence, error.advice)
        return
    sentence = {
        "first": "The key by which other machines know this one is gone.",
        "damaged": "The key by which other machines know this one is damaged.",
        "machine": "This archive was on another machine before, so other machines do not know it.",
    }
    if why is not None:
        advice = "It gets a new one: introduce it to them again by `afterthought peers add`."
        yield Check("key", "warn", sentence[why], advice)


def _is_free(port: int) -> bool:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("", port))
        except OSError:
            return False
    return True


def languages_checks(settings: Settings, home: Path) -> Iterator[Check]:
    """Which languages are heard, and what is wrong with the list of them."""
    listed = languages.chosen(settings.hearing.languages)
    for problem in unheard(settings, home):
        yield Check("languages", "warn", problem)
    heard = listed.codes
    if not listed.is_english_alone and not models.is_there(
        "languages_transcriber", settings=settings, home=home
    ):
        heard = (languages.ENGLISH,)
    names = ", ".join(map(languages.language_name, heard))
    yield Check("languages", "ok", f"What is said is heard as {names}.")


def words_checks(settings: Settings) -> Iterator[Check]:
    """How many names and terms of the wearer are listed, and what is wrong with the list."""
    listed = own_words.listed(settings.hearing.words)
    for problem in listed.problems:
        yield Check("words", "warn", problem)
    if listed.terms:
        terms = counted(len(listed.terms), "name or term", "names and terms")
        yield Check(
            "words",
            "ok",
            f"Where something doubtful sounds like it, {terms} of yours can be written.",
        )


def _worker(home: Home) -> Check:
    try:
        status = socket_client.ask(home.worker_socket, {"do": "status"}, patience_s=PATIENCE_S)
    except socket_client.NobodyThere:
        sentence = "The worker is not running; what you keep waits safely until it is."
        advice = (
            "Start everything with `afterthought run`, or the worker alone with "
            "`afterthought process`."
        )
        return Check("worker", "warn", sentence, advice)
    except UserError as error:
        return Check("worker", "fail", error.sentence, error.advice)
    if status["trouble"]:
        return Check("worker", "warn", f"The worker waits: {status['trouble']}")
    return Check("worker", "ok", "The worker is running.")


def _archive(home: Home) -> Iterator[Check]:
    try:
        count, doubt = asyncio.run(_moments(home))
    except UserError as error:
        count, doubt = 0, error
    if doubt is not None:
        yield Check("archive", "fail", doubt.sentence, doubt.advice)
    else:
        yield Check("archive", "ok", f"The archive holds {counted(count, 'moment', 'moments')}.")
    if aside := sounds_aside(home.path):
        lie = counted(len(aside), "sound", "sounds")
        sentence = f"{lie} in {aside_folder(home.path)}, which belong to no moment."
        advice = (
            "`afterthought keep` takes one in again; each will be erased 30 days after it was "
            "put there."
        )
        yield Check("sound", "warn", sentence, advice)


def _set_aside(home: Path) -> Iterator[Check]:
    """What a restore left, which is the wearer's to erase."""
    for folder in aside_folders(home):
        sentence = f"What was here before a backup was restored lies in {folder}."
        advice = f"No forget reaches it. Once you do not need it: `rm -r {folder}`."
        yield Check("restored", "warn", sentence, advice)


async def _moments(home: Home) -> tuple[int, UserError | None]:
    async with open_archive_to_read(home.path) as archive:
        return len(await archive.moments(hidden=True)), await archive.doubt()


def _voice(settings: Settings, home: Home) -> Iterator[Check]:
    """Where a voice is enrolled, whether what tells it from others is there."""
    try:
        print_ = asyncio.run(_print(home))
    except UserError:
        return  # the archive is told of already
    if print_ is not None:
        yield voice_check(is_there=models.is_there("voice", settings=settings, home=home.path))


def voice_check(*, is_there: bool) -> Check:
    """What is said of an enrolled voice, by whether the model that tells it is there."""
    if is_there:
        return Check("voice", "ok", "Your voice is enrolled, and told from others.")
    sentence = "Your voice is enrolled, but what tells it from others is not on this machine."
    return Check("voice", "warn", sentence, "Run `afterthought models --fetch voices`.")


async def _print(home: Home) -> VoicePrint | None:
    async with open_archive_to_read(home.path) as archive:
        return await voice_print(archive)


def _spool(spool: Spool) -> Iterator[Check]:
    waiting = spool.waiting_count()
    if waiting:
        advice = "`afterthought process` works on them."
        waits = counted(waiting, "item waits", "items wait")
        yield Check("spool", "warn", f"{waits} for the worker.", advice)
    else:
        yield Check("spool", "ok", "Nothing waits for the worker.")
    if failing := failed_letters(spool.folder):
        on = counted(len(failing), "item, which will be", "items, which will be")
        sentence = f"The models failed on {on} tried again."
        advice = "`afterthought status` says why; `afterthought retry` tries again now."
        yield Check("failing", "warn", sentence, advice)
    aside, foreign = spool.aside(), [*spool.odd(), *spool.foreign()]
    if aside:
        letters = counted(len(aside), "item", "items")
        sentence = f"{letters} could not be worked on: {_named(aside)}."
        advice = (
            f"They are whole, in {spool.folder / 'aside'}. Move one back to try it again, or erase "
            "it: `afterthought forget NAME --yes`."
        )
        yield Check("aside", "warn", sentence, advice)
    if foreign:
        sentence = f"In the spool are files that are not Afterthought's: {_named(foreign)}."
        yield Check("foreign", "warn", sentence, f"Move it out of {spool.folder}.")


def _named(lying: Sequence[SetAside | Odd]) -> str:
    """Each by its name, and why; of very many, the first."""
    told = [f"{as_text(each.path.name)} ({each.reason})" for each in lying[:MOST_NAMED]]
    more = len(lying) - len(told)
    return ", ".join(told) + (f", and {more} more" if more else "")
