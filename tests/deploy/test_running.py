"""Both services, run with the settings of a rendering as its Secrets and Services would bring them, until they are ready."""
import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from conftest import SERVICES
from rendering import rendering

AUTH, RESOURCE = SERVICES
PATIENCE = 90


class Deployment:
    """The files of the Secrets in a folder, and processes in place of pods."""

    def __init__(self, folder, name, run_service, stack):
        self.folder, self.manifests, self.run_service, self.stack = folder, rendering(name), run_service, stack
        # Where the Service of each name leads.
        self.reached = {}
        for service in SERVICES:
            (folder / f"{service}-url").write_text(f"sqlite:{folder}/{service}.db")

    def make_ring(self, algorithm):
        made = self.run_service(AUTH, "keys", "new", "--alg", algorithm, "--file", str(self.folder / "keys.json"))
        assert made.returncode == 0, made.stderr

    def make_client(self):
        """What the guide does: the output of `create-client` is the Secret, a file for each line."""
        command = ["create-client", "--name", RESOURCE, "--scope", "revocations:read revocations:write users:read"]
        made = self.run_service(AUTH, *command, environment=self.environment(AUTH))
        assert made.returncode == 0, made.stderr
        for line in made.stdout.splitlines():
            key, _, value = line.partition("=")
            (self.folder / key).write_text(value)

    def environment(self, service):
        settings = {}
        for name, value in self.manifests.settings(service).items():
            if value is None:
                [variable] = self.manifests.container(service)["env"]
                value = (self.folder / variable["valueFrom"]["secretKeyRef"]["key"]).read_text()
            elif name.endswith("LISTEN"):
                value = "127.0.0.1:0"
            elif name.endswith("FILE"):
                file = value.rpartition("/")[2]
                value = str(self.folder / (f"{service}-url" if file == "url" else file))
            elif value.startswith("http://"):
                url = urlsplit(value)
                value = url._replace(netloc=self.reached[url.hostname]).geturl()
            settings[name] = value
        return settings

    def start(self, service):
        """Starts a service; returns the address of its management listener."""
        log = self.log(service)
        with log.open("w") as output:
            command = [os.path.join(os.environ["TESSERA_BIN_DIR"], service)]
            process = subprocess.Popen(command, env=self.environment(service), stdout=output, stderr=output)
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        listening = until(lambda: said(log, "listening"), log)
        self.reached[service] = listening["listen"]
        return f"http://{listening['management']}"

    def log(self, service):
        return pathlib.Path(self.folder, f"{service}.log")


def said(log, message):
    """The line of a log with this message."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    return next((line for line in lines if line["message"] == message), None)


def until(found, log):
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return value


def readiness(management):
    try:
        with urllib.request.urlopen(f"{management}/readyz", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


@pytest.fixture
def deployed(tmp_path, run_service):
    with contextlib.ExitStack() as stack:
        yield lambda name: Deployment(tmp_path, name, run_service, stack)


@pytest.mark.parametrize("name", ["cut-off", "eddsa", "production"])
def test_both_services_become_ready_as_the_guide_says(name, deployed):
    deployment = deployed(name)
    names = deployment.manifests.settings(RESOURCE)
    eddsa, cut_off = "RESOURCE__KEYS__JWKS_URL" in names, "RESOURCE__AUTH__URL" in names
    deployment.make_ring("EdDSA" if eddsa else "HS256")
    if cut_off:
        deployment.make_client()
    for service in SERVICES:
        management = deployment.start(service)
        until(lambda: readiness(management)["ready"], deployment.log(service))
    assert ("revocations" in readiness(management)["checks"]) == cut_off


def test_eddsa_with_a_shared_key_leaves_resource_service_unready_and_says_why(deployed):
    deployment = deployed("eddsa")
    deployment.make_ring("HS256")
    deployment.start(AUTH)
    management = deployment.start(RESOURCE)
    log = deployment.log(RESOURCE)
    fault = until(lambda: said(log, "the keys were not fetched; those at hand stay in use"), log)
    assert "no key of the set can check a token" in fault["error"]
    assert readiness(management)["checks"]["keys"] == "no key has been fetched yet"
