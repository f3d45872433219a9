"""The archive: journal, belongings and views, and the sound beside them.

`port.py` and `passage_port.py` say what others may ask; only `sqlite/` says sqlite3 or
aiosqlite. `docs/journal-format.md` is the agreement.
"""
