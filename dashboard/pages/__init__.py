"""The pages, one file each. A handler asks the context, and gives a template what to show."""

from . import (
    acts,
    authority,
    day,
    demo,
    forgetting,
    home,
    listening,
    live,
    machines,
    moment,
    note,
    pairing,
    phones,
    press,
    search,
    sound,
    static,
)

_OF_MOMENTS = (home, press, search, moment, forgetting, acts, sound, note, day, live, demo)

_OF_OTHERS = (machines, listening, pairing, phones, authority)

PAGES = tuple(each.page for each in (*_OF_MOMENTS, *_OF_OTHERS, static))
