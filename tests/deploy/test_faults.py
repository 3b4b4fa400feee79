"""What a pod says when a Secret or a setting is wrong: one line, in the words of the guide's last table.

The causes that MongoDB has are in tests/it/causes.rs.
"""
import subprocess

import pytest
from answers import answering
from conftest import SERVICES
from rendering import KUBERNETES

GUIDE = (KUBERNETES / "README.md").read_text()


@pytest.fixture
def environment(run_service, tmp_path):
    """Settings of both services with which `check` has nothing to say."""
    made = run_service("auth-service", "keys", "new", "--file", str(tmp_path / "keys.json"))
    assert made.returncode == 0, made.stderr
    settings = {}
    for service in SERVICES:
        prefix = service.removesuffix("-service").upper()
        (tmp_path / prefix).write_text(f"sqlite:{tmp_path}/{service}.db")
        settings |= {f"{prefix}__KEYS__FILE": str(tmp_path / "keys.json"),
                     f"{prefix}__STORE__URL_FILE": str(tmp_path / prefix)}
    return settings


@pytest.fixture
def checked(run_service, environment):
    """What `check` says with some settings changed; None removes one."""
    def check(service, changed):
        settings = {name: value for name, value in (environment | changed).items() if value is not None}
        answer = run_service(service, "check", environment=settings)
        assert answer.returncode != 0 and answer.stderr.count("\n") == 1, answer.stderr
        return answer.stderr

    return check


@pytest.mark.parametrize(("setting", "value", "said", "waits"), [
    ("STORE__URL_FILE", "/run/tessera/store/url", "store.url_file: cannot read /run/tessera/store/url", False),
    ("KEYS__FILE", "/dev/null", "key ring: ", True),
    ("TOKENS__ISSUERX", "x", "settings: ", False),
])
@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_secret_or_setting_is_named(service, setting, value, said, waits, checked, run_service, environment):
    [row] = [line for line in GUIDE.splitlines() if line.startswith("|") and f"`{said.strip()}" in line]
    prefix = service.removesuffix("-service").upper()
    changed = {f"{prefix}__{setting}": value}
    assert said in checked(service, changed)
    # The service itself ends, so that the kubelet restarts its container, or waits until the fault is repaired.
    settings = environment | changed | {f"{prefix}__HTTP__LISTEN": "127.0.0.1:0", f"{prefix}__HTTP__MANAGEMENT_LISTEN": "127.0.0.1:0"}
    assert row.split("|")[2].strip().startswith("waits" if waits else "restarts")
    if waits:
        with pytest.raises(subprocess.TimeoutExpired):
            run_service(service, environment=settings, seconds=2)
    else:
        assert run_service(service, environment=settings).returncode != 0


def test_public_keys_of_an_auth_service_with_a_shared_key_are_named(checked):
    said = "no key of the set can check a token"
    assert said in GUIDE
    with answering({"keys": []}) as address:
        assert said in checked("resource-service", {"RESOURCE__KEYS__FILE": None, "RESOURCE__KEYS__JWKS_URL": address})
