"""The compose file and the image it builds."""
import fnmatch
import pathlib
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from support import DEPLOY, PREFIX, ROOT, accepted, check

SERVICES = sorted(PREFIX)


@pytest.fixture(scope="session")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_compose_file_fits_the_compose_specification():
    accepted("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml"))


def test_hadolint_finds_nothing_in_the_dockerfile():
    accepted("hadolint", "--failure-threshold", "style", str(DEPLOY / "docker/Dockerfile"))


def test_every_container_runs_as_nobody_on_a_read_only_root_without_capabilities(compose):
    for name, service in compose["services"].items():
        user = service["user"].split(":")
        assert all(int(number) > 0 for number in user), name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"] and "cap_add" not in service and "privileged" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_only_the_balancer_is_published_and_only_to_this_machine(compose):
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"balancer": ["127.0.0.1:8080:8080"]}
    outward = {name for name, network in compose["networks"].items() if not (network or {}).get("internal")}
    reached = {name for name, service in compose["services"].items() if outward & set(service.get("networks", []))}
    assert reached == {"balancer"}


@pytest.mark.parametrize("service", SERVICES)
def test_there_are_two_of_a_service_with_time_to_drain(compose, service):
    assert compose["services"][service]["deploy"]["replicas"] == 2
    assert compose["services"][service]["stop_grace_period"] == "15s"


@pytest.mark.parametrize("service", SERVICES)
def test_the_key_ring_lies_in_a_read_only_directory_that_the_image_has(compose, service):
    file = compose["services"][service]["environment"][f"{PREFIX[service]}KEYS__FILE"]
    directory = str(pathlib.PurePath(file).parent)
    mounts = [volume.split(":") for volume in compose["services"][service]["volumes"]]
    assert [mount[1:] for mount in mounts if file.startswith(mount[1])] == [[directory, "ro"]]


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_accepts_the_settings_of_its_containers(compose, service, tmp_path):
    status, said = check(service, compose["services"][service]["environment"], tmp_path)
    assert status == 0, said


def test_each_service_is_its_own_user_of_its_own_database_on_the_one_replica_set(compose, tmp_path):
    accepted("sh", str(DEPLOY / "docker/make-secrets"), str(tmp_path / "secrets"))
    urls = []
    for name in SERVICES:
        (secret,) = compose["services"][name]["secrets"]
        assert compose["services"][name]["environment"][f"{PREFIX[name]}STORE__URL_FILE"] == f"/run/secrets/{secret}"
        file = pathlib.PurePath(compose["secrets"][secret]["file"])
        urls.append(urlsplit((tmp_path / file).read_text().strip()))
    assert len({url.path for url in urls}) == len({url.username for url in urls}) == len(SERVICES)
    assert len({url.password for url in urls}) == len(SERVICES)
    members = {tuple(url.netloc.rpartition("@")[2].split(",")) for url in urls}
    assert len(members) == 1
    for member in members.pop():
        command = compose["services"][member.partition(":")[0]]["command"]
        assert command[command.index("--replSet") + 1] == parse_qs(urls[0].query)["replicaSet"][0]


def test_the_issuer_is_the_published_origin_for_both_services(compose):
    issuers = {compose["services"][name]["environment"][f"{PREFIX[name]}TOKENS__ISSUER"] for name in SERVICES}
    (published,) = compose["services"]["balancer"]["ports"]
    assert issuers == {f"http://localhost:{published.split(':')[1]}"}


def test_the_image_is_built_for_each_service_and_ends_unprivileged(compose):
    lines = (DEPLOY / "docker/Dockerfile").read_text().splitlines()
    stages = [line.split() for line in lines if line.startswith("FROM ")]
    for service in SERVICES:
        build = compose["services"][service]["build"]
        assert (ROOT / "deploy" / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]).is_file()
        assert ["FROM", "base", "AS", build["target"]] in stages
    assert ["FROM", "scratch", "AS", "base"] in stages
    assert "USER 65532:65532" in lines


def sent(path):
    """Whether `.dockerignore` lets a file into the build: the last pattern that fits decides."""
    answer = True
    for pattern in (ROOT / ".dockerignore").read_text().splitlines():
        plain = pattern.removeprefix("!").removeprefix("**/")
        folders = [path, *map(str, pathlib.PurePath(path).parents)]
        if "**/" in pattern:
            folders = pathlib.PurePath(path).parts
        if plain and not plain.startswith("#") and any(fnmatch.fnmatchcase(folder, plain) for folder in folders):
            answer = pattern.startswith("!")
    return answer


def test_the_build_gets_every_crate_and_nothing_that_a_developer_keeps_beside_them():
    with (ROOT / "Cargo.toml").open("rb") as manifest:
        members = tomllib.load(manifest)["workspace"]["members"]
    for path in ["Cargo.toml", "Cargo.lock", *(f"{member}/Cargo.toml" for member in members), "tests/it/main.rs"]:
        assert sent(path), path
    for path in [".git/config", "target/debug/tessera", "data/keys.json", "tests/.cache/venv/x", "tests/x/node_modules/y"]:
        assert not sent(path), path
