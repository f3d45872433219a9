"""The pages, one file each. A handler asks the context, and gives a template what to show."""

from . import day, demo, home, live, moment, note, press, search, sound, static

PAGES = tuple(
    each.page for each in (home, press, search, moment, sound, note, day, live, demo, static)
)
