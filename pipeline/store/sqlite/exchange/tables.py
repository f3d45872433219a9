"""The tables that sync has beside the journal. They are no views: `rebuild` leaves them.

`signature` may be lost and is made anew by whoever signs; `discounted` says which stored events
do not count here, and every fold leaves them out.
"""

COLUMNS = (
    "origin, seq, lamport, at_ms, author, kind, version, subject, payload, previous_hash, hash"
)

OF_PEERS = "kind IN ('peer_added', 'peer_removed')"
FORGETS = "kind = 'moment_forgotten'"
"""A query that says either in these words is answered by index."""

COUNTS = (
    "NOT EXISTS (SELECT 1 FROM discounted "
    "WHERE (discounted.origin, discounted.seq) = (event.origin, event.seq))"
)
"""Of a row of `event`: true where it counts here."""

SYNC = f"""
CREATE TABLE line (
    origin TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    is_writer INTEGER NOT NULL CHECK (is_writer IN (0, 1))
) STRICT;
CREATE TABLE signature (
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    signature BLOB NOT NULL,
    is_writer INTEGER NOT NULL CHECK (is_writer IN (0, 1)),
    PRIMARY KEY (origin, seq)
) STRICT;
CREATE TABLE early_forget (
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
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
CREATE INDEX early_forget_by_subject ON early_forget (subject);
CREATE TABLE discounted (
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('elsewhere', 'no_right', 'waits', 'refused', 'removed')),
    PRIMARY KEY (origin, seq)
) STRICT;
CREATE TABLE waiting_forget (
    subject TEXT NOT NULL,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (subject, origin, seq)
) STRICT;
CREATE TABLE wanted_belonging (id TEXT PRIMARY KEY, origin TEXT NOT NULL, seq INTEGER NOT NULL)
STRICT;
CREATE TABLE wanted_sound (
    sha256 TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    lamport INTEGER NOT NULL
) STRICT;
CREATE INDEX wanted_sound_by_rank ON wanted_sound (rank, lamport DESC);
CREATE TABLE sound_copy (sha256 TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (sha256, key))
STRICT;
CREATE INDEX event_of_peers ON event (subject) WHERE {OF_PEERS};
CREATE INDEX event_forgetting ON event (origin, seq) WHERE {FORGETS};
CREATE VIEW counted_event AS
    SELECT {COLUMNS} FROM event WHERE NOT EXISTS (
        SELECT 1 FROM discounted
        WHERE (discounted.origin, discounted.seq) = (event.origin, event.seq)
    )
    UNION ALL
    SELECT {COLUMNS} FROM early_forget WHERE NOT EXISTS (
        SELECT 1 FROM discounted
        WHERE (discounted.origin, discounted.seq) = (early_forget.origin, early_forget.seq)
    );
"""

OBEYED = """
CREATE TABLE obeyed_forgets (key TEXT NOT NULL, at_ms INTEGER, moments INTEGER NOT NULL) STRICT;
"""
"""How many moments went by whose word, and when: small pieces add up to what needs consent."""

AWAY = """
CREATE TABLE sound_away (
    sha256 TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    since_ms INTEGER,
    is_lost INTEGER NOT NULL CHECK (is_lost IN (0, 1))
) STRICT;
CREATE INDEX sound_away_by_key ON sound_away (key, sha256);
CREATE INDEX sound_away_lost ON sound_away (sha256) WHERE is_lost = 1;
CREATE TABLE sound_promised (sha256 TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (sha256, key))
STRICT;
"""
"""Sound that has left to a peer, which keeps it; and sound that this install keeps for one."""
