"""What of the settings a running worker takes up without a restart: `[hearing]`."""

from dataclasses import replace
from pathlib import Path

from core.errors import SettingsWrong
from core.log import get_log
from core.settings import Settings
from core.settings_file import FILE_NAME, load

_State = tuple[int, int, int] | None


class SettingsNow:
    """The settings that a process began with, their `hearing` as the file has it now."""

    def __init__(self, home: Path, begun_with: Settings) -> None:
        self._home = home
        self._settings = begun_with
        self._seen = self._state()

    def __call__(self) -> Settings:
        """Reads the file where it changed. While it is wrong, what was there before stays."""
        state = self._state()
        if state != self._seen:
            self._seen = state
            try:
                self._settings = replace(self._settings, hearing=load(self._home).hearing)
            except SettingsWrong as error:
                get_log().warning("settings_not_taken_up", reason=error.code)
        return self._settings

    def _state(self) -> _State:
        try:
            told = (self._home / FILE_NAME).stat()
        except OSError:
            return None
        return told.st_ino, told.st_size, told.st_mtime_ns
