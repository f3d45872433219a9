"""An engine may answer anything: it is a sentence, and nothing is waited for without end."""

import asyncio
import json

import pytest

from pipeline.engines.fakes import Asked, fake_openai, fake_wyoming, serving
from pipeline.engines.openai import OpenAiEngine
from pipeline.engines.port import MOST_BYTES, EngineFailed, Sound
from pipeline.engines.wyoming import WyomingEngine, event

SOUND = Sound([b"\x01\x00" * 800] * 2, 1600, "en")


async def asked_by_http(asked: Asked, **known: str) -> str:
    engine = OpenAiEngine(f"http://127.0.0.1:{asked.port}/v1", "whisper-1", **known)
    return (await engine.transcribe(SOUND)).text


async def asked_by_wyoming(asked: Asked) -> str:
    return (await WyomingEngine(f"127.0.0.1:{asked.port}").transcribe(SOUND)).text


async def test_what_is_sent_is_a_form_with_a_wav_and_nothing_of_the_wearers_but_the_sound() -> None:
    async with fake_openai({"text": "hello"}) as asked:
        assert await asked_by_http(asked, key="sk-secret") == "hello"

    (request,) = asked.requests
    assert request.startswith(b"POST /v1/audio/transcriptions HTTP/1.1\r\n")
    assert b"Authorization: Bearer sk-secret\r\n" in request
    wav = request.partition(b"audio/wav\r\n\r\n")[2]
    assert wav[:4] == b"RIFF"
    assert wav[44 : 44 + 3200] == b"\x01\x00" * 1600
    assert request.count(b'; name="') == 7


async def test_to_wyoming_it_sends_the_sound_and_its_format_and_the_language() -> None:
    async with fake_wyoming("hello") as asked:
        assert await asked_by_wyoming(asked) == "hello"

    kinds = [kind for kind, _ in asked.kinds]
    assert kinds == ["transcribe", "audio-start", "audio-chunk", "audio-chunk", "audio-stop"]
    assert asked.kinds[0][1] == {"language": "en"}
    assert asked.kinds[1][1] == {"rate": 16_000, "width": 2, "channels": 1}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"7",
        b"{}",
        b"\xff",
        b"[" * 9999,
        b'{"text": 7}',
        b'{"text": "a", "words": 7}',
        b'{"text": "a", "words": [{"word": "a"}]}',
        b'{"text": "a", "segments": "x"}',
    ],
)
async def test_what_is_no_transcription_is_told(answer: bytes) -> None:
    async with fake_openai(answer) as asked:
        with pytest.raises(EngineFailed, match="something else"):
            await asked_by_http(asked)


async def test_a_refusal_is_told_and_nobody_else_is_asked() -> None:
    async with fake_openai({"text": "elsewhere"}) as elsewhere:
        moved = f"Location: http://127.0.0.1:{elsewhere.port}/v1/audio/transcriptions\r\n"
        async with fake_openai({}, status="307 Moved", headers=moved) as asked:
            with pytest.raises(EngineFailed, match="status 307"):
                await asked_by_http(asked)
    assert elsewhere.requests == []


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fake_openai({"text": "a proxy"}) as proxy, fake_openai({"text": "named"}) as named:
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        assert await asked_by_http(named) == "named"
    assert proxy.requests == []


async def test_an_answer_without_an_end_is_not_read_to_it() -> None:
    async with fake_openai(b" " * (MOST_BYTES + 10)) as asked:
        with pytest.raises(EngineFailed, match="come to an end"):
            await asked_by_http(asked)


@pytest.mark.parametrize(
    "answer",
    [
        b"no json\n",
        b"[]\n",
        b'{"type": "transcript"}\n',
        b'{"type": "transcript", "data": {"text": 7}}\n',
        b'{"type": "transcript", "data": 7}\n',
        b'{"type": "transcript", "data_length": 99999999999}\n',
        b'{"type": "transcript", "data_length": -1}\n',
        b'{"type": "transcript", "data_length": "many"}\n',
        b'{"type": "info", "payload_length": 99999999999}\n',
        event("error", {"text": "no model"}),
        b"[" * 9999 + b"\n",
        b"x" * 2_000_000,
        event("info", {}) * 2000,
        json.dumps({"no": "type"}).encode() + b"\n",
    ],
    ids=range(14),
)
async def test_what_is_no_event_is_told(answer: bytes) -> None:
    async with fake_wyoming(answer) as asked:
        with pytest.raises(EngineFailed, match="something else"):
            await asked_by_wyoming(asked)


@pytest.mark.parametrize("kind", ["openai", "wyoming"])
async def test_who_hangs_up_or_never_answers_is_told(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    ask = asked_by_http if kind == "openai" else asked_by_wyoming
    over = asyncio.Event()

    async def hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with serving(hanging_up, Asked()) as asked:
        with pytest.raises(EngineFailed, match="does not answer"):
            await ask(asked)
    monkeypatch.setattr(Sound, "patience_s", property(lambda _: 0.2))
    async with serving(silent, Asked()) as asked:
        with pytest.raises(EngineFailed, match="took too long"):
            await ask(asked)
        over.set()


async def test_a_name_that_nobody_knows_is_told() -> None:
    for engine in (
        WyomingEngine("no.such.host.invalid:1"),
        OpenAiEngine("http://no.such.invalid", "m"),
    ):
        with pytest.raises(EngineFailed, match=r"does not answer"):
            await engine.transcribe(SOUND)
