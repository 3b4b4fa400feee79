"""deploy/data.md on erasing: looks through all that MongoDB has for what was erased."""
import time

import pytest
from account import CALCULATIONS, MERGE_PATCH
from mongods import Mongod
from system import ADMIN, System

DATABASES = ("tessera_auth", "tessera_resource")
ADDRESS, NAME, SECRET = "grace.unusual@example.org", "Grace Unusual", "kryptonite-lattice"
PATIENCE = 30


@pytest.fixture
def erased(tmp_path):
    """A system of which a document and a person are gone, and its server."""
    member = Mongod(tmp_path / "data")
    try:
        member.initiate()
        system = System(tmp_path)
        with system.running(*(member.url(name) for name in DATABASES)), member.client() as client:
            erase(system)
            yield system, client
    finally:
        member.stop()


def erase(system):
    body = {"email": ADDRESS, "password": ADMIN[1], "full_name": NAME}
    user = system.ask("POST", "/auth/users", expected=201, json=body).json()["id"]
    token, admin = system.log_in(ADDRESS)[0], system.admin()
    system.ask("POST", "/auth/api-keys", token, 201, json={"name": NAME, "scopes": ["calculations:read"]})
    body = {"name": SECRET, "code": {"name": "vasp"}, "status": "running"}
    run = system.ask("POST", CALCULATIONS, token, 201, json=body).json()["_id"]
    system.ask("PATCH", f"{CALCULATIONS}/{run}", token, 200, headers=MERGE_PATCH, json={"note": SECRET})
    system.ask("PUT", f"{CALCULATIONS}/{run}/artifacts/{SECRET}", token, 201, content=SECRET.encode())
    points = {"calculation": run, "metric": SECRET, "points": [{"step": 1, "value": 1}]}
    system.ask("POST", "/api/series/points", token, 200, json=points)
    system.ask("DELETE", f"{CALCULATIONS}/{run}", admin, 204, params={"purge": "true"})
    system.ask("DELETE", f"/auth/users/{user}", admin, 204)


def holding(client, text):
    """The collections that hold a text, in any member or in bytes."""
    for database in DATABASES:
        for name in client[database].list_collection_names():
            if any(text in str(document) for document in client[database][name].find()):
                yield f"{database}.{name}"


def test_what_was_erased_is_in_no_collection_and_in_the_pre_images_until_they_end(erased):
    system, client = erased
    deadline = time.monotonic() + PATIENCE
    while found := {text: names for text in (ADDRESS, NAME, SECRET) if (names := list(holding(client, text)))}:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
    assert any(SECRET in str(image) for image in client.config["system.preimages"].find())
    assert any(ADDRESS in str(entry) for entry in client.local["oplog.rs"].find())


def test_the_audit_log_and_the_log_lines_name_nobody(erased):
    system, _ = erased
    entries = system.ask("GET", "/auth/audit", system.admin(), 200, params={"limit": 100}).json()["items"]
    assert "user_removed" in {entry["action"] for entry in entries}
    logs = "".join((system.folder / f"{name}.log").read_text() for name in ("auth", "resource"))
    assert '"route":"/api/{collection}/{id}"' in logs.replace("http.route", "route").replace('": "', '":"')
    for text in (ADDRESS, NAME, SECRET):
        assert text not in str(entries) and text not in logs
