-- Version 10: API keys are suspended by the version that their user has.
ALTER TABLE users ADD COLUMN keys_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN keys_version INTEGER NOT NULL DEFAULT 0;
