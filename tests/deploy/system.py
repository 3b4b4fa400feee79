"""Both services on stores of the caller's choice, at addresses that stay when they are started again."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import time

import httpx
from members import ports

BINARIES = pathlib.Path(os.environ["TESSERA_BIN_DIR"])
ADMIN = ("root@example.org", "mountains-of-quartz-41")
COOKIE = "tessera_refresh"
PATIENCE = 60
#: All of this is HTTP: to read the system's authorities for each request would take longer than the request.
PLAIN = {"verify": False}
#: Neither hashing nor throttling is what is tested here.
CHEAP = {"AUTH__PASSWORDS__MEMORY_KIB": "64", "AUTH__PASSWORDS__ITERATIONS": "1", "AUTH__PASSWORDS__POOL_QUEUE": "1000",
         "AUTH__THROTTLE__SIGN_UPS": "100000", "AUTH__REGISTRATION": "open"}


class System:
    """One of each service. `settings` are further ones of theirs, and variables for both."""

    def __init__(self, folder, **settings):
        self.folder, self.settings, self.basis = folder, settings, CHEAP
        self.keys = folder / "keys.json"
        self.make_keys()
        self.auth, self.resource = (f"http://127.0.0.1:{ports.take()}" for _ in range(2))
        self.processes = []

    def make_keys(self, algorithm="HS256"):
        """Makes a new key ring, as after its loss."""
        self.keys.unlink(missing_ok=True)
        command = [BINARIES / "auth-service", "keys", "new", "--alg", algorithm, "--file", self.keys]
        subprocess.run(command, check=True, capture_output=True)

    def environment(self, name, store):
        prefix = name.upper()
        own = {"HTTP__LISTEN": getattr(self, name).removeprefix("http://"), "HTTP__MANAGEMENT_LISTEN": "127.0.0.1:0",
               "STORE__URL": store, "TOKENS__ISSUER": self.auth, "TOKENS__AUDIENCE": "tessera"}
        if "RESOURCE__KEYS__JWKS_URL" not in self.settings or name == "auth":
            own["KEYS__FILE"] = str(self.keys)
        further = self.basis | {"AUTH__BOOTSTRAP__ADMIN_EMAIL": ADMIN[0], "AUTH__BOOTSTRAP__ADMIN_PASSWORD": ADMIN[1]} | self.settings
        return {f"{prefix}__{key}": value for key, value in own.items()} | {
            key: value for key, value in further.items() if key.startswith(f"{prefix}__") or "__" not in key}

    def start(self, name, store):
        """Starts a service, and returns a function that says what its `/readyz` answers: status and text."""
        log = self.folder / f"{name}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen([BINARIES / f"{name}-service"], env=self.environment(name, store), stdout=output,
                                       stderr=output)
        self.processes.append(process)
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r'\{.*"message":"listening".*\}', log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        management = json.loads(found[0])["management"]

        def readiness():
            answer = httpx.get(f"http://{management}/readyz", timeout=10, **PLAIN)
            return answer.status_code, answer.text

        return readiness

    def until_ready(self, readiness):
        deadline = time.monotonic() + PATIENCE
        while (said := readiness())[0] != 200:
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def stop(self):
        while self.processes:
            process = self.processes.pop()
            process.terminate()
            process.wait(20)

    @contextlib.contextmanager
    def running(self, auth, resource):
        try:
            for name, store in (("auth", auth), ("resource", resource)):
                self.until_ready(self.start(name, store))
            yield self
        finally:
            self.stop()

    def ask(self, method, path, token=None, expected=None, **request):
        base = self.auth if path.startswith("/auth") else self.resource
        headers = request.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        answer = httpx.request(method, base + path, headers=headers, timeout=30, **PLAIN, **request)
        assert expected is None or answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def log_in(self, email, password=ADMIN[1]):
        """The access token and the refresh cookie of a new session."""
        answer = self.ask("POST", "/auth/login", expected=200, data={"username": email, "password": password})
        return answer.json()["access_token"], answer.cookies[COOKIE]

    def cookie(self, cookie):
        return {"Cookie": f"{COOKIE}={cookie}", "Origin": self.auth, "Sec-Fetch-Site": "same-origin"}

    def refresh(self, cookie):
        return self.ask("POST", "/auth/token-refresh", headers=self.cookie(cookie))

    def changes(self, token, position=None):
        """The lines of the stream of changes of the calculations, from a position on; the status where it is refused."""
        headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": position} if position else {})
        with httpx.stream("GET", f"{self.resource}/api/calculations/changes", headers=headers, timeout=30, **PLAIN) as answer:
            if answer.status_code != 200:
                yield answer.status_code
                return
            yield from answer.iter_lines()

    def admin(self):
        return self.log_in(*ADMIN)[0]

    def sign_up(self, email):
        body = {"email": email, "password": ADMIN[1]}
        return self.ask("POST", "/auth/users", expected=201, json=body).json()["id"]
