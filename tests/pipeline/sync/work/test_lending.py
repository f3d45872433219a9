"""Work is lent to one peer at a time, by whoever kept the moment, for as long as it says."""

import asyncio

import pytest

from bench.sync.installs import Install
from core.clock import Recorded, SystemClock
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.sqlite.own.work import MOST_LENT
from pipeline.store.work_port import Job, JobKind
from pipeline.sync.work.lending import LONGEST_S
from tests.pipeline.sync.work.world import WORDS, Installs, Machine, kept
from tests.waiting import PATIENCE_S

Ended = asyncio.Future[None] | None


def now() -> Recorded:
    return SystemClock().recorded_now()


async def pair(installs: Installs) -> tuple[Machine, Install, Job]:
    pendant, laptop = await installs(2)
    row = await kept(pendant)
    await pendant.meets(laptop)
    return Machine(pendant), laptop, Job(row.id, row.revision, "words")


async def test_a_moment_without_words_is_lent_and_given_back(installs: Installs) -> None:
    pendant, laptop, job = await pair(installs)

    assert await pendant.lends(job, laptop) == 60
    assert await pendant.work.lent(now()) == {job.moment}
    assert await pendant.lends(job, laptop, 10_000) == LONGEST_S  # again, and for no longer

    assert await pendant.lends(job, laptop, 0) == 0
    assert await pendant.work.lent(now()) == frozenset()


async def test_whoever_shows_the_moment_looks_again_when_it_is_lent_and_when_not(
    installs: Installs,
) -> None:
    pendant, laptop, job = await pair(installs)
    archive = pendant.install.archive
    _, mark = await archive.changed_rows()

    await pendant.lends(job, laptop)
    lent, mark = await archive.changed_rows(mark)
    in_work = await archive.coming_words([await archive.moment(job.moment)])
    await pendant.lends(job, laptop, 0)
    given_back, mark = await archive.changed_rows(mark)

    assert lent == given_back == {job.moment}
    assert in_work[job.moment].is_in_work
    assert await archive.changed_rows(mark) == (frozenset(), mark)


async def test_whoever_shows_a_moment_looks_again_when_it_is_heard_for_others(
    installs: Installs,
) -> None:
    pendant, laptop, job = await pair(installs)
    await laptop.meets(pendant.install)
    machine = Machine(laptop)
    _, mark = await laptop.archive.changed_rows()

    await machine.work.take_on(job)
    taken, mark = await laptop.archive.changed_rows(mark)
    await machine.work.begin_anew()
    ended, _ = await laptop.archive.changed_rows(mark)

    assert taken == ended == {job.moment}


async def test_nobody_else_has_it_meanwhile(installs: Installs) -> None:
    pendant, laptop, hub = await installs(3)
    row = await kept(pendant)
    await pendant.meets(laptop)
    await pendant.meets(hub)
    job, machine = Job(row.id, row.revision, "words"), Machine(pendant)

    assert await machine.lends(job, laptop)
    assert not await machine.lends(job, hub)
    assert not await machine.lends(job, hub, 0)  # which takes nothing from the other one
    assert await machine.work.lent(now()) == {row.id}

    assert not await machine.lends(job, laptop, 0)
    assert await machine.lends(job, hub)


async def test_a_lease_that_has_lapsed_is_none(installs: Installs) -> None:
    pendant, laptop, job = await pair(installs)
    key, at = laptop.identity.key, now()
    assert await pendant.work.lend(job, key, 60, at)

    assert await pendant.work.lent(at.moved(59_000)) == {job.moment}
    assert await pendant.work.lent(at.moved(61_000)) == frozenset()
    assert await pendant.work.lend(job, "33" * 32, 60, at.moved(61_000))


async def test_what_the_own_worker_is_at_is_not_lent(installs: Installs) -> None:
    pendant, laptop, job = await pair(installs)
    pendant.hears.append(job.moment)

    assert not await pendant.lends(job, laptop)


@pytest.mark.parametrize("what", ["words", "better", "revision", "hidden", "forgotten", "theirs"])
async def test_only_what_is_to_be_done_here_is_lent(installs: Installs, what: str) -> None:
    pendant, laptop, job = await pair(installs)
    one, kind = pendant, "better" if what == "better" else "words"
    if what == "words":
        heard = drafts.moment_transcribed(job.moment, Transcript("said"), revision=job.revision)
        await one.install.archive.append(heard)
    elif what == "hidden":
        await one.install.archive.append(drafts.moment_hidden(job.moment, author="wearer"))
    elif what == "forgotten":
        await one.install.forget(job.moment)
    elif what == "theirs":
        one, laptop = Machine(laptop), pendant.install
    revision = job.revision + (what == "revision")

    assert not await one.lends(Job(job.moment, revision, _kind(kind)), laptop)


def _kind(name: str) -> JobKind:
    return "better" if name == "better" else "words"


async def test_what_has_words_may_be_heard_again(installs: Installs) -> None:
    pendant, laptop, job = await pair(installs)
    heard = drafts.moment_transcribed(job.moment, WORDS, revision=job.revision)
    await pendant.install.archive.append(heard)

    assert await pendant.lends(Job(job.moment, job.revision, "better"), laptop)


async def test_who_only_reads_here_has_nothing_on_lease(installs: Installs) -> None:
    pendant, laptop = await installs(2, role="read_only")
    row = await kept(pendant)
    machine = Machine(pendant)

    assert not await machine.lends(Job(row.id, row.revision, "words"), laptop)


async def test_one_peer_has_only_so_many(installs: Installs) -> None:
    pendant, laptop = await installs(2)
    machine = Machine(pendant)
    rows = [await kept(pendant) for _ in range(MOST_LENT + 1)]
    jobs = [Job(row.id, row.revision, "words") for row in rows]

    granted = [await machine.lends(job, laptop) > 0 for job in jobs]

    assert granted == [True] * MOST_LENT + [False]


async def test_it_ends_with_the_connection_by_which_it_was_asked(
    installs: Installs, monkeypatch: pytest.MonkeyPatch
) -> None:
    pendant, laptop, job = await pair(installs)
    pendant.install.lending = pendant.lending
    told: list[bool] = []
    lend = pendant.lending.lend

    async def noting(job: Job, for_s: float, peer: str, ended: Ended) -> float:
        for_s = await lend(job, for_s, peer, ended)
        told.append(pendant.lending.is_about_work(ended))
        return for_s

    monkeypatch.setattr(pendant.lending, "lend", noting)
    async with pendant.install.called_by(laptop) as remote:
        assert await remote.lease(job, 60) == 60
        assert told == [True]
        assert await pendant.work.lent(now()) == {job.moment}

    async with asyncio.timeout(PATIENCE_S):
        while await pendant.work.lent(now()):
            await asyncio.sleep(0.01)
    await pendant.lending.aclose()


async def test_after_a_restart_nothing_is_lent(installs: Installs) -> None:
    pendant, laptop, job = await pair(installs)
    assert await pendant.lends(job, laptop)
    await pendant.work.take_on(job)

    await pendant.work.begin_anew()

    assert await pendant.work.lent(now()) == frozenset()
    assert await pendant.work.next_job() is None
