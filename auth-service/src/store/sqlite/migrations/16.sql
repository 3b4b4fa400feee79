-- Version 16: the not_before of the last revocation of a role, in the row 'roles'.
CREATE TABLE counters (
    id         TEXT PRIMARY KEY,
    not_before INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (id, not_before) VALUES ('roles', 0);
