"""The services and the balancer before them, with its own configuration of deploy/config."""
import asyncio
import base64
import email.utils
import json
import os
import pathlib
import re
import secrets
import subprocess
import time
import urllib.error
import urllib.request

import network
from process import PATIENCE, Process

ROOT = pathlib.Path(__file__).resolve().parents[2]
AUTH, RESOURCE = "auth-service", "resource-service"
PORTS = {AUTH: (8081, 9081), RESOURCE: (8082, 9082)}
FIRST_HOST = {AUTH: 20, RESOURCE: 40}
ADMIN = ("root@example.org", "mountains-of-quartz-41")
ISSUER = f"http://{network.ORIGIN}:8080"
# Replicas of each service that the balancer knows, whether they run or not.
PLACES = 4


def write_keys(path, secret=None):
    secret = secret or secrets.token_bytes(32)
    key = {"kty": "oct", "alg": "HS256", "kid": "test-key", "key_ops": ["sign", "verify"],
           "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")}
    path.write_text(json.dumps({"keys": [key]}))


class Service(Process):
    """A replica of a service, on fixed ports of its own host."""

    def __init__(self, service, number, folder, settings, binaries):
        host = network.Host(f"{service}-{number}", FIRST_HOST[service] + number)
        binaries = pathlib.Path(binaries)
        self.service = service
        public, management = PORTS[service]
        self.base = f"http://{host.address}:{public}"
        self.management = f"http://{host.address}:{management}"
        prefix = service.removesuffix("-service").upper()
        own = {"HTTP__LISTEN": f"0.0.0.0:{public}", "HTTP__MANAGEMENT_LISTEN": f"0.0.0.0:{management}",
               "TOKENS__ISSUER": ISSUER, "TOKENS__AUDIENCE": "tessera-tests", **settings}
        environment = {f"{prefix}__{name}": value for name, value in own.items()}
        super().__init__(f"{service}-{number}", host, folder, [binaries / service], environment)

    def use(self, binaries):
        """The binary of another folder is what the next start runs."""
        self.arguments = [pathlib.Path(binaries) / self.service]

    def start(self, clock=None):
        """Starts the replica. With a clock, its own one can be set."""
        if clock is None:
            return super().start()
        self.set_clock(clock)
        # The monotonic clock is never wrong. The time of the file is read at every look at the clock.
        return super().start(LD_PRELOAD=os.environ["TESSERA_FAKETIME"], FAKETIME_TIMESTAMP_FILE=str(self.clock), FAKETIME_NO_CACHE="1",
                             DONT_FAKE_MONOTONIC="1", FAKETIME_DONT_FAKE_MONOTONIC="1")

    def start_with(self, environment):
        """Starts the replica with further variables in its environment."""
        return super().start(**environment)

    @property
    def clock(self):
        return self.folder / f"{self.name}.clock"

    def set_clock(self, seconds):
        """How far the clock of the replica is ahead."""
        new = self.clock.with_suffix(".new")
        new.write_text(f"{seconds:+}\n")
        new.replace(self.clock)

    def ahead(self):
        """How far the clock of the replica is ahead of that of this process, by the header `Date` of an answer; whole seconds."""
        with urllib.request.urlopen(f"{self.management}/livez", timeout=5) as answer:
            return email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()

    def readiness(self):
        """The status of `/readyz`, and what it says; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.management}/readyz", timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    async def ready(self, patience=PATIENCE):
        """Waits until the replica is ready, and returns the seconds that it took."""
        began = time.monotonic()
        while True:
            status, said = await asyncio.to_thread(self.readiness)
            if status == 200:
                return time.monotonic() - began
            assert self.running, f"{self.name} ended: {self.tail()}"
            assert time.monotonic() - began < patience, f"{self.name} is not ready: {status} {said} {self.tail()}"
            await asyncio.sleep(0.05)


class Balancer:
    """HAProxy with the shipped configuration: only the names of the servers are other ones."""

    def __init__(self, folder):
        text = (ROOT / "deploy/config/haproxy.cfg").read_text()
        text, found = re.subn(
            r"( +)server-template (\S+)- 8 ([a-z-]+):(\d+) check port (\d+) (.*) resolvers names init-addr none",
            lambda line: "\n".join(
                f"{line[1]}server {line[2]}-{number} {network.PREFIX}{FIRST_HOST[line[3]] + number}:{line[4]} "
                f"check port {line[5]} {line[6]}"
                for number in range(1, PLACES + 1)),
            text)
        assert found == 2, "deploy/config/haproxy.cfg has another form"
        text, found = re.subn(r"bind :8080", f"bind {network.ORIGIN}:8080", text)
        assert found == 1
        # What a Service of Kubernetes is: where resource-service reaches auth-service.
        text += f"\nfrontend inner\n    bind {network.INNER}:8081\n    default_backend auth\n"
        self.configuration = folder / "haproxy.cfg"
        self.configuration.write_text(text)
        self.log = folder / "haproxy.log"
        self.child = None

    def start(self):
        with open(self.log, "w") as log:
            self.child = subprocess.Popen(["haproxy", "-db", "-f", self.configuration], stdout=log, stderr=log)
