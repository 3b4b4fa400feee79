"""What the deployment tests share: the files as data, and where the built binaries are."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml

from rendering import rendering

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = ("auth-service", "resource-service")


@pytest.fixture(scope="session")
def manifests():
    """The Kubernetes base as kubectl renders it."""
    return rendering("base")


@pytest.fixture(scope="session")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="session")
def version():
    """The version of the workspace, which the images carry."""
    return re.search(r'(?m)^version = "(.+)"$', (ROOT / "Cargo.toml").read_text())[1]


@pytest.fixture(scope="session")
def run_service():
    """Runs a built service to its end, or for so many seconds, with nothing but the given environment."""
    binaries = pathlib.Path(os.environ["TESSERA_BIN_DIR"])

    def run(service, *arguments, environment=None, seconds=30):
        command = [binaries / service, *arguments]
        return subprocess.run(command, env=environment or {}, capture_output=True, text=True, timeout=seconds)

    return run


def ports(settings, service):
    """The public and the management port that a service's settings name."""
    prefix = service.removesuffix("-service").upper()
    names = (f"{prefix}__HTTP__LISTEN", f"{prefix}__HTTP__MANAGEMENT_LISTEN")
    addresses = [settings[name] for name in names]
    assert all(address.startswith("0.0.0.0:") for address in addresses), "a container listens on every address"
    return [int(address.rpartition(":")[2]) for address in addresses]
