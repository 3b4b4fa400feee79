"""Both services on embedded stores, for clients that know nothing of Tessera but the standards it names."""
import base64
import json
import os
import pathlib
import secrets
import subprocess
import sys
import time

import httpx
import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "tools"))
import ports  # noqa: E402

BINARIES = pathlib.Path(os.environ["TESSERA_BIN_DIR"])
ADMIN = ("root@example.org", "mountains-of-quartz-41")
AUDIENCE = "tessera"
#: Seconds that a service may take to become ready.
PATIENCE = 30
#: Hashing is not what is tested here.
CHEAP = {"AUTH__PASSWORDS__MEMORY_KIB": "64", "AUTH__PASSWORDS__ITERATIONS": "1", "AUTH__PASSWORDS__POOL_QUEUE": "1000"}


class System:
    """One of each service over one key ring; ends what it started."""

    def __init__(self, algorithm, directory, settings):
        self.algorithm, self.directory = algorithm, directory
        self.keys = directory / "keys.json"
        self.processes = []
        # The issuer is the address at which clients find auth-service, so it must be known before the start.
        self.auth = f"http://127.0.0.1:{ports.take()}"
        subprocess.run([BINARIES / "auth-service", "keys", "new", "--alg", algorithm, "--file", self.keys], check=True)
        identity = {"AUTH__BOOTSTRAP__ADMIN_EMAIL": ADMIN[0], "AUTH__BOOTSTRAP__ADMIN_PASSWORD": ADMIN[1]}
        of = {name: {key: value for key, value in settings.items() if key.startswith(name)} for name in ("AUTH", "RESOURCE")}
        auth = identity | {"AUTH__KEYS__FILE": str(self.keys)} | CHEAP | of["AUTH"]
        self.until_ready("auth", self.start("auth", self.auth.removeprefix("http://"), auth))
        # With public keys resource-service needs no file, and holds nothing that could make a token.
        ring = {"RESOURCE__KEYS__FILE": str(self.keys)}
        if algorithm != "HS256":
            ring = {"RESOURCE__KEYS__JWKS_URL": f"{self.auth}/.well-known/jwks.json"}
        listening = self.until_ready("resource", self.start("resource", "127.0.0.1:0", ring | of["RESOURCE"]))
        self.resource = f"http://{listening['listen']}"

    def start(self, name, listen, settings):
        prefix = name.upper()
        environment = {
            f"{prefix}__HTTP__LISTEN": listen,
            f"{prefix}__HTTP__MANAGEMENT_LISTEN": "127.0.0.1:0",
            f"{prefix}__STORE__URL": f"sqlite:{self.directory}/{name}.db",
            f"{prefix}__TOKENS__ISSUER": self.auth,
            f"{prefix}__TOKENS__AUDIENCE": AUDIENCE,
        }
        log = open(self.directory / f"{name}.log", "wb")
        process = subprocess.Popen([BINARIES / f"{name}-service"], env=environment | settings, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def until_ready(self, name, process):
        """Waits until a service is ready. Returns its log entry that names its addresses."""
        log = self.directory / f"{name}.log"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text()
            for line in log.read_text().splitlines():
                if '"listening"' in line:
                    listening = json.loads(line)
                    if httpx.get(f"http://{listening['management']}/readyz").status_code == 200:
                        return listening
            time.sleep(0.05)
        raise AssertionError(f"{name} does not become ready: {log.read_text()}")

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(15)

    def login(self, email, password):
        """A person's access token, by the form that OAuth2PasswordBearer describes."""
        answer = httpx.post(f"{self.auth}/auth/login", data={"username": email, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def scientist(self):
        """A new user's address, password and access token."""
        email, password = f"u{secrets.token_hex(6)}@example.org", secrets.token_urlsafe(20)
        made = httpx.post(f"{self.auth}/auth/users", json={"email": email, "password": password})
        assert made.status_code == 201, made.text
        return email, password, self.login(email, password)

    def client(self, scopes, *grants):
        """A new client's id and secret."""
        headers = {"Authorization": f"Bearer {self.login(*ADMIN)}"}
        body = {"name": "loader", "scopes": scopes, "grants": grants or ["client_credentials"]}
        made = httpx.post(f"{self.auth}/auth/clients", headers=headers, json=body)
        assert made.status_code == 201, made.text
        return made.json()["client_id"], made.json()["client_secret"]

    def token(self, client_id, secret):
        """A client's own access token."""
        form = {"grant_type": "client_credentials"}
        return httpx.post(f"{self.auth}/auth/token", data=form, auth=(client_id, secret)).json()["access_token"]

    def shared_key(self):
        """The one key of the ring, as another service would be given it."""
        [key] = json.loads(self.keys.read_text())["keys"]
        return base64.urlsafe_b64decode(key["k"] + "=" * (-len(key["k"]) % 4))

    def read(self, token, collection="calculations"):
        """The status that a token gets at resource-service."""
        return httpx.get(f"{self.resource}/api/{collection}", headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture(scope="session")
def systems(tmp_path_factory):
    """Starts systems by algorithm and further settings, each once."""
    running = {}

    def system(algorithm, **settings):
        key = (algorithm, *sorted(settings.items()))
        if key not in running:
            running[key] = System(algorithm, tmp_path_factory.mktemp(algorithm), settings)
        return running[key]

    yield system
    for one in running.values():
        one.stop()


@pytest.fixture(params=["HS256", "EdDSA"])
def system(request, systems):
    return systems(request.param)
