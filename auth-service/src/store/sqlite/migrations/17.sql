-- Version 17: indexes for look-ups by the beginning of a name and by the id of a request. The key of a name is compared
-- without the case of A to Z.
CREATE INDEX users_by_name ON users (full_name COLLATE NOCASE);
CREATE INDEX clients_by_name ON clients (name COLLATE NOCASE);
CREATE INDEX audit_by_request ON audit (request_id, id);
CREATE INDEX audit_by_client_request ON audit (client_request_id, id);
