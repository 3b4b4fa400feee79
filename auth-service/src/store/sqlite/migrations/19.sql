-- Version 19: projects, teams, who is in them, and the log of it that others follow.
CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX projects_by_maker ON projects (created_by, state);

CREATE TABLE members (
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    member TEXT NOT NULL,
    role TEXT NOT NULL,
    managed_by TEXT NOT NULL,
    expires_at INTEGER,
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (project, kind, member)
) WITHOUT ROWID;
CREATE INDEX members_by_role ON members (project, role);
CREATE INDEX members_by_member ON members (member, kind, project);

CREATE TABLE teams (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE team_members (
    team TEXT NOT NULL,
    user TEXT NOT NULL,
    manages INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (team, user)
) WITHOUT ROWID;
CREATE INDEX team_members_by_user ON team_members (user, team);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    project TEXT NOT NULL,
    role TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX invitations_by_project ON invitations (project);

-- Raised by what decisions about projects depend on.
ALTER TABLE users ADD COLUMN project_version INTEGER NOT NULL DEFAULT 0;

-- Places are never used twice.
CREATE TABLE membership_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    fact TEXT NOT NULL,
    purge_at INTEGER NOT NULL
);
CREATE INDEX membership_log_by_purge ON membership_log (purge_at);
