-- Version 3: roles that were made or changed, the audit log.
CREATE TABLE roles (
    name   TEXT PRIMARY KEY,
    scopes TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id          TEXT PRIMARY KEY,
    at          INTEGER NOT NULL,
    action      TEXT NOT NULL,
    actor       TEXT,
    client_id   TEXT,
    target_kind TEXT,
    target      TEXT,
    address     TEXT,
    request_id  TEXT,
    succeeded   INTEGER NOT NULL,
    detail      TEXT,
    purge_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_target ON audit (target, id);
CREATE INDEX audit_by_purge ON audit (purge_at) WHERE purge_at IS NOT NULL;
