"""The settings in the deployment files, put to the built services themselves."""
import pytest
from conftest import SERVICES

KEYS = "/run/tessera/keys"


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture(params=["kubernetes", "compose"])
def settings(request, service, manifests, compose):
    if request.param == "kubernetes":
        return manifests.settings(service)
    return compose["services"][service]["environment"]


@pytest.fixture
def environment(service, settings, run_service, tmp_path):
    """The settings, with the mounted files in a folder of the test, and an embedded store."""
    made = run_service("auth-service", "keys", "new", "--file", str(tmp_path / "keys.json"))
    assert made.returncode == 0, made.stderr
    (tmp_path / "url").write_text(f"sqlite:{tmp_path}/{service}.db\n")
    [url] = [name for name in settings if name.endswith("__STORE__URL_FILE")]
    [keys] = [name for name in settings if name.endswith("__KEYS__FILE")]
    return settings | {url: str(tmp_path / "url"), keys: str(tmp_path / "keys.json")}


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
