-- Version 15: which key it is that the audit log recorded under a kid.
ALTER TABLE key_ring ADD COLUMN fingerprint TEXT;
