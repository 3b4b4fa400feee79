-- Version 4: clients, API keys among them.
CREATE TABLE clients (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    owner        TEXT,
    scopes       TEXT NOT NULL,
    grants       TEXT NOT NULL,
    secrets      TEXT NOT NULL,
    disabled     INTEGER NOT NULL,
    not_before   INTEGER NOT NULL,
    expires_at   INTEGER,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    version      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX clients_by_owner ON clients (owner, id);
