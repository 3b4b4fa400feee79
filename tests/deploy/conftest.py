"""What the deployment tests share: the files as data, and where the built binaries are."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = ("auth-service", "resource-service")


class Manifests(list):
    """The rendered objects of the Kubernetes base."""

    def of(self, kind):
        return [item for item in self if item["kind"] == kind]

    def one(self, kind, name):
        [item] = [item for item in self.of(kind) if item["metadata"]["name"] == name]
        return item

    def container(self, service):
        [container] = self.one("Deployment", service)["spec"]["template"]["spec"]["containers"]
        return container

    def settings(self, service):
        """The environment of a service's container."""
        container = self.container(service)
        assert "env" not in container, "settings come from the ConfigMap alone"
        [source] = container["envFrom"]
        return self.one("ConfigMap", source["configMapRef"]["name"])["data"]


@pytest.fixture(scope="session")
def rendered():
    """The Kubernetes base as kubectl renders it."""
    command = ["kubectl", "kustomize", DEPLOY / "kubernetes/base"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def manifests(rendered):
    return Manifests(yaml.safe_load_all(rendered))


@pytest.fixture(scope="session")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="session")
def version():
    """The version of the workspace, which the images carry."""
    return re.search(r'(?m)^version = "(.+)"$', (ROOT / "Cargo.toml").read_text())[1]


@pytest.fixture(scope="session")
def run_service():
    """Runs a built service to its end with nothing but the given environment."""
    binaries = pathlib.Path(os.environ["TESSERA_BIN_DIR"])

    def run(service, *arguments, environment=None):
        command = [binaries / service, *arguments]
        return subprocess.run(command, env=environment or {}, capture_output=True, text=True, timeout=30)

    return run


def ports(settings, service):
    """The public and the management port that a service's settings name."""
    prefix = service.removesuffix("-service").upper()
    names = (f"{prefix}__HTTP__LISTEN", f"{prefix}__HTTP__MANAGEMENT_LISTEN")
    addresses = [settings[name] for name in names]
    assert all(address.startswith("0.0.0.0:") for address in addresses), "a container listens on every address"
    return [int(address.rpartition(":")[2]) for address in addresses]
