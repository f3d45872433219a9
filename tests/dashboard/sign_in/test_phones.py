"""The list of phones: what it remembers, for whom, and what a damaged one says."""

import json
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.errors import NotFound, UserError
from dashboard.sign_in.phone_file import PhoneFile
from dashboard.sign_in.phones import Phone, Phones, TokenTaken, clean_name, hash_of, new_token
from dashboard.sign_in.sign_ins import VISIT_EVERY_S, AuthorityUnknown, SignIns

HERE = "authority of this device"
NO_PHONE = {"id": 1, "name": "", "token_hash": "", "unseen": []}


class Device:
    """The sign-ins of a device, as each of its processes opens them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "phones.json"
        self.clock = FakeClock()
        self.authority = HERE
        self.sign_ins = self.opened()

    def opened(self) -> SignIns:
        return SignIns(PhoneFile(self.path), lambda: self.authority, self.clock)

    def admit(self, name: str = "A phone") -> str:
        token = new_token()
        hashed = hash_of(token)
        assert hashed is not None
        self.sign_ins.admit(hashed, name)
        return token


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


def test_a_token_signs_in_after_a_restart_and_is_nowhere_in_the_file(device: Device) -> None:
    token = device.admit("Ada's phone")

    found = device.opened().phone_of(token)

    assert found is not None
    assert found.name == "Ada's phone"
    assert token not in device.path.read_text()


@pytest.mark.parametrize("token", [None, "", "x", "x" * 43, "é" * 43, "x" * 100_000])
def test_another_token_signs_nobody_in(device: Device, token: str | None) -> None:
    device.admit()

    assert device.sign_ins.phone_of(token) is None


def test_a_revoked_phone_is_out_in_every_process_at_once(device: Device) -> None:
    lost, kept = device.admit("Lost"), device.admit("Kept")
    elsewhere = device.opened()
    assert elsewhere.phone_of(lost) is not None
    told: list[str] = []
    device.sign_ins.on_revoked.append(told.append)

    gone = device.sign_ins.revoke(device.sign_ins.all()[0].id)

    assert (gone.name, told) == ("Lost", [gone.id])
    assert elsewhere.phone_of(lost) is None
    assert elsewhere.phone_of(kept) is not None
    with pytest.raises(NotFound):
        device.sign_ins.revoke(gone.id)


def test_under_another_authority_no_sign_in_survives(device: Device) -> None:
    token = device.admit()

    device.authority = "of another machine"

    assert device.sign_ins.phone_of(token) is None
    assert device.sign_ins.all() == ()


def test_while_the_authority_cannot_be_told_nobody_is_in_and_nothing_is_lost(
    device: Device,
) -> None:
    token = device.admit()
    device.admit("Second")
    phone = device.sign_ins.phone_of(token)
    assert phone is not None
    before = device.path.read_text()
    device.authority = ""

    for change in (
        lambda: device.sign_ins.phone_of(token),
        lambda: device.sign_ins.note_seen(phone),
        lambda: device.sign_ins.note_knows_authority(phone),
        lambda: device.sign_ins.note_visit(phone),
        device.admit,
    ):
        with pytest.raises(AuthorityUnknown):
            change()

    assert device.sign_ins.all() == ()
    assert device.path.read_text() == before
    device.authority = HERE
    assert device.sign_ins.phone_of(token) == phone


def test_a_token_is_never_that_of_two_phones(device: Device) -> None:
    hashed = hash_of(device.admit())
    assert hashed is not None

    with pytest.raises(TokenTaken):
        device.sign_ins.admit(hashed, "Another")

    assert len(device.sign_ins.all()) == 1


def test_a_revoked_phone_takes_along_whatever_signs_in_by_its_token() -> None:
    two = Phones(HERE, (Phone("a", "One", "hash"), Phone("b", "Two", "hash")))

    assert two.revoked("a").phones == ()


def test_a_list_of_a_later_version_with_a_field_more_locks_nobody_out(device: Device) -> None:
    token = device.admit()
    told = json.loads(device.path.read_text())
    told["phones"][0]["of_later"] = True
    device.path.write_text(json.dumps(told))

    assert device.opened().phone_of(token) is not None


def test_under_another_authority_the_first_phone_begins_a_new_list(device: Device) -> None:
    old = device.admit("Old")
    device.authority = "of another machine"
    new = device.admit("New")

    assert [phone.name for phone in device.sign_ins.all()] == ["New"]
    assert device.sign_ins.phone_of(new) is not None
    device.authority = HERE
    assert device.sign_ins.phone_of(old) is None


def test_a_visit_is_written_down_now_and_then_and_known_at_once(device: Device) -> None:
    token = device.admit()
    phone = device.sign_ins.phone_of(token)
    assert phone is not None
    assert device.sign_ins.note_visit(phone)
    before = device.path.stat().st_mtime_ns

    device.clock.advance(60)
    assert not device.sign_ins.note_visit(phone)

    assert device.path.stat().st_mtime_ns == before
    assert device.sign_ins.visited_ms(phone) == device.clock.now_ms()
    device.clock.advance(VISIT_EVERY_S)
    assert device.sign_ins.note_visit(phone)
    again = device.opened().phone_of(token)
    assert again is not None
    assert again.visited_ms == device.clock.now_ms()


def test_without_a_clock_the_visit_has_no_time(device: Device) -> None:
    device.clock.set(None)
    token = device.admit()

    phone = device.sign_ins.phone_of(token)

    assert phone is not None
    assert (phone.paired_ms, phone.visited_ms) == (None, None)
    assert device.sign_ins.note_visit(phone)


def test_a_visit_that_the_disk_refuses_keeps_nobody_out(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = device.admit()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dashboard.sign_in.phone_file.write_durably", full)
    device.clock.advance(1)
    phone = device.sign_ins.phone_of(token)
    assert phone is not None

    device.sign_ins.note_visit(phone)

    assert device.sign_ins.phone_of(token) == phone


def test_a_new_phone_is_news_to_those_before_it_until_they_have_seen_it(device: Device) -> None:
    first = device.admit("First")
    device.admit("Second")

    phone = device.sign_ins.phone_of(first)
    assert phone is not None
    assert phone.unseen == (device.sign_ins.all()[1].id,)
    device.sign_ins.note_seen(phone)

    phone = device.sign_ins.phone_of(first)
    assert phone is not None
    assert phone.unseen == ()


def test_a_new_phone_that_is_revoked_is_no_news(device: Device) -> None:
    first = device.admit("First")
    device.admit("Second")

    device.sign_ins.revoke(device.sign_ins.all()[1].id)

    phone = device.sign_ins.phone_of(first)
    assert phone is not None
    assert phone.unseen == ()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 2, "authority": "a", "phones": []}',
        '{"version": 1, "authority": 3, "phones": []}',
        '{"version": 1, "authority": "a", "phones": [{"id": "x"}]}',
        json.dumps({"version": 1, "authority": "", "phones": [NO_PHONE]}),
        "[" * 100_000,
    ],
)
def test_a_damaged_list_is_a_sentence_and_stays_as_it_is(device: Device, content: str) -> None:
    device.path.write_text(content)

    with pytest.raises(UserError, match=r"paired phones cannot be read.*phones\.json"):
        device.sign_ins.all()
    with pytest.raises(UserError):
        device.admit()

    assert device.path.read_text() == content


def test_what_is_no_file_is_a_sentence_too(device: Device) -> None:
    device.path.mkdir()

    with pytest.raises(UserError, match="cannot be read"):
        device.sign_ins.all()


def test_what_is_read_is_what_was_written(device: Device) -> None:
    device.admit("One")
    device.admit("Two")

    written = json.loads(device.path.read_text())

    assert Phones(HERE, device.sign_ins.all()).as_json() == {
        **written,
        "phones": tuple({**each, "unseen": tuple(each["unseen"])} for each in written["phones"]),
    }


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ada's \n phone ", "Ada's phone"),
        ("\x1b[31mred\u202e", "[31mred"),
        ("x" * 100, "x" * 40),
        ("<script>", "<script>"),
        ("\u2060\u200b\u3164", ""),
        ("A\u200bd\u00ada", "Ada"),
        ("\u0627\u0644\u0647\u0627\u062a\u0641", "\u0627\u0644\u0647\u0627\u062a\u0641"),
        ("", ""),
    ],
)
def test_a_name_fits_in_a_line(typed: str, name: str) -> None:
    assert clean_name(typed) == name
