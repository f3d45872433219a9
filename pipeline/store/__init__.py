"""The archive: journal, belongings and views in one SQLite file, and the sound beside it.

The only folder that says sqlite3 or aiosqlite. `docs/journal-format.md` is its agreement.
"""
