-- Version 13: the key ring as the audit log last recorded it.
CREATE TABLE key_ring (
    kid   TEXT PRIMARY KEY,
    signs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
