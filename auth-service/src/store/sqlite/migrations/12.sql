-- Version 12: attempts that are not settled yet.
ALTER TABLE attempts ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
