-- Version 14: an ending of a client's job grants may leave out those of one user.
ALTER TABLE endings ADD COLUMN except_user TEXT;
