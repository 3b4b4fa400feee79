-- Version 1: users and sessions. Times are milliseconds since the Unix epoch.
CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,
    full_name     TEXT,
    roles         TEXT NOT NULL,
    disabled      INTEGER NOT NULL,
    password_hash TEXT NOT NULL,
    token_version INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id                  TEXT PRIMARY KEY,
    user_id             TEXT NOT NULL,
    client_id           TEXT NOT NULL,
    scope               TEXT,
    token_version       INTEGER NOT NULL,
    session_hash        BLOB NOT NULL,
    current             BLOB NOT NULL,
    previous            BLOB,
    previous_at         INTEGER,
    reuses              INTEGER,
    sealed              BLOB,
    generation          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    ended               TEXT,
    device              TEXT,
    address             TEXT,
    created_at          INTEGER NOT NULL,
    last_used_at        INTEGER NOT NULL,
    idle_expires_at     INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    purge_at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_purge ON sessions (purge_at);
