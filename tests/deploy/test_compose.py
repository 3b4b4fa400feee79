"""compose.yaml: valid by the specification's schema, least privilege, and files and names that exist."""
import pathlib
import subprocess

import pytest
from conftest import DEPLOY, SERVICES


def sources(service):
    """Where the volumes of a service come from, by the path they are mounted at, with their options."""
    return {target: (source, set(options)) for source, target, *options in
            (volume.split(":") for volume in service.get("volumes", []))}


def test_it_is_valid_by_the_schema_of_compose():
    command = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


def test_no_container_has_privilege_to_lose(compose):
    for name, service in compose["services"].items():
        user, group = (int(number) for number in service["user"].split(":"))
        assert user > 0 and group > 0, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"cap_add", "privileged", "devices", "pid", "ipc"} & service.keys(), name


def test_everything_it_names_exists(compose):
    for name, service in compose["services"].items():
        for source, _ in sources(service).values():
            known = (DEPLOY / source).is_file() if source.startswith(".") else source in compose["volumes"]
            assert known, f"{name}: {source}"
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        assert set(service.get("networks", [])) <= compose["networks"].keys(), name
        assert set(service.get("depends_on", [])) <= compose["services"].keys(), name


def test_there_are_two_of_each_service_over_three_members_of_a_replica_set(compose):
    for service in SERVICES:
        assert compose["services"][service]["deploy"]["replicas"] == 2
    members = [name for name, service in compose["services"].items() if "--replSet" in service.get("command", [])]
    assert members == ["mongo-1", "mongo-2", "mongo-3"]
    assert len({sources(compose["services"][member])["/data/db"][0] for member in members}) == 3
    script = (DEPLOY / "config/replica-set.js").read_text()
    assert all(f'"{member}:27017"' in script for member in members)


def test_only_the_balancer_is_reachable_and_only_from_this_machine(compose):
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"balancer": ["127.0.0.1:8080:8080"]}
    open_networks = {name for name, network in compose["networks"].items() if not (network or {}).get("internal")}
    for name, service in compose["services"].items():
        assert name == "balancer" or not open_networks & set(service.get("networks", [])), name
        assert {"networks", "network_mode"} & service.keys(), f"{name} would join a default network"
    assert "store" not in compose["services"]["balancer"]["networks"]


def test_whatever_keeps_running_says_whether_it_is_healthy(compose):
    """`docker compose up --wait` waits for that."""
    running = {name for name, service in compose["services"].items() if service["restart"] == "unless-stopped"}
    assert running == {"balancer", *SERVICES, "mongo-1", "mongo-2", "mongo-3"}
    assert {name for name, service in compose["services"].items() if "healthcheck" in service} == running
    for service in SERVICES:
        assert compose["services"][service]["healthcheck"]["test"] == ["CMD", f"/{service}", "healthcheck"]


def test_each_part_starts_when_what_it_needs_is_healthy_or_done(compose):
    """A container that ends is waited for only where another depends on its end: so `--wait` does not wait for ever."""
    needs = {name: {other: wanted["condition"].removeprefix("service_") for other, wanted in service.get("depends_on", {}).items()}
             for name, service in compose["services"].items()}
    members = {f"mongo-{number}" for number in (1, 2, 3)}
    assert needs == {
        "balancer": dict.fromkeys(SERVICES, "healthy"),
        **dict.fromkeys(SERVICES, {"mongo-setup": "completed_successfully"}),
        "mongo-setup": dict.fromkeys(members, "healthy"),
        **dict.fromkeys(members, {"mongo-key": "completed_successfully"}),
        "mongo-key": {},
        "keys": {},
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_its_secrets_from_files_that_are_mounted(compose, service):
    definition = compose["services"][service]
    files = {value for name, value in definition["environment"].items() if name.endswith("FILE")}
    mounted = {f"/run/secrets/{name}" for name in definition["secrets"]}
    [(directory, (_, options))] = sources(definition).items()
    assert "ro" in options, "a service never writes its key ring"
    assert files == mounted | {f"{directory}/keys.json"}


def test_the_balancer_alone_says_where_a_request_came_from(compose):
    trusted = compose["services"]["auth-service"]["environment"]["AUTH__HTTP__TRUSTED_PROXIES"]
    assert compose["networks"]["services"]["ipam"]["config"] == [{"subnet": trusted}]
    assert set(compose["services"]["balancer"]["networks"]) & set(compose["services"]["auth-service"]["networks"]) == {"services"}


def test_both_services_agree_on_issuer_and_audience(compose):
    auth, resource = (compose["services"][service]["environment"] for service in SERVICES)
    assert auth["AUTH__TOKENS__ISSUER"] == resource["RESOURCE__TOKENS__ISSUER"]
    assert auth["AUTH__TOKENS__AUDIENCE"] == resource["RESOURCE__TOKENS__AUDIENCE"]


def test_no_image_is_looked_for_at_a_registry_by_chance(compose, version):
    """A name without a registry is completed by the engine; `localhost/` is nobody's."""
    for name, service in compose["services"].items():
        assert service["image"].split("/")[0] in ("localhost", "docker.io"), name
    for name in (*SERVICES, "keys"):
        image = "auth-service" if name == "keys" else name
        assert compose["services"][name]["image"] == f"localhost/tessera/{image}:{version}"


def test_every_secret_is_made_once_for_its_owner_alone(compose, tmp_path):
    directory = tmp_path / "secrets"
    command = [DEPLOY / "docker/make-secrets", directory]
    subprocess.run(command, check=True)
    made = {path.name: path.read_text() for path in directory.iterdir()}
    assert made.keys() == {pathlib.Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert {secret["file"] for secret in compose["secrets"].values()} == {f"secrets/{name}" for name in made}
    assert directory.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in directory.iterdir())
    assert subprocess.run(command, capture_output=True).returncode != 0
    assert {path.name: path.read_text() for path in directory.iterdir()} == made


def test_each_service_is_given_its_own_database_and_password(compose, tmp_path):
    subprocess.run([DEPLOY / "docker/make-secrets", tmp_path / "secrets"], check=True)
    parts = []
    for name in ("auth", "resource"):
        url = (tmp_path / f"secrets/{name}-store-url").read_text()
        user, _, rest = url.removeprefix("mongodb://").partition(":")
        password, _, rest = rest.partition("@")
        assert rest == f"mongo-1:27017,mongo-2:27017,mongo-3:27017/tessera_{name}?replicaSet=tessera\n"
        assert user == f"{name}-service" and len(password) == 32 and password.replace("-", "").replace("_", "").isalnum()
        parts.append(password)
    assert parts[0] != parts[1]
