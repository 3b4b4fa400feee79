-- Version 11: job grants end with the client that acts in them, too.
CREATE INDEX sessions_by_actor ON sessions (actor) WHERE actor IS NOT NULL;
