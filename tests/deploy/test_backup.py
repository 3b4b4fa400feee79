"""deploy/backup.md, done: a backup of a system that is written to, and what a restored one has of it and lacks."""
import shutil
import subprocess

import pytest
from account import CALCULATIONS, Writers, check
from mongods import Mongod, copy_while_it_runs
from system import COOKIE, System

DATABASES = ("tessera_auth", "tessera_resource")
OK, UNAUTHORIZED, NOT_FOUND = 200, 401, 404


class MemberCopy:
    """A copy of a member's data folder, made while the set works."""

    def back_up(self, members, folder):
        copy_while_it_runs(members[-1], folder / "data")

    def restore(self, folder):
        members = [Mongod(folder / "data"), Mongod(folder / "second")]
        members[0].take_over()
        members[0].add(members[1])
        return members


class Dump:
    """An archive of mongodump, restored into a new set."""

    def back_up(self, members, folder):
        self.run("mongodump", f"--uri={members[0].url()}", "--oplog", f"--archive={folder}/archive")

    def restore(self, folder):
        member = Mongod(folder / "data")
        member.initiate()
        self.run("mongorestore", f"--uri={member.url()}", "--oplogReplay", f"--archive={folder}/archive")
        return [member]

    @staticmethod
    def run(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr


WAYS = {"member": MemberCopy()} | ({"mongodump": Dump()} if shutil.which("mongodump") else {})


class Story:
    """Who and what there is before the backup, and what happens to each of them after it."""

    def __init__(self, system):
        self.system = system
        self.leaver, self.user = system.sign_up("leaver@example.org"), system.sign_up("user@example.org")
        self.token, self.idle = system.log_in("user@example.org")
        self.refreshed, self.ended = (system.log_in("user@example.org")[1] for _ in range(2))
        self.position = next(line.removeprefix("id: ") for line in system.changes(self.token) if line.startswith("id: "))
        self.kept, self.purged = self.calculation(), self.calculation()

    def calculation(self):
        body = {"name": "a", "code": {"name": "vasp"}, "status": "finished", "parameters": {"revision": 1}}
        return self.system.ask("POST", CALCULATIONS, self.token, 201, json=body).json()["_id"]

    def position_of(self, run):
        """The position of the first change of a document."""
        for line in self.system.changes(self.token, self.position):
            if line.startswith("id: "):
                position = line.removeprefix("id: ")
            if run in line:
                return position

    def read(self, run, token):
        return self.system.ask("GET", f"{CALCULATIONS}/{run}", token).status_code

    def after_the_backup(self):
        """All of this is lost where the backup is restored."""
        system, admin = self.system, self.system.admin()
        self.refreshed = system.refresh(self.refreshed).cookies[COOKIE]
        system.ask("POST", "/auth/logout", expected=204, headers=system.cookie(self.ended))
        assert system.refresh(self.ended).status_code == UNAUTHORIZED
        system.ask("PATCH", f"/auth/users/{self.leaver}", admin, OK, json={"disabled": True})
        system.ask("DELETE", f"{CALCULATIONS}/{self.purged}", admin, 204, params={"purge": "true"})
        assert self.read(self.purged, admin) == NOT_FOUND
        self.late = self.calculation()
        self.late_position = self.position_of(self.late)

    def check_restored(self):
        """What deploy/backup.md says of the time between the backup and the restore. Returns the sessions that live."""
        system = self.system
        # The ring is the same: an access token from before the backup is still good.
        assert self.read(self.kept, self.token) == OK
        idle = system.refresh(self.idle)
        assert idle.status_code == OK
        # Its client has a token that the restored store does not know: it counts as stolen.
        assert system.refresh(self.refreshed).status_code == UNAUTHORIZED
        entries = system.ask("GET", "/auth/audit", system.admin(), OK, params={"action": "refresh_token_reused"}).json()["items"]
        assert len(entries) == 1
        # What was revoked and purged after the backup is back.
        ended = system.refresh(self.ended)
        assert ended.status_code == OK
        leaver, _ = system.log_in("leaver@example.org")
        assert self.read(self.purged, leaver) == OK
        assert self.read(self.late, leaver) == NOT_FOUND
        # A copy has the oplog of before. The documents of a dump come again, as they were inserted into the new set.
        assert any(self.kept in line for line in system.changes(leaver, self.position))
        lines = system.changes(leaver, self.late_position)
        assert next(lines).startswith("retry"), "the stream is refused"
        made = self.calculation()
        assert any(made in line for line in lines)
        return [answer.cookies[COOKIE] for answer in (idle, ended)]

    def check_all_logged_out(self, cookies):
        """No session and no token from before is good any more; passwords are."""
        system = self.system
        for cookie in cookies:
            assert system.refresh(cookie).status_code == UNAUTHORIZED
        assert self.read(self.kept, self.token) == UNAUTHORIZED
        assert self.read(self.kept, system.log_in("user@example.org")[0]) == OK


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory):
    """A system on three members that is gone, and the backups that were made of it while clients wrote."""
    folder, backups, members = tmp_path_factory.mktemp("system"), {}, []
    try:
        members += [Mongod(folder / f"data-{number}") for number in range(3)]
        members[0].initiate(*members[1:])
        # So that no token expires while the test runs.
        system = System(folder, AUTH__TOKENS__ACCESS_TTL="3600")
        with system.running(*(members[0].url(name) for name in DATABASES)):
            story, writers = Story(system), Writers(system)
            try:
                for name, way in WAYS.items():
                    place, before = tmp_path_factory.mktemp(name), writers.until(3)
                    way.back_up(members, place)
                    backups[name] = place, before
                later, _ = writers.until(3)
            finally:
                writers.stop()
            story.after_the_backup()
    finally:
        for member in members:
            member.stop()
    return system, story, backups, later


@pytest.mark.parametrize("name", WAYS)
def test_a_restored_system_is_of_one_moment_and_lacks_what_came_later(name, backed_up):
    system, story, backups, later = backed_up
    folder, before = backups[name]
    members = WAYS[name].restore(folder)
    try:
        stores = [members[0].url(name) for name in DATABASES]
        with system.running(*stores):
            live = story.check_restored()
            assert set(later) - check(system, system.admin(), before), "all that was written later is there too"
        with members[0].client() as client:
            client.tessera_auth.sessions.delete_many({})
        kept = system.keys.read_text()
        system.make_keys()
        with system.running(*stores):
            story.check_all_logged_out(live)
        system.keys.write_text(kept)
    finally:
        for member in members:
            member.stop()
