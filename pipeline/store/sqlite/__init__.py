"""The archive in one SQLite file. The only folder that says sqlite3 or aiosqlite."""
