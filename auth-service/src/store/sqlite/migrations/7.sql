-- Version 7: what a caller named its request.
ALTER TABLE audit ADD COLUMN client_request_id TEXT;
