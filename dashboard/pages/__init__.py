"""The pages, one file each. A handler asks the context, and gives a template what to show."""

from . import acts, day, demo, home, live, moment, note, pairing, press, search, sound, static

_MODULES = (home, press, search, moment, acts, sound, note, day, live, demo, pairing, static)

PAGES = tuple(each.page for each in _MODULES)
