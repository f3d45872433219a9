"""A laptop takes the words of a pendant's moments: by lease, and without where that one is gone."""

from dataclasses import replace

from bench.sync.installs import Install
from core.clock import SystemClock
from core.moment import Transcript, Word
from core.sockets.socket_client import Told
from pipeline.refining.power import Power
from pipeline.refining.second_model import SecondModel
from pipeline.store.format import drafts
from pipeline.store.format.peer_drafts import peer_removed
from pipeline.store.peers import ComingWords
from pipeline.store.sound_files import sound_path
from pipeline.store.views.moment_fold import MomentRow
from pipeline.sync.work.able import may_work
from pipeline.sync.work.may_gain import MayGain
from pipeline.sync.work.taking import LONG_GONE_MS, Taking
from tests.pipeline.sync.work.world import WORDS, FakeAble, Installs, Machine, OnePeer, kept


class World:
    """The two, and what takes work on the laptop."""

    def __init__(self, pendant: Install, laptop: Install, row: MomentRow) -> None:
        self.pendant, self.laptop, self.row = Machine(pendant), Machine(laptop), row
        self.peers = OnePeer(self.laptop, self.pendant)
        self.able = FakeAble(self.laptop)
        self.taking = Taking(self.peers, self.laptop.work, self.able, None)

    async def words_on_the_pendant(self) -> str:
        return (await self.pendant.install.archive.moment(self.row.id)).text

    async def lent(self) -> frozenset[str]:
        return await self.pendant.work.lent(SystemClock().recorded_now())


async def world(installs: Installs) -> World:
    pendant, laptop = await installs(2)
    row = await kept(pendant)
    await pendant.meets(laptop)
    return World(pendant, laptop, row)


async def test_words_are_made_by_lease_and_brought_before_it_ends(installs: Installs) -> None:
    here = await world(installs)
    lent: list[frozenset[str]] = []

    async def look() -> None:
        lent.append(await here.lent())

    here.able.meanwhile = look

    assert await here.taking.step()

    assert lent == [{here.row.id}]
    assert await here.words_on_the_pendant() == WORDS.text
    assert [each.is_closed for each in here.peers.remotes] == [True]
    assert not await here.taking.step()  # there is nothing more


async def test_the_oldest_goes_first_and_what_is_refused_waits(installs: Installs) -> None:
    here = await world(installs)
    later = await kept(here.pendant.install)
    await here.pendant.install.meets(here.laptop.install)
    here.pendant.hears.append(here.row.id)  # its own worker is at it

    assert not await here.taking.step()
    assert await here.taking.step()

    assert [job.moment for job in here.able.done] == [later.id]


async def test_a_machine_that_is_not_able_takes_nothing(installs: Installs) -> None:
    here = await world(installs)
    here.able.is_able = False

    assert not await here.taking.step()

    assert here.peers.remotes == []


async def test_it_takes_nothing_whose_sound_is_not_here(installs: Installs) -> None:
    here = await world(installs)
    sound_path(here.able.home, here.row.sound or "").unlink()

    assert not await here.taking.step()
    assert here.able.done == []


async def test_what_failed_here_is_not_tried_for_ever(installs: Installs) -> None:
    here = await world(installs)
    here.able.heard = None

    assert await here.taking.step()
    assert not await here.taking.step()

    assert len(here.able.done) == 1
    assert await here.words_on_the_pendant() == ""


async def test_a_pendant_that_is_only_away_does_its_work_itself(installs: Installs) -> None:
    here = await world(installs)
    here.peers.is_met = False
    now_ms = SystemClock().now_ms()
    assert now_ms is not None
    here.peers.met_ms = now_ms - LONG_GONE_MS // 2

    assert not await here.taking.step()


async def test_a_pendant_that_was_not_met_for_a_week_is_not_waited_for(installs: Installs) -> None:
    here = await world(installs)
    here.peers.is_met = False
    now_ms = SystemClock().now_ms()
    assert now_ms is not None
    here.peers.met_ms = now_ms - LONG_GONE_MS - 1

    assert await here.taking.step()

    assert (await here.laptop.install.archive.moment(here.row.id)).text == WORDS.text


async def test_a_pendant_that_was_removed_is_not_waited_for(installs: Installs) -> None:
    here = await world(installs)
    pendant, laptop = here.pendant.install, here.laptop.install
    ends = {line: seq for line, (seq, _) in (await laptop.copy.heads()).items()}
    line = await pendant.line()
    await laptop.archive.append(peer_removed(pendant.identity.key, {line: ends[line]}))

    assert await here.taking.step()

    assert here.peers.remotes == []
    assert (await laptop.archive.moment(here.row.id)).text == WORDS.text


async def test_one_moment_heard_on_both_comes_to_the_same_on_both(installs: Installs) -> None:
    here = await world(installs)
    pendant, laptop = here.pendant.install, here.laptop.install
    for one, text in ((pendant, "heard on the pendant"), (laptop, "heard on the laptop")):
        said = Transcript(text, (), "a model", -0.2)
        heard = drafts.moment_transcribed(here.row.id, said, revision=here.row.revision)
        await one.archive.append(heard)

    await laptop.meets(pendant)
    await pendant.meets(laptop)

    texts = {(await each.archive.moment(here.row.id)).text for each in (pendant, laptop)}
    assert len(texts) == 1
    assert await pendant.views() == await laptop.views()


def test_a_machine_may_work_for_others_on_mains_with_nothing_of_its_own_to_do() -> None:
    idle = Power(on_battery=False, hottest_c=40.0, load=0.1, processors=2)
    hot, busy = replace(idle, hottest_c=80.0), replace(idle, load=2.5)
    on_battery = replace(idle, on_battery=True)
    worker, at_it = {"waiting": 0, "trouble": None}, {"waiting": 1, "trouble": None}
    in_trouble = {"waiting": 0, "trouble": "no Whisper"}

    def may(
        power: Power, worker: Told | None, *, at_work: bool = False, words: bool = True
    ) -> bool:
        return may_work(power, worker, at_work=at_work, is_awaited=words)

    assert may(idle, worker)
    assert not may(hot, worker)
    assert not may(on_battery, worker)
    assert may(busy, worker)
    assert not may(busy, worker, words=False)
    assert not may(idle, None)
    assert not may(idle, at_it)
    assert may(idle, at_it, at_work=True)
    assert not may(idle, in_trouble)


async def test_both_sides_say_who_makes_the_words(installs: Installs) -> None:
    here = await world(installs)
    pendant, laptop = here.pendant.install.archive, here.laptop.install.archive
    told: list[ComingWords | None] = []

    async def look() -> None:
        found = [await each.coming_words([here.row]) for each in (pendant, laptop)]
        told.extend(each.get(here.row.id) for each in found)

    await look()
    here.able.meanwhile = look
    await here.taking.step()
    here.row = await pendant.moment(here.row.id)
    await look()

    assert told == [
        None,  # its own worker is to make them
        ComingWords("install 0"),
        ComingWords("install 1", is_in_work=True),
        ComingWords(is_in_work=True, is_here=True),
        None,
        None,
    ]


async def test_what_has_no_sound_is_said_to_be_on_both_once_they_have_met(
    installs: Installs,
) -> None:
    pendant, laptop = await installs(2)
    note = await pendant.archive.moment(await pendant.note())
    assert (await pendant.archive.whereabouts(note)).also_on == ()

    await laptop.meets(pendant)
    assert (await laptop.archive.whereabouts(note)).also_on == ("install 0",)

    await laptop.meets(pendant)  # whose first word says how far it has come
    assert (await pendant.archive.whereabouts(note)).also_on == ("install 1",)


async def test_what_may_gain_by_a_larger_model_is_taken_where_nothing_lacks_words(
    installs: Installs,
) -> None:
    here = await world(installs)
    heard = Transcript("said", (Word("said", 0, 300, 0.9),), "whisper-tiny.en", -0.2, "en")
    words = drafts.moment_transcribed(here.row.id, heard, revision=here.row.revision)
    await here.pendant.install.archive.append(words)
    await here.laptop.install.meets(here.pendant.install)
    model = SecondModel("small.en", frozenset({"en"}))
    gains = MayGain(here.laptop.install.archive, here.laptop.work, model, own=False)
    taking = Taking(here.peers, here.laptop.work, here.able, gains)
    here.able.heard = None
    lent: list[frozenset[str]] = []

    async def look() -> None:
        lent.append(await here.lent())

    here.able.meanwhile = look

    assert await taking.step()

    (job,) = here.able.done
    assert (job.kind, job.model) == ("better", "small.en")
    assert lent == [{job.moment}]


async def test_nothing_is_heard_again_for_a_peer_that_is_away(installs: Installs) -> None:
    here = await world(installs)
    here.peers.is_met = False
    heard = Transcript("said", (Word("said", 0, 300, 0.9),), "whisper-tiny.en", -0.2, "en")
    words = drafts.moment_transcribed(here.row.id, heard, revision=here.row.revision)
    await here.pendant.install.archive.append(words)
    await here.laptop.install.meets(here.pendant.install)
    model = SecondModel("small.en", frozenset({"en"}))
    gains = MayGain(here.laptop.install.archive, here.laptop.work, model, own=False)

    assert not await Taking(here.peers, here.laptop.work, here.able, gains).step()

    assert here.able.done == []
    assert await gains.next() is not None  # it is put back
