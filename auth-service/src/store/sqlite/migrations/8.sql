-- Version 8: how often a used refresh token is presented within its grace decides nothing and is not counted.
ALTER TABLE sessions DROP COLUMN reuses;
