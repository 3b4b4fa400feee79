-- Version 2: forced password changes, job grants, cut-offs.
ALTER TABLE users ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN calculation TEXT;
ALTER TABLE sessions ADD COLUMN actor TEXT;
CREATE INDEX sessions_by_calculation ON sessions (calculation) WHERE calculation IS NOT NULL;

-- AUTOINCREMENT: a place in the feed is never given twice, not even after its entry was removed.
CREATE TABLE cutoffs (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX cutoffs_by_value ON cutoffs (value);
CREATE INDEX cutoffs_by_expiry ON cutoffs (expires_at);
