-- Version 6: job grants end with the key or service through which they were made.
ALTER TABLE sessions ADD COLUMN through TEXT;
CREATE INDEX sessions_by_through ON sessions (through) WHERE through IS NOT NULL;
