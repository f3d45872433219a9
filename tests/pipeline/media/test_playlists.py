"""A file is read by itself: what it names stays closed."""

from pathlib import Path

import pytest

from core.errors import SoundUnreadable
from pipeline.media import decode
from tests.pipeline.media.sounds import warble, write

LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile {}\n",
    "ffconcat, bare": "ffconcat version 1.0\nfile '{}'\nduration 2\n",
    "m3u": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n",
    "m3u with a mark": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n",
    "DASH": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
    'profiles="urn:mpeg:dash:profile:isoff-live:2011"><BaseURL>{}</BaseURL></MPD>',
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("name", ["a.wav", "a.m3u8", "a.mp3", "a.mpd"])
def test_a_list_of_files_in_disguise_opens_none_of_them(
    tmp_path: Path, kind: str, name: str
) -> None:
    write(tmp_path / "neighbour.ts", warble(1, 44_100), 44_100)
    path = tmp_path / name
    path.write_text(LISTS[kind].format("neighbour.ts"), encoding="utf-8")

    with pytest.raises(SoundUnreadable, match="playlist, not a sound"):
        list(decode(path))


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a.ts", "file:///etc/hostname"])
def test_and_no_address(tmp_path: Path, address: str) -> None:
    path = tmp_path / "a.wav"
    path.write_text(LISTS["ffconcat"].format(address))

    with pytest.raises(SoundUnreadable):
        list(decode(path))


def test_a_description_of_a_stream_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "a.sdp"
    path.write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
    )

    with pytest.raises(SoundUnreadable, match="points to other files"):
        list(decode(path))
