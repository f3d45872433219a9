import pytest

from pipeline.sync.identity import new_identity
from pipeline.sync.introduction.desk import Desk
from pipeline.sync.introduction.steps import (
    Code,
    Introduced,
    IntroductionFailed,
    commitment,
    fingerprint,
    proof,
    read_code,
    read_introduced,
    read_message,
    six_words,
)

SECRET = bytes(range(16))
NONCE = bytes(32)


def install(name: str = "laptop") -> Introduced:
    return Introduced(new_identity().certificate, name, "22" * 8, 8478)


@pytest.mark.parametrize("host", ["192.168.1.7", "fd00::7", "fe80::1%wlan0"])
def test_a_code_is_read_as_it_was_written(host: str) -> None:
    code = Code(host, 8479, bytes(range(32)), SECRET)

    assert read_code(f" {code.text}\n") == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "afterthought-peer",
        "afterthought-peer:192.168.1.7:8479:00:00",
        "afterthought-peer:192.168.1.7:0:" + "00" * 32 + ":" + "00" * 16,
        "afterthought-peer:192.168.1.7:70000:" + "00" * 32 + ":" + "00" * 16,
        "another-peer:192.168.1.7:8479:" + "00" * 32 + ":" + "00" * 16,
        "afterthought-peer:192.168.1.7:8479:" + "zz" * 32 + ":" + "00" * 16,
    ],
)
def test_a_code_that_is_not_whole_is_told(typed: str) -> None:
    with pytest.raises(IntroductionFailed, match="no whole code"):
        read_code(typed)


def test_what_an_install_says_of_itself_is_read_again() -> None:
    told = install("Ada's laptop")

    assert read_introduced(told.told()) == told


@pytest.mark.parametrize(
    "altered",
    [
        {"certificate": "rubbish"},
        {"certificate": "AAAA"},
        {"certificate": 5},
        {"name": ""},
        {"name": "\x1b[2J"},
        {"name": "x" * 1000},
        {"origin": "../../etc"},
        {"port": 0},
        {"port": "8478"},
        {"port": 2**70},
    ],
)
def test_what_cannot_be_is_not_believed(altered: dict[str, object]) -> None:
    with pytest.raises(IntroductionFailed, match="cannot be understood"):
        read_introduced({**install().told(), **altered})


@pytest.mark.parametrize("content", [b"", b"[]", b"5", b"[" * 100_000, b"\xff"])
def test_what_is_no_object_is_no_message(content: bytes) -> None:
    with pytest.raises(IntroductionFailed):
        read_message(content)


def test_both_sides_read_the_same_six_words() -> None:
    waiting, calling = install(), install("pendant")
    desk = Desk(waiting, SECRET)

    committed = desk.hear(commit(NONCE, calling))
    desk.hear({"step": "open", "nonce": NONCE.hex(), **calling.told()})

    nonces = (bytes.fromhex(committed["nonce"]), NONCE)
    assert desk.words == six_words((waiting.certificate, calling.certificate), nonces)
    assert len(desk.words) == 6
    assert desk.caller == calling


def test_other_certificates_give_other_words() -> None:
    waiting, calling, middle = install(), install(), install()
    nonces = (NONCE, NONCE)

    seen_there = six_words((waiting.certificate, middle.certificate), nonces)
    seen_here = six_words((middle.certificate, calling.certificate), nonces)

    assert seen_there != seen_here


@pytest.mark.parametrize("what", ["nonce", "certificate"])
def test_who_does_not_keep_to_its_commitment_has_no_other_attempt(what: str) -> None:
    calling, another = install(), install()
    desk = Desk(install(), SECRET)
    desk.hear(commit(NONCE, calling))
    opened = {"step": "open", "nonce": NONCE.hex(), **calling.told()}
    altered = {"nonce": bytes(31).hex() + "01"} if what == "nonce" else another.told()

    with pytest.raises(IntroductionFailed, match="did not keep"):
        desk.hear({**opened, **altered})

    assert desk.is_over
    with pytest.raises(IntroductionFailed):
        desk.hear(opened)
    assert desk.caller is None


def test_both_sides_prove_the_code() -> None:
    waiting, calling = install(), install("pendant")
    desk = Desk(waiting, SECRET)

    answer = desk.hear(prove(SECRET, waiting, calling))

    assert desk.caller == calling
    assert desk.words == ()
    proven = proof(SECRET, "waiting", waiting.certificate, calling.certificate)
    assert answer["proof"] == proven.hex()


def test_a_wrong_code_has_no_other_attempt() -> None:
    waiting, calling = install(), install()
    desk = Desk(waiting, SECRET)

    with pytest.raises(IntroductionFailed, match="code is another"):
        desk.hear(prove(bytes(16), waiting, calling))

    assert desk.is_over
    with pytest.raises(IntroductionFailed, match="already"):
        desk.hear(prove(SECRET, waiting, calling))


def test_a_proof_is_no_proof_of_the_other_side() -> None:
    """So that nobody can answer with what it was sent."""
    waiting, calling = install(), install()
    desk = Desk(waiting, SECRET)
    told = prove(SECRET, waiting, calling)
    mirrored = proof(SECRET, "waiting", waiting.certificate, calling.certificate)

    with pytest.raises(IntroductionFailed):
        desk.hear({**told, "proof": mirrored.hex()})


def test_who_takes_the_code_alone_is_called_by_nothing_else() -> None:
    desk = Desk(install(), SECRET, by_words=False)

    with pytest.raises(IntroductionFailed, match="only who has its code"):
        desk.hear(commit(NONCE, install()))

    assert not desk.is_over


def test_a_second_caller_is_turned_away() -> None:
    desk = Desk(install(), SECRET)
    desk.hear(commit(NONCE, install()))

    with pytest.raises(IntroductionFailed, match="already"):
        desk.hear(commit(NONCE, install()))

    assert not desk.is_over


@pytest.mark.parametrize(
    "told", [{}, {"step": None}, {"step": "open"}, {"step": "commit", "protocol": 1}]
)
def test_what_is_no_step_ends_nothing(told: dict[str, object]) -> None:
    desk = Desk(install(), SECRET)

    with pytest.raises(IntroductionFailed, match="no step"):
        desk.hear(told)

    assert not desk.is_over


@pytest.mark.parametrize(
    ("theirs", "older"), [(2, "This machine's"), (0, "The other"), (None, "The other")]
)
def test_another_version_is_told_which_is_to_be_updated(theirs: int | None, older: str) -> None:
    desk = Desk(install(), SECRET)

    with pytest.raises(IntroductionFailed, match=older):
        desk.hear({**commit(NONCE, install()), "protocol": theirs})


def test_an_install_is_not_introduced_to_itself() -> None:
    own = install()
    desk = Desk(own, SECRET)

    with pytest.raises(IntroductionFailed, match="same install"):
        desk.hear(prove(SECRET, own, own))


def test_only_who_was_met_decides() -> None:
    waiting, calling = install(), install()
    desk = Desk(waiting, SECRET)
    session = desk.hear(prove(SECRET, waiting, calling))["session"]

    assert desk.is_caller({"session": session})
    assert not any(desk.is_caller({"session": each}) for each in ("", "é", None, 5, "00" * 16))


def test_a_code_names_one_certificate() -> None:
    waiting = install()
    code = Code("192.168.1.7", 8479, fingerprint(waiting.certificate), SECRET)

    assert code.is_of(waiting.certificate)
    assert not code.is_of(install().certificate)


def commit(nonce: bytes, calling: Introduced) -> dict[str, object]:
    committed = commitment(nonce, calling.certificate).hex()
    return {"step": "commit", "protocol": 1, "commitment": committed}


def prove(secret: bytes, waiting: Introduced, calling: Introduced) -> dict[str, object]:
    proven = proof(secret, "calling", waiting.certificate, calling.certificate)
    return {"step": "prove", "protocol": 1, "proof": proven.hex(), **calling.told()}
