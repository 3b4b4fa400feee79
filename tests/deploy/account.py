"""Clients that write while a backup is made, and an account of what a restored system has of that."""
import threading
import time
import uuid

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
CALCULATIONS = "/api/calculations"
REVISIONS = 4
POINTS = 3
PAUSE = 0.1


class Writers:
    """Threads that sign users up, who then write one calculation each: revisions, points of a series and a file."""

    def __init__(self, system, count=2):
        self.system, self.faults = system, []
        # The revision of each calculation that was acknowledged, and the ids of those whose points and file were.
        self.revisions, self.whole = {}, set()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.write) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def write(self):
        try:
            # A pause, since each of them is checked afterwards.
            while not self.stopping.wait(PAUSE):
                self.write_one()
        except Exception as error:
            self.faults.append(error)

    def write_one(self):
        system, email = self.system, f"{uuid.uuid4().hex}@example.org"
        system.sign_up(email)
        token, _ = system.log_in(email)
        body = {"name": email, "code": {"name": "vasp"}, "status": "running", "parameters": {"revision": 1}}
        run = system.ask("POST", CALCULATIONS, token, 201, json=body).json()["_id"]
        self.revisions[run] = 1
        for revision in range(2, REVISIONS + 1):
            system.ask("PATCH", f"{CALCULATIONS}/{run}", token, 200, headers=MERGE_PATCH,
                       json={"parameters": {"revision": revision}})
            self.revisions[run] = revision
        points = [{"step": step, "value": float(step)} for step in range(POINTS)]
        system.ask("POST", "/api/series/points", token, 200, json={"calculation": run, "metric": "energy", "points": points})
        system.ask("PUT", f"{CALCULATIONS}/{run}/artifacts/OUTCAR", token, 201, content=content(run))
        self.whole.add(run)

    def until(self, count):
        """Waits until so many more calculations are whole. Returns what was acknowledged by then."""
        wanted, deadline = len(self.whole) + count, time.monotonic() + 60
        while len(self.whole) < wanted:
            assert not self.faults and time.monotonic() < deadline, self.faults
            time.sleep(0.01)
        return dict(self.revisions), set(self.whole)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        assert not self.faults, self.faults


def content(run):
    """The file of a calculation: more than one chunk of a blob."""
    return run.encode() * 20_000


def calculations(system, token):
    """All calculations, a page after the other."""
    cursor = None
    while True:
        page = system.ask("GET", CALCULATIONS, token, 200, params={"limit": 200} | ({"cursor": cursor} if cursor else {})).json()
        yield from page["items"]
        if not (cursor := page["next"]):
            return


def check(system, token, before):
    """Checks that a restored system is of one moment, and has all that was acknowledged before the backup began."""
    revisions, whole = before
    found = {one["_id"]: one for one in calculations(system, token)}
    for run, revision in revisions.items():
        assert found[run]["_revision"] >= revision, f"{run} was at {revision}"
    for run, one in found.items():
        of = f"{CALCULATIONS}/{run}"
        assert one["parameters"]["revision"] == one["_revision"]
        kept = system.ask("GET", f"{of}/versions", token, 200, params={"limit": 100}).json()["items"]
        assert [version["revision"] for version in kept] == list(range(one["_revision"], 0, -1))
        for revision in range(1, one["_revision"] + 1):
            version = system.ask("GET", f"{of}/versions/{revision}", token, 200).json()
            assert version["parameters"]["revision"] == revision
        owner = system.ask("GET", f"/auth/users/{one['_owner']}", token)
        assert owner.status_code == 200, f"{run} belongs to a user who is not in the backup"
        check_parts(system, token, run, one["_revision"], run in whole)
    metrics = system.ask("GET", "/api/series", token, 200, params={"limit": 1000, "fields": "calculation"}).json()["items"]
    assert {one["calculation"] for one in metrics} <= set(found)
    return set(found)


def check_parts(system, token, run, revision, whole):
    """The points and the file of a calculation are there, or are not there yet."""
    points = system.ask("GET", "/api/series/points", token, 200, params={"calculation": run, "metric": "energy"}).json()["points"]
    assert len(points) == POINTS if whole else len(points) in (0, POINTS)
    # Each client writes the points behind the last revision, and the file behind the points.
    assert revision == REVISIONS or not points
    file = system.ask("GET", f"{CALCULATIONS}/{run}/artifacts/OUTCAR", token)
    assert file.status_code == 200 if whole else file.status_code in (200, 404)
    assert file.status_code == 404 or (file.content == content(run) and len(points) == POINTS)
