"""The tables of what this install keeps for itself. They are no views: `rebuild` leaves them."""

OWN_VECTORS = """
CREATE TABLE own_vectors (moment TEXT PRIMARY KEY, transcript TEXT NOT NULL, content BLOB NOT NULL)
STRICT;
"""

FOLDED_KINDS = """
CREATE TABLE folded_kind (kind TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, version))
STRICT;
INSERT INTO folded_kind VALUES
    ('act_undone', 1), ('clip_revised', 1), ('clock_stepped', 1), ('gap_found', 1),
    ('moment_embedded', 1), ('moment_forgotten', 1), ('moment_hidden', 1), ('moment_kept', 1),
    ('moment_refined', 1), ('moment_restored', 1), ('moment_transcribed', 1), ('origin_began', 1),
    ('passed_over', 1), ('pause_began', 1), ('pause_ended', 1), ('peer_added', 1),
    ('peer_removed', 1), ('selection_reset', 1), ('selection_taught', 1), ('voice_enrolled', 1),
    ('voice_named', 1);
"""
"""The kinds of events that are in the views; those above were known when this table came."""

WITHOUT_WORDS = "words IN ('awaited', 'failed')"
"""Of a moment; a query that says it in these words is answered by index."""

WORK = f"""
CREATE TABLE lease (
    moment TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    boot TEXT NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE job (
    moment TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('words', 'better')),
    model TEXT
) STRICT;
CREATE TABLE peer_head (
    key TEXT NOT NULL,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (key, origin)
) STRICT;
CREATE INDEX moment_without_words ON moment (kept_lamport) WHERE {WITHOUT_WORDS};
"""


def _told(name: str, when: str, table: str, row: str) -> str:
    return (
        f"CREATE TRIGGER {name} AFTER {when} ON {table} BEGIN "
        "INSERT INTO moment_change (moment, nonce) "
        f"SELECT id, random() FROM moment WHERE id = {row}.moment; END;"
    )


WORK_TOLD = "\n".join(
    (
        _told("lease_begun", "INSERT", "lease", "new"),
        _told("lease_ended", "DELETE", "lease", "old"),
        _told("job_begun", "INSERT", "job", "new"),
        _told("job_ended", "DELETE", "job", "old"),
    )
)
"""Whoever shows a moment looks again once its words are somebody's work, or no more."""
