"""The pages, one file each. A handler asks the context, and gives a template what to show."""

from . import acts, day, demo, home, live, moment, note, press, search, sound, static

PAGES = tuple(
    each.page for each in (home, press, search, moment, acts, sound, note, day, live, demo, static)
)
