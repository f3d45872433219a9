"""A phone to test with: Debian's Chromium without a screen, driven over its DevTools pipe.

A pipe and a hundred lines, rather than a library: the ones there are bring a browser or a
Node of their own, 50 MB and more, and speak the same few commands.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE_S

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --mute-audio "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage --disable-extensions --hide-scrollbars --remote-debugging-pipe "
    # Two pages that a window loads for its address bar, which nobody sees here: they cost more
    # processor time than a page of ours, again for each tab.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup"
).split()
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
PHONE: Mapping[str, Any] = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


def chromium() -> str | None:
    """The browser of this machine, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Phone:
    """One tab, as wide as a phone."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self._beside: str | None = None
        self._context: str | None = None
        self.errors: list[str] = []
        """Errors of the page's script, and refusals of the page's policy."""

    def open_tab(
        self, *, script: bool = True, dark: bool = False, calm: bool = False, own: bool = True
    ) -> None:
        """A new tab with nothing in it; the one before is closed.

        In a profile of its `own`, of which a browser writes nothing down, or in the one that it
        keeps.
        """
        self._session = None
        if self._context:
            self._do("Target.disposeBrowserContext", browserContextId=self._context)
        self.errors.clear()
        self._context = self._do("Target.createBrowserContext")["browserContextId"] if own else None
        within = {"browserContextId": self._context} if self._context else {}
        target = self._do("Target.createTarget", url="about:blank", **within)
        self._attach(target["targetId"])
        self._do("Emulation.setScriptExecutionDisabled", value=not script)
        self.look(dark=dark, calm=calm)

    def open_beside(self) -> None:
        """A second tab of the same profile, in a window of its own; `turn` goes to the other."""
        first, within = self._session, {"browserContextId": self._context} if self._context else {}
        self._session = None
        target = self._do("Target.createTarget", url="about:blank", newWindow=True, **within)
        self._attach(target["targetId"])
        self._beside = first
        self.look()

    def turn(self) -> None:
        """From here on, the other tab."""
        self._session, self._beside = self._beside, self._session

    def _attach(self, target: str) -> None:
        attached = self._do("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._do(f"{domain}.enable")
        self._do("Emulation.setTouchEmulationEnabled", enabled=True)

    def look(
        self, *, dark: bool = False, calm: bool = False, size: Mapping[str, Any] = PHONE
    ) -> None:
        """Let the tab be of this size, and what the wearer has chosen for all pages."""
        self._do("Emulation.setDeviceMetricsOverride", **size)
        features = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if calm else "no-preference",
        }
        listed = [{"name": name, "value": value} for name, value in features.items()]
        self._do("Emulation.setEmulatedMedia", features=listed)

    def bring(self, script: str) -> None:
        """Run this script in every page from now on, before the page's own."""
        self._do("Page.addScriptToEvaluateOnNewDocument", source=script)

    def go(self, url: str) -> None:
        self._do("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def accept_certificates(self) -> None:
        """Go on past the warning, as somebody does who taps it away."""
        self._do("Security.setIgnoreCertificateErrors", ignore=True)

    def bring_cookie(self, url: str, name: str, value: str) -> None:
        """Have it for this site, as one that was given there."""
        done = self._do("Network.setCookie", url=url, name=name, value=value, secure=True, path="/")
        assert done["success"]

    def see(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; of a promise, once it is kept."""
        answer = self._do(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise AssertionError(json.dumps(answer["exceptionDetails"])[:800])
        return answer["result"].get("value")

    def until(self, expression: str, patience_s: float = PATIENCE_S) -> Any:
        """The value of the expression, once the page is read to its end and that is something.

        A new page has its address before it has its elements: whoever waits for the one and then
        looks at the other would see a page without them.
        """
        ends = time.monotonic() + patience_s
        while time.monotonic() < ends:
            with contextlib.suppress(AssertionError):  # in between two pages
                found = self.see(f"document.readyState === 'loading' ? null : ({expression})")
                if found not in (None, False, "", 0):  # an element comes as an empty object
                    return found
            time.sleep(0.05)
        text = self.see("document.body.innerText.slice(0, 1500)")
        raise AssertionError(f"never: {expression}; the page reads: {text}; {self.errors}")

    def text(self, selector: str) -> str:
        return str(self.until(f"document.querySelector({selector!r})?.innerText"))

    def tap(self, selector: str, *, hold_s: float = 0.0) -> None:
        """Put a finger on the middle of the element."""
        script = (
            f"(() => {{ const e = document.querySelector({selector!r});"
            "if (e === null) return null;"
            "e.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const r = e.getBoundingClientRect();"
            "return [r.x + r.width / 2, r.y + r.height / 2] })()"
        )
        x, y = self.until(script)  # in one look: a page may be on its way out
        point = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self._do("Input.dispatchMouseEvent", type="mousePressed", **point)
        time.sleep(hold_s)
        self._do("Input.dispatchMouseEvent", type="mouseReleased", **point)

    def type(self, selector: str, text: str) -> None:
        self.tap(selector)
        self.see(f"document.querySelector({selector!r}).focus()")
        self._do("Input.insertText", text=text)

    def key(self, letter: str) -> None:
        """Press the key of this letter, wherever the focus is."""
        self._do("Input.dispatchKeyEvent", type="keyDown", key=letter, text=letter)
        self._do("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def bring_headers(self, **headers: str) -> None:
        """Send these with every request, in place of its own; `_` stands for a hyphen."""
        self._do("Network.enable")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._do("Network.setExtraHTTPHeaders", headers=named)

    def enter(self) -> None:
        for kind in ("keyDown", "keyUp"):
            key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
            self._do("Input.dispatchKeyEvent", type=kind, **key)

    def cookies(self) -> list[str]:
        """The names of those that it has for this page."""
        return [each["name"] for each in self._do("Network.getCookies")["cookies"]]

    def downloads_to(self, folder: Path) -> None:
        """What this tab downloads is put there, by the name that the page gave it."""
        within = {"browserContextId": self._context} if self._context else {}
        allowed = {"behavior": "allow", "downloadPath": str(folder)}
        self._do("Browser.setDownloadBehavior", **allowed, **within)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write a PNG of the screen."""
        shot = self._do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        with contextlib.suppress(OSError, AssertionError):
            self._session = None
            self._do("Browser.close")

    def _do(self, method: str, **params: Any) -> dict[str, Any]:
        number = self._send(method, **params)
        while True:
            message = self._next()
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    def _send(self, method: str, **params: Any) -> int:
        self._number += 1
        request: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._out, json.dumps(request).encode() + b"\0")
        return self._number

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._in], [], [], PATIENCE_S)[0], "the browser says nothing"
            read = os.read(self._in, 1 << 20)
            assert read, "the browser is gone"
            self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(params["exceptionDetails"])[:400])
        if message.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"] + " " + params["entry"].get("url", ""))
        if message.get("method") == "Page.javascriptDialogOpening":
            self.errors.append(f"a dialog: {params['message']}")
            self._send("Page.handleJavaScriptDialog", accept=True)  # or nothing else is answered


@contextlib.contextmanager
def phone(profile: Path, *, on: Sequence[str] = (), names: str = NOWHERE_ELSE) -> Iterator[Phone]:
    """A browser with its files in `profile`, ended at the end.

    `on` is the beginning of a command line that starts it on another host, `names` how it finds
    hosts. What it trusts lies in `profile`, too, and nowhere else.
    """
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    # DevTools reads from descriptor 3 and writes to 4.
    wired = f'exec "$@" 3<&{to_browser} 4>&{to_us}'
    program = [*on, chromium() or "chromium", f"--user-data-dir={profile}"]
    browser = subprocess.Popen(
        ["bash", "-c", wired, "-", *program, *FLAGS, names, "about:blank"],
        env={**os.environ, "HOME": str(profile)},
        pass_fds=(to_browser, to_us),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(to_us)
    driven = Phone(from_us, from_browser)
    try:
        yield driven
    finally:
        driven.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            browser.wait(5)
        browser.kill()
        browser.wait()
        os.close(from_us)
        os.close(from_browser)
