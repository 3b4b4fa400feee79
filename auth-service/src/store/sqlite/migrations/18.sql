-- Version 18: names are found by a key, which the program fills in.
ALTER TABLE users ADD COLUMN name_key TEXT;
ALTER TABLE clients ADD COLUMN name_key TEXT;
DROP INDEX users_by_name;
DROP INDEX clients_by_name;
CREATE INDEX users_by_name ON users (name_key);
CREATE INDEX clients_by_name ON clients (name_key);
