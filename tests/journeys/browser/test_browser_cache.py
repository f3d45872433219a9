"""What a browser keeps of a visit: nothing that was said, no sound, in no file of its profile."""

import contextlib
import json
import zlib
from pathlib import Path

import pytest

from tests.dashboard.running import dashboard
from tests.journeys.browser.chromium import chromium, phone
from tests.journeys.command import PILL_BOX, afterthought

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")

MARKER = "zanzibarquux"
STYLE = b"prefers-reduced-motion"
"""What may be kept, and is compressed: so it is seen that this browser keeps things at all, and
that they are found here as they were sent."""

GZIP = b"\x1f\x8b\x08"

SOUNDS = """
performance.getEntriesByType('resource').filter((each) => each.name.includes('/sound/')).length
"""


def as_written(content: bytes) -> bytes:
    """What a file holds, and behind it what is compressed anywhere in it."""
    found = [content]
    place = content.find(GZIP)
    while place >= 0:
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompressobj(wbits=31).decompress(content[place:]))
        place = content.find(GZIP, place + 1)
    return b"".join(found)


@pytest.fixture
def sound(home: Path) -> bytes:
    """A stretch of the kept recording's bytes, as they are sent."""
    assert afterthought("note", f"about {MARKER}").status == 0
    assert afterthought("keep", PILL_BOX).status == 0
    (file,) = (home / "sound").rglob("*.mp4")
    content = file.read_bytes()
    return content[len(content) // 2 :][:200]


@pytest.mark.long
def test_after_a_visit_no_word_and_no_sound_is_in_the_browsers_profile(
    home: Path, tmp_path: Path, sound: bytes
) -> None:
    profile = tmp_path / "profile"
    rows = json.loads(afterthought("list", "--json").out)
    kept = next(row["id"] for row in rows if row["how"] == "file")
    with dashboard(home) as (_, url), phone(profile) as driven:
        driven.open_tab(own=False)
        driven.go(url)
        driven.until(f"document.body.innerText.includes({MARKER!r})")
        driven.go(f"{url}/moment/{kept}")
        driven.until("document.querySelector('.play')")
        before = driven.see(SOUNDS)
        played = driven.see(
            f"fetch('/sound/{kept}').then(a => a.arrayBuffer()).then(b => b.byteLength)"
        )
        driven.tap(".play")
        driven.until("document.querySelector('audio').currentTime > 0")
        driven.go(url)
        driven.open_tab(own=False)

    assert before == 0, "sound was fetched before it was to be heard"
    assert played > 1_000
    files = {path: as_written(path.read_bytes()) for path in profile.rglob("*") if path.is_file()}
    assert any(STYLE in content for content in files.values()), "this browser kept nothing at all"
    forms = (MARKER.encode(), MARKER.encode("utf-16-le"), b"pill box", sound)
    assert [
        str(path) for path, content in files.items() if any(form in content for form in forms)
    ] == []
