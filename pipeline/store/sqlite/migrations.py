"""The schema, as an append-only list. A migration's place in the list is its number.

Never edit one that has been released; add the next. Each runs in one
transaction together with its own record (`PRAGMA user_version`).
"""

from .exchange.tables import AWAY, OBEYED, SYNC
from .own.tables import FOLDED_KINDS, OWN_VECTORS, WORK, WORK_TOLD

APPLICATION_ID = 0x41465431
"""`AFT1`: lets `file` and us tell an archive from any other SQLite file."""

_JOURNAL = """
CREATE TABLE event (
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    lamport INTEGER NOT NULL,
    at_ms INTEGER,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (origin, seq)
) STRICT;
CREATE INDEX event_by_subject ON event (subject, lamport);
CREATE INDEX event_by_lamport ON event (lamport, origin, seq);

CREATE TABLE belonging (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    salt BLOB NOT NULL,
    content BLOB NOT NULL,
    FOREIGN KEY (origin, seq) REFERENCES event (origin, seq)
) STRICT;
CREATE INDEX belonging_by_subject ON belonging (subject);

CREATE TABLE install (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    origin TEXT NOT NULL,
    salt BLOB NOT NULL,
    machine BLOB NOT NULL
) STRICT;

CREATE TABLE scrub_due (
    only INTEGER PRIMARY KEY CHECK (only = 1)
) STRICT;
"""

# The views. Rowids are not part of them; `passage` needs one only because FTS5 does.
_VIEWS = """
CREATE TABLE tombstone (
    subject TEXT PRIMARY KEY
) STRICT;

CREATE TABLE moment (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('visible', 'hidden')),
    how TEXT NOT NULL,
    reasons TEXT NOT NULL,
    at_ms INTEGER,
    utc_offset_min INTEGER,
    boot TEXT,
    boottime_ms INTEGER,
    kept_lamport INTEGER NOT NULL,
    kept_origin TEXT NOT NULL,
    kept_seq INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    duration_ms INTEGER,
    words TEXT NOT NULL CHECK (words IN ('awaited', 'words', 'no_words', 'failed', 'typed')),
    text TEXT NOT NULL,
    transcript TEXT,
    sound TEXT,
    speaker TEXT,
    source TEXT,
    ref TEXT,
    line INTEGER
) STRICT;
CREATE INDEX moment_by_time ON moment (at_ms, kept_lamport, kept_origin, kept_seq);
CREATE INDEX moment_by_reference ON moment (source, ref, line);
CREATE INDEX moment_by_sound ON moment (sound);

CREATE TABLE passage (
    rowid INTEGER PRIMARY KEY,
    moment TEXT NOT NULL,
    position INTEGER NOT NULL,
    start_ms INTEGER,
    end_ms INTEGER,
    speaker TEXT NOT NULL,
    date_words TEXT NOT NULL,
    text TEXT NOT NULL,
    vector BLOB,
    UNIQUE (moment, position)
) STRICT;

CREATE VIRTUAL TABLE passage_words USING fts5 (
    speaker, date_words, text,
    content = 'passage', content_rowid = 'rowid',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN
    INSERT INTO passage_words (rowid, speaker, date_words, text)
    VALUES (new.rowid, new.speaker, new.date_words, new.text);
END;
CREATE TRIGGER passage_removed AFTER DELETE ON passage BEGIN
    INSERT INTO passage_words (passage_words, rowid, speaker, date_words, text)
    VALUES ('delete', old.rowid, old.speaker, old.date_words, old.text);
END;
"""

# `moment_by_boot` is for what a correction of a boot changes, and for the order of its boots.
_INTERVALS = """
CREATE TABLE interval (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('gap', 'pause')),
    state TEXT NOT NULL CHECK (state IN ('on', 'over')),
    at_ms INTEGER,
    utc_offset_min INTEGER,
    boot TEXT,
    boottime_ms INTEGER,
    end_ms INTEGER,
    end_boot TEXT,
    duration_ms INTEGER,
    uncertain_ms INTEGER,
    estimated INTEGER NOT NULL CHECK (estimated IN (0, 1)),
    reason TEXT NOT NULL,
    noted_lamport INTEGER NOT NULL,
    noted_origin TEXT NOT NULL,
    noted_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX interval_by_boot ON interval (boot);
CREATE INDEX interval_by_end_boot ON interval (end_boot);
CREATE INDEX moment_by_boot ON moment (boot, kept_lamport);
"""

# Whatever changes a moment writes its row anew, and its passages with it (`rows.refold`). The
# number that only chance gives a line tells this archive from one that was put in its place.
_CHANGES = """
CREATE TABLE moment_change (
    change INTEGER PRIMARY KEY,
    moment TEXT NOT NULL,
    nonce INTEGER NOT NULL
) STRICT;
INSERT INTO moment_change (moment, nonce) VALUES ('', random());
CREATE TRIGGER moment_added AFTER INSERT ON moment BEGIN
    INSERT INTO moment_change (moment, nonce) VALUES (new.id, random());
    DELETE FROM moment_change WHERE change <= (SELECT max(change) FROM moment_change) - 4096;
END;
CREATE TRIGGER moment_removed AFTER DELETE ON moment BEGIN
    INSERT INTO moment_change (moment, nonce) VALUES (old.id, random());
    DELETE FROM moment_change WHERE change <= (SELECT max(change) FROM moment_change) - 4096;
END;
"""

# A belonging that was altered need not be JSON, and must not stop the archive from opening.
SOUND_HASH = """CASE WHEN json_valid(CAST(content AS TEXT))
    THEN json_extract(CAST(content AS TEXT), '$.sha256') END"""
"""The hash in the content of a sound; a query that says it in these words is answered by index."""

_SOUNDS = f"CREATE INDEX belonging_by_sound ON belonging ({SOUND_HASH}) WHERE kind = 'sound';"

# Of what has no ref, a line that is imported again is looked for by its length first.
_FOLDERS = """
ALTER TABLE moment ADD COLUMN folder TEXT;
CREATE INDEX moment_by_length ON moment (source, length(text))
WHERE ref IS NULL AND how = 'imported';
"""

# A payload that was altered need not be JSON, and must not stop the archive from opening.
EVENT_ACT = "CASE WHEN json_valid(payload) THEN json_extract(payload, '$.act') END"
"""The act id of an event; a query that says it in these words is answered by index."""

_ACTS = f"""
CREATE INDEX event_by_act ON event ({EVENT_ACT}, lamport) WHERE {EVENT_ACT} IS NOT NULL;
"""

# The words are cut and folded before they come here (`core.text.words.index_text`), so the
# tokenizer parts them at spaces only: what SQLite knows of scripts and emoji is older than they.
# The index holds what it was given, so that a word is taken out as it was put in, whatever the
# folding has become meanwhile.
_WORDS = """
DROP TRIGGER passage_added;
DROP TRIGGER passage_removed;
DROP TABLE passage_words;
CREATE VIRTUAL TABLE passage_words USING fts5 (
    speaker, date_words, text, tokenize = 'porter ascii'
);
CREATE TRIGGER passage_removed AFTER DELETE ON passage BEGIN
    DELETE FROM passage_words WHERE rowid = old.rowid;
END;
"""
# Sound to be erased at once: what a forget named, and what has not been named yet. Other sound
# that nothing names is only set aside.
_SOUND_DUE = "CREATE TABLE sound_due (sha256 TEXT PRIMARY KEY) STRICT;"

_ABOUT = """
ALTER TABLE moment ADD COLUMN about TEXT;
CREATE INDEX moment_by_about ON moment (about) WHERE about IS NOT NULL;
"""

_LANGUAGES = """
ALTER TABLE moment ADD COLUMN language TEXT;
ALTER TABLE moment ADD COLUMN other_language TEXT;
"""

# The name stands in the first line of the embedding, which need not be JSON where it was altered.
_HEAD = "CAST(substr(content, 1, instr(content, x'0a') - 1) AS TEXT)"
_EMBEDDER = f"""
ALTER TABLE passage ADD COLUMN embedder TEXT;
UPDATE passage SET embedder = (
    SELECT CASE WHEN json_valid({_HEAD}) THEN json_extract({_HEAD}, '$.model') END
    FROM belonging WHERE subject = passage.moment AND kind = 'embedding' ORDER BY seq DESC LIMIT 1
) WHERE vector IS NOT NULL;
CREATE INDEX passage_by_embedder ON passage (embedder, moment);
"""

_HEARD_AS = "ALTER TABLE passage ADD COLUMN heard_as TEXT NOT NULL DEFAULT '';"

_VOICES = """
ALTER TABLE moment ADD COLUMN turns TEXT;
ALTER TABLE moment ADD COLUMN voices TEXT;
"""

# A check cannot be changed, so the table is made anew.
_PASSED = """
ALTER TABLE interval RENAME TO interval_before;
CREATE TABLE interval (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('gap', 'pause', 'passed')),
    state TEXT NOT NULL CHECK (state IN ('on', 'over')),
    at_ms INTEGER,
    utc_offset_min INTEGER,
    boot TEXT,
    boottime_ms INTEGER,
    end_ms INTEGER,
    end_boot TEXT,
    duration_ms INTEGER,
    uncertain_ms INTEGER,
    estimated INTEGER NOT NULL CHECK (estimated IN (0, 1)),
    reason TEXT NOT NULL,
    noted_lamport INTEGER NOT NULL,
    noted_origin TEXT NOT NULL,
    noted_seq INTEGER NOT NULL,
    passed TEXT
) STRICT;
INSERT INTO interval SELECT
    id, kind, state, at_ms, utc_offset_min, boot, boottime_ms, end_ms, end_boot, duration_ms,
    uncertain_ms, estimated, reason, noted_lamport, noted_origin, noted_seq, NULL
FROM interval_before;
DROP TABLE interval_before;
CREATE INDEX interval_by_boot ON interval (boot);
CREATE INDEX interval_by_end_boot ON interval (end_boot);
"""

LESSONS = "kind IN ('selection_reset', 'selection_taught')"
"""The answers to selection; a query that says it in these words is answered by index."""

_LESSONS = f"CREATE INDEX event_of_selection ON event (subject) WHERE {LESSONS};"

MIGRATIONS: tuple[str, ...] = (
    _JOURNAL + _VIEWS,
    _INTERVALS,
    _CHANGES,
    _SOUNDS,
    _FOLDERS,
    _ACTS,
    _WORDS,
    _SOUND_DUE,
    _ABOUT,
    _LANGUAGES,
    _EMBEDDER,
    _HEARD_AS,
    _VOICES,
    _PASSED,
    _LESSONS,
    SYNC,
    OWN_VECTORS,
    OBEYED,
    AWAY,
    FOLDED_KINDS,
    WORK,
    WORK_TOLD,
)

REINDEXED_BY = frozenset({7})
"""The numbers of those after which the keyword index is filled anew, in the same transaction."""
