-- Keys rise and are never used again (AUTOINCREMENT): public ids are minted from them.
-- Bodies stand last in their rows, so that a scan over the head of the rows leaves their overflow pages alone.

CREATE TABLE message (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    direction  INTEGER NOT NULL, -- 0 outgoing, 1 incoming
    state      INTEGER NOT NULL, -- 0 accepted, 1 sent, 2 failed, 3 delivered, 4 read
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER,          -- when the state last rose
    line       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    wa_id      TEXT NOT NULL,
    network_id TEXT,
    opaque     TEXT
) STRICT;
-- Partial: accepting a message, whose network id is not known yet, does not touch it.
CREATE UNIQUE INDEX message_network_id ON message (line, network_id) WHERE network_id IS NOT NULL;

CREATE TABLE outbox (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    message     INTEGER NOT NULL,
    claimed_by  INTEGER,         -- the token of the owner that is sending it; NULL: queued
    attempts    INTEGER NOT NULL,
    due_ms      INTEGER NOT NULL,
    accepted_ms INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    line        TEXT NOT NULL,
    lane        TEXT NOT NULL,
    body        BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_line ON outbox (line);
CREATE INDEX outbox_message ON outbox (message);

CREATE TABLE inbox (
    key          INTEGER PRIMARY KEY AUTOINCREMENT,
    attempts     INTEGER NOT NULL,
    due_ms       INTEGER NOT NULL,
    event_time_s INTEGER NOT NULL,
    received_ms  INTEGER NOT NULL,
    slot         INTEGER NOT NULL,
    line         TEXT NOT NULL,
    lane         TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE INDEX inbox_line ON inbox (line);

CREATE TABLE callback (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    attempts   INTEGER NOT NULL,
    due_ms     INTEGER NOT NULL,
    set_aside  INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    slot       INTEGER NOT NULL,
    line       TEXT NOT NULL,
    lane       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    body       BLOB NOT NULL
) STRICT;
CREATE INDEX callback_line ON callback (line);

CREATE TABLE stray (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms     INTEGER NOT NULL,
    phone_number_id TEXT NOT NULL,
    body            BLOB NOT NULL
) STRICT;

CREATE TABLE seen (
    line  TEXT NOT NULL,
    id    TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (line, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at_ms);

CREATE TABLE record (
    line  TEXT NOT NULL,
    kind  TEXT NOT NULL,
    name  TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (line, kind, name)
) STRICT;

CREATE TABLE lease (
    line  TEXT NOT NULL,
    slot  INTEGER NOT NULL,
    token INTEGER NOT NULL,
    node  TEXT NOT NULL,
    PRIMARY KEY (line, slot)
) STRICT, WITHOUT ROWID;
