"""The spool: whole letters or none, in the order they were posted."""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.clock import Recorded
from core.files import write_durably
from core.moment import Reference
from core.pcm import Pcm
from core.spool_port import Clip, TypedText
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.formats import read_batch
from pipeline.spool.opening import LetterBroken
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Tries, write_tries
from pipeline.store.format.drafts import new_moment_id

CLIP = Clip("0123456789abcdef-0", "file", Recorded(5, 60), ("press",), source="a.wav")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_a_clip_comes_out_as_it_was_posted(spool: Spool) -> None:
    pcm = np.arange(-5000, 5000, dtype=np.int16)

    path = spool.post_clip(CLIP, [pcm[:3333], pcm[3333:]])

    clip, read = read_clip(path)
    assert clip == CLIP
    assert np.array_equal(read, pcm)


def test_texts_come_out_as_they_were_posted(spool: Spool) -> None:
    texts = [
        TypedText("a-0", "typed", "line\nbreak — and more", Recorded()),
        TypedText("b-0", "imported", "two", Recorded(5, 0), "Anna", Reference("s", "r", None)),
    ]

    assert read_batch(spool.post_texts("batch", texts)).texts == texts


def test_letters_wait_in_the_order_they_were_posted(spool: Spool) -> None:
    for number, name in enumerate(("c", "a", "b")):
        path = spool.post_texts(name, [])
        os.utime(path, ns=(number, number))

    assert [letter.path.name[0] for letter in spool.waiting()] == ["c", "a", "b"]


def test_what_was_pressed_for_does_not_wait_behind_files(spool: Spool) -> None:
    for number, moment in enumerate(("aa-0", "bb-0", "cc-48000")):
        clip = Clip(moment, "file" if moment.endswith("-0") else "press", Recorded())
        os.utime(spool.post_clip(clip, [np.zeros(10, np.int16)]), ns=(number, number))

    assert [each.path.name[:2] for each in spool.waiting()] == ["cc", "aa", "bb"]


def test_a_post_that_fails_leaves_nothing_behind(spool: Spool) -> None:
    def chunks() -> Iterator[Pcm]:
        yield np.zeros(10, np.int16)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        spool.post_clip(CLIP, chunks())

    assert list(spool.folder.iterdir()) == []


def test_the_sweep_removes_the_half_posts_of_the_dead_and_spares_those_of_the_living(
    spool: Spool,
) -> None:
    write_durably(spool.post_texts("a", []).with_name("x"), [])
    dead, living = spool.folder / "dead.part", spool.folder / "living.part"
    dead.touch()
    with living.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        spool.sweep()

    assert not dead.exists()
    assert living.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"AFTCLIP",
        b"NOTACLIP\0\0\0\0",
        b"AFTCLIP1\x02\0\0\0{}",
        b"AFTCLIP1\xff\xff\xff\x7f{}",
        b"AFTCLIP1\x04\0\0\0\xff\xff\xff\xff",
    ],
)
def test_a_clip_that_is_none_is_told_apart(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.clip"
    path.write_bytes(content)

    with pytest.raises(LetterBroken):
        read_clip(path)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"id": 1}', b"\xff"])
def test_texts_that_are_none_are_told_apart(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.texts"
    path.write_bytes(content)

    with pytest.raises(LetterBroken):
        read_batch(path)


@pytest.mark.parametrize("act", ["what I said", "AB" * 8, "", 5, ["ab" * 8]])
def test_no_word_comes_into_the_journal_as_the_name_of_an_act(spool: Spool, act: Any) -> None:
    text = TypedText(new_moment_id(), "typed", "x", Recorded(), act=act)
    clip = Clip(new_moment_id(), "file", Recorded(), act=act)

    with pytest.raises(LetterBroken):
        read_batch(spool.post_texts("a", [text]))
    with pytest.raises(LetterBroken):
        read_clip(spool.post_clip(clip, [np.zeros(9, np.int16)]))


@pytest.mark.parametrize("about", ["what I said", "boat-0", "../../aa-0", "", 5, ["ab" * 8]])
def test_no_word_comes_into_the_journal_as_what_a_note_is_about(spool: Spool, about: Any) -> None:
    text = TypedText(new_moment_id(), "typed", "x", Recorded(), about=about)
    of_ours = replace(text, about=new_moment_id())

    with pytest.raises(LetterBroken):
        read_batch(spool.post_texts("a", [text]))
    assert read_batch(spool.post_texts("b", [of_ours])).texts == [of_ours]


def test_what_is_remembered_of_failures_goes_with_the_letter(spool: Spool) -> None:
    for batch in ("a", "b"):
        write_tries(spool.post_texts(batch, []), Tries(1))
    done, broken = spool.waiting()

    spool.remove(done)
    aside = spool.set_aside(broken.path, "it is broken")

    left = {each.name for each in spool.folder.rglob("*") if each.is_file()}
    assert left == {aside.path.name, f"{aside.path.name}.why"}


def test_a_letter_set_aside_is_whole_and_out_of_the_way(spool: Spool) -> None:
    path = spool.post_texts("a", [TypedText("a-0", "typed", "one", Recorded())])
    content = path.read_bytes()

    aside = spool.set_aside(spool.waiting()[0].path, "it is old")

    assert aside.path.read_bytes() == content
    assert aside.reason == "it is old"
    assert spool.waiting() == []
    assert spool.aside() == [aside]
