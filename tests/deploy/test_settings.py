"""The settings in the deployment files, put to the built services themselves."""
import json

import pytest
from answers import answering
from conftest import SERVICES
from rendering import RENDERINGS, rendering

KEYS = "/run/tessera/keys"


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


# What the tests that need only one of each look at.
SOME = ["compose", "base", "production"]


@pytest.fixture(params=SOME)
def settings(request, service, compose):
    if request.param != "compose":
        return rendering(request.param).settings(service)
    return compose["services"][service]["environment"]


@pytest.fixture(scope="session")
def public_keys(run_service, tmp_path_factory):
    """Where public keys can be fetched, as auth-service shows them."""
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    made = run_service("auth-service", "keys", "new", "--alg", "EdDSA", "--file", str(file))
    assert made.returncode == 0, made.stderr
    keys = [{name: value for name, value in key.items() if name not in ("d", "key_ops")}
            for key in json.loads(file.read_text())["keys"]]

    with answering({"keys": keys}) as address:
        yield address


@pytest.fixture(scope="session")
def feed():
    """Where a client gets a token and an empty feed of revocations."""
    with answering({"access_token": "a token", "expires_in": 300, "entries": [], "next": 0}) as address:
        yield address.rstrip("/")


@pytest.fixture
def environment(service, settings, run_service, public_keys, feed, tmp_path):
    """The settings, with the mounted files in a folder of the test, an embedded store, and keys and revocations to be fetched
    from the test."""
    made = run_service("auth-service", "keys", "new", "--file", str(tmp_path / "keys.json"))
    assert made.returncode == 0, made.stderr
    (tmp_path / "url").write_text(f"sqlite:{tmp_path}/{service}.db\n")
    (tmp_path / "secret").write_text("a secret\n")
    here = {}
    for name, value in settings.items():
        if name.endswith("__KEYS__FILE"):
            here[name] = str(tmp_path / "keys.json")
        elif name.endswith("_FILE"):
            here[name] = str(tmp_path / ("url" if name.endswith("__STORE__URL_FILE") else "secret"))
        elif name.endswith("__JWKS_URL"):
            here[name] = public_keys
        elif name == "RESOURCE__AUTH__URL":
            here[name] = feed
        elif value is None:
            here[name] = "from a Secret"
        else:
            here[name] = value
    return here


@pytest.mark.parametrize("settings", ["compose", *RENDERINGS], indirect=True)
def test_the_service_accepts_every_setting(service, environment, run_service):
    answer = run_service(service, "check", environment=environment)
    assert answer.returncode == 0, answer.stderr


def test_the_service_would_name_a_setting_it_does_not_know(service, environment, run_service):
    name = next(name for name in environment if name.endswith("ISSUER"))
    answer = run_service(service, "check", environment=environment | {f"{name}X": "x"})
    assert answer.returncode != 0
    assert f"{name}X" in answer.stderr


def test_each_mounted_file_is_read(service, environment, run_service):
    for name in [name for name in environment if name.endswith("_FILE")]:
        answer = run_service(service, "check", environment=environment | {name: "/nowhere/file"})
        assert answer.returncode != 0 and "/nowhere/file" in answer.stderr, name


def test_keys_come_from_one_place(service, settings):
    names = {name.rpartition("__KEYS__")[2] for name in settings if "__KEYS__" in name}
    assert len(names) == 1, names


def test_the_key_tool_of_compose_makes_and_reads_the_ring_the_services_use(compose, run_service, tmp_path):
    tool = compose["services"]["keys"]
    binary, *arguments = tool["entrypoint"]
    file = tool["environment"]["AUTH__KEYS__FILE"]
    assert file == compose["services"]["auth-service"]["environment"]["AUTH__KEYS__FILE"]
    environment = {"AUTH__KEYS__FILE": file.replace(KEYS, str(tmp_path))}
    for step in ("new", "list", "rotate"):
        answer = run_service(binary.removeprefix("/"), *arguments, step, environment=environment)
        assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("service", ["auth-service"])
def test_what_is_deployed_is_closed_and_says_so(service, settings, environment, run_service):
    assert settings["AUTH__REGISTRATION"] == "closed"
    answer = run_service(service, "check", environment=environment)
    assert "registration     closed" in answer.stdout, answer.stdout
    answer = run_service(service, "check", environment=environment | {"AUTH__REGISTRATION": "open"})
    assert answer.returncode != 0 and "AUTH__REGISTRATION_ON_NETWORK" in answer.stderr
    bare = {name: value for name, value in environment.items() if name != "AUTH__REGISTRATION"}
    assert "registration     closed" in run_service(service, "check", environment=bare).stdout


def test_the_variables_of_kubernetes_for_services_are_no_settings(service, environment, run_service):
    made = {}
    for name in ("AUTH", "AUTH_SERVICE", "RESOURCE", "RESOURCE_SERVICE"):
        made |= {f"{name}_SERVICE_HOST": "10.0.0.7", f"{name}_SERVICE_PORT_HTTP": "80", f"{name}_PORT_80_TCP_ADDR": "10.0.0.7"}
        made |= {f"{name}_PORT": "tcp://10.0.0.7:80", f"{name}_HOST": "10.0.0.7"}
    answer = run_service(service, "check", environment=environment | made)
    assert answer.returncode == 0, answer.stderr
