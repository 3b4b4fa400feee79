"""The main job, asked of both images as they are deployed: user 65532, read-only root, no capability, a store found by name."""
import os
import re
import signal
import time
import urllib.parse
import uuid

import httpx
import pymongo
import pytest
from conftest import STORE
from container import USER

import ports

ADMIN = "root@example.org"
#: Seconds that a service may take to become ready, or to end.
PATIENCE = 60
KEYS = "/run/tessera/keys"
CALCULATION = {
    "name": "bar", "code": {"name": "siesta", "version": "5.0"}, "method": "dft", "status": "finished",
    "parameters": {"cutoff": 300},
}


class System:
    """One container of each image over one MongoDB."""

    def __init__(self, roots, folder):
        self.roots, self.folder, self.processes = roots, folder, {}
        self.origins = {name: f"127.0.0.1:{ports.take()}" for name in roots}
        self.management = {name: f"127.0.0.1:{ports.take()}" for name in roots}
        # A new volume, as an engine makes it: with the owner that the folder has in the image.
        self.keys = folder / "keys"
        self.keys.mkdir()
        owner = (roots["auth-service"].folder / KEYS.lstrip("/")).stat()
        os.chown(self.keys, owner.st_uid, owner.st_gid)
        # pytest's own folders are closed to other users.
        for path in (folder, *folder.parents[:2]):
            path.chmod(path.stat().st_mode | 0o055)
        self.databases = {name: f"image_{uuid.uuid4().hex[:12]}" for name in roots}

    def settings(self, name):
        prefix = name.removesuffix("-service").upper()
        server = urllib.parse.urlsplit(os.environ["TESSERA_TEST_MONGO"])
        url = f"mongodb://{STORE}:{server.port}/{self.databases[name]}?{server.query}"
        return {
            f"{prefix}__HTTP__LISTEN": self.origins[name],
            f"{prefix}__HTTP__MANAGEMENT_LISTEN": self.management[name].replace("127.0.0.1", "0.0.0.0"),
            f"{prefix}__STORE__URL": url,
            f"{prefix}__KEYS__FILE": f"{KEYS}/keys.json",
            f"{prefix}__TOKENS__ISSUER": f"http://{self.origins['resource-service']}",
            f"{prefix}__TOKENS__AUDIENCE": "tessera",
        }

    def command(self, name, *arguments):
        return self.roots[name].run(*arguments, environment=self.settings(name), volumes={self.keys: KEYS})

    def start(self, name):
        log = self.folder / f"{name}.log"
        self.processes[name] = self.roots[name].start(log, self.settings(name), {self.keys: KEYS})
        deadline = time.monotonic() + PATIENCE
        while (answer := self.command(name, "healthcheck")).returncode != 0:
            assert self.processes[name].poll() is None and time.monotonic() < deadline, log.read_text() + answer.stderr
            time.sleep(0.1)
        assert answer.stdout == "ready\n"

    def url(self, name, path):
        return f"http://{self.origins[name]}{path}"

    def close(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
        client = pymongo.MongoClient(os.environ["TESSERA_TEST_MONGO"])
        for name in self.databases.values():
            client.drop_database(name)


@pytest.fixture(scope="module")
def system(roots, tmp_path_factory):
    system = System(roots, tmp_path_factory.mktemp("system"))
    yield system
    system.close()


@pytest.fixture(scope="module")
def admin(system):
    """The key ring and the first administrator, made by the image; both services run."""
    made = system.command("auth-service", "keys", "new")
    assert made.returncode == 0, made.stderr
    assert (system.keys / "keys.json").stat().st_uid == USER
    made = system.command("auth-service", "create-admin", "--email", ADMIN)
    assert made.returncode == 0, made.stderr
    for name in system.roots:
        system.start(name)
    return ADMIN, made.stdout.split()[-1]


def log_in(system, email, password):
    answer = httpx.post(system.url("auth-service", "/auth/login"), json={"username": email, "password": password}, timeout=30)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_the_commands_of_an_image_run_in_it_and_say_what_is_wrong(system):
    for name in system.roots:
        answer = system.command(name, "--version")
        assert answer.returncode == 0 and answer.stdout.startswith(name), answer.stderr
        answer = system.command(name, "healthcheck")
        assert answer.returncode == 1 and f"{system.management[name]} cannot be asked" in answer.stderr


def test_the_services_run_as_deployed(system, admin):
    for name, process in system.processes.items():
        with open(f"/proc/{process.pid}/status") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
        assert status["Name"] == name[:15]
        assert status["Uid"].split() == status["Gid"].split() == [str(USER)] * 4 and status["Groups"].strip() == ""
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapAmb"], 16) == 0
        assert status["NoNewPrivs"] == "1"
        with open(f"/proc/{process.pid}/mountinfo") as file:
            mounts = {line.split()[4]: line.split()[5].split(",") for line in file}
        assert "ro" in mounts["/"] and "rw" in mounts[KEYS]
        assert os.readlink(f"/proc/{process.pid}/root") == str(system.roots[name].folder)


def test_a_person_signs_up_logs_in_writes_and_reads(system, admin):
    root = log_in(system, *admin)
    me = httpx.get(system.url("auth-service", "/auth/users/me"), headers=root, timeout=30)
    assert me.status_code == 200 and me.json()["email"] == ADMIN
    person = {"email": "ada@example.org", "password": "mountains-of-quartz-41"}
    joined = httpx.post(system.url("auth-service", "/auth/users"), json=person, timeout=30)
    assert joined.status_code == 201, joined.text
    token = log_in(system, **person)
    documents = system.url("resource-service", "/api/calculations")
    made = httpx.post(documents, json=CALCULATION, headers=token, timeout=30)
    assert made.status_code == 201 and made.headers["ETag"], made.text
    read = httpx.get(system.url("resource-service", made.headers["Location"]), headers=token, timeout=30)
    assert read.status_code == 200 and read.json()["name"] == "bar"
    listed = httpx.get(documents, params={"status": "finished"}, headers=token, timeout=30).json()
    assert CALCULATION["name"] in str(listed)
    assert httpx.get(documents, timeout=30).status_code == 401
    refused = httpx.post(documents, json={"name": 5}, headers=token, timeout=30)
    assert refused.status_code == 422 and refused.json()["errors"]


def test_the_console_is_served_from_the_image(system, admin):
    page = httpx.get(system.url("resource-service", "/"), headers={"Accept": "text/html"}, timeout=30)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    nonce = re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])[1]
    assert nonce in page.text
    scripts = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)
    assert scripts
    for path in scripts:
        script = httpx.get(system.url("resource-service", path), timeout=30)
        assert script.status_code == 200 and "immutable" in script.headers["Cache-Control"]
    link = httpx.get(system.url("resource-service", "/calculations"), headers={"Accept": "text/html"}, timeout=30)
    assert link.status_code == 200 and nonce not in link.text


def test_a_container_ends_in_time_when_its_engine_asks(system, admin):
    for name, process in system.processes.items():
        process.send_signal(signal.SIGTERM)
    for name, process in system.processes.items():
        assert process.wait(PATIENCE) == 0, (system.folder / f"{name}.log").read_text()
        assert system.command(name, "healthcheck").returncode == 1
