-- Version 9: sessions that are still to be ended, and the live ones of a user in the order they were opened.
CREATE TABLE endings (
    id            TEXT PRIMARY KEY,
    user_id       TEXT,
    token_version INTEGER,
    client        TEXT,
    reason        TEXT,
    revokes       INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_live ON sessions (user_id, id) WHERE ended IS NULL;
