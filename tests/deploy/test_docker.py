"""The Dockerfile and what of the repository reaches it."""
import fnmatch
import json
import re
import shutil
import subprocess

import pytest
from conftest import DEPLOY, ROOT, SERVICES, ports

DOCKERFILE = DEPLOY / "docker/Dockerfile"


@pytest.fixture(scope="module")
def stages():
    """The instructions of each stage, under its name."""
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text())
    found = re.split(r"(?m)^FROM ", text)[1:]
    return {stage.splitlines()[0].rpartition(" AS ")[2]: "FROM " + stage for stage in found}


@pytest.fixture(scope="module")
def defaults():
    """The build arguments that have a value where the operator says nothing."""
    return dict(re.findall(r"(?m)^ARG ([A-Z_]+)=(\S+)$", DOCKERFILE.read_text()))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What the builder is sent: the repository's files less those that .dockerignore holds back."""
    folder = tmp_path_factory.mktemp("context")
    rules = [line for line in (ROOT / ".dockerignore").read_text().split("\n") if line and line[0] != "#"]

    def sent(path):
        kept = True
        for rule in rules:
            pattern = rule.removeprefix("!")
            parents = ["/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 2)]
            hit = any(
                parent.count("/") == pattern.count("/") and fnmatch.fnmatchcase(parent, pattern)
                or pattern.startswith("**/") and parent.split("/")[-1] == pattern[3:]
                for parent in parents
            )
            kept = rule.startswith("!") if hit else kept
        return kept

    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    extra = ["target/debug/x", "deploy/secrets/auth-store-url", "tests/.cache/x", "data/keys.json", ".git/config"]
    extra += [f"resource-service/web/{name}/x" for name in ("dist", "node_modules", "coverage")]
    files = [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]
    assert not [path for path in extra if sent(path)]
    for path in filter(sent, files):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def test_the_linter_has_nothing_to_say():
    answer = subprocess.run(["hadolint", DOCKERFILE], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_its_static_binary_under_a_numbered_user(stages, defaults, service, manifests):
    assert stages[service].startswith("FROM base ") and stages["base"].startswith("FROM ${BASE_IMAGE} ")
    assert defaults["BASE_IMAGE"] == "scratch" and defaults["BINARIES"] == "binaries-build"
    assert "crt-static" in stages["binaries-build"]
    assert re.findall(r"(?m)^USER (.+)$", stages["base"]) == ["65532:65532"]
    assert not re.search(r"(?m)^(USER|RUN|ADD) ", stages[service])
    assert f"COPY --from=binaries /out/{service} /{service}\n" in stages[service]
    assert f'ENTRYPOINT ["/{service}"]' in stages[service]
    exposed = re.search(r"(?m)^EXPOSE (.+)$", stages[service])[1]
    assert [int(port) for port in exposed.split()] == ports(manifests.settings(service), service)


def test_the_image_of_resource_service_holds_the_console_and_serves_it(stages, defaults, run_service, tmp_path):
    build, image = stages["console-build"], stages["resource-service"]
    assert stages["console"].startswith("FROM ${CONSOLE} ") and defaults["CONSOLE"] == "console-build"
    assert re.search(r"(?m)^RUN .*npm ci", build) and "\nRUN npm run build\n" in build
    assert "COPY --from=console /src/dist /console\n" in image
    [setting] = re.findall(r"(?m)^ENV (.+)$", image)
    assert setting == "RESOURCE__CONSOLE__DIR=/console"
    # The service knows a setting of that name.
    name = setting.partition("=")[0]
    keys = str(tmp_path / "keys.json")
    assert run_service("auth-service", "keys", "new", "--file", keys).returncode == 0
    environment = {name: str(tmp_path), "RESOURCE__KEYS__FILE": keys, "RESOURCE__STORE__URL": f"sqlite:{tmp_path}/r.db"}
    answer = run_service("resource-service", "check", environment=environment)
    assert "console.dir" in answer.stderr and "has no index.html" in answer.stderr
    (tmp_path / "index.html").write_text("<!doctype html>")
    answer = run_service("resource-service", "check", environment=environment)
    assert answer.returncode == 0 and f"console          {tmp_path}" in answer.stdout, answer.stderr


def test_the_console_is_built_by_a_node_that_it_accepts_from_sources_that_are_sent(stages, defaults, context):
    package = json.loads((context / "resource-service/web/package.json").read_text())
    at_least = int(re.fullmatch(r">=(\d+)(\.\d+)*", package["engines"]["node"])[1])
    assert stages["console-build"].startswith("FROM ${NODE_IMAGE} ")
    assert int(re.match(r"docker\.io/library/node:(\d+)-", defaults["NODE_IMAGE"])[1]) >= at_least
    assert package["scripts"]["build"]
    copied = re.findall(r"(?m)^COPY (.+) \./$", stages["console-build"])
    for path in " ".join(copied).split():
        assert (context / path).exists(), path


def test_pods_and_containers_run_under_the_user_of_the_image(manifests, compose):
    for service in SERVICES:
        pod = manifests.one("Deployment", service)["spec"]["template"]["spec"]["securityContext"]
        assert {pod["runAsUser"], pod["runAsGroup"], pod["fsGroup"]} == {65532}
        assert compose["services"][service]["user"] == "65532:65532"


def test_the_image_has_the_directory_of_the_key_ring_for_a_volume_to_take_its_owner_from(stages, compose):
    directory = compose["services"]["keys"]["environment"]["AUTH__KEYS__FILE"].rpartition("/")[0]
    assert re.search(rf"(?m)^COPY --from=binaries --chown=65532:65532 \S+ {directory}$", stages["base"])


def test_the_builder_is_sent_the_whole_workspace(context):
    def packages(folder):
        command = ["cargo", "metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"]
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr
        return {package["name"]: package for package in json.loads(answer.stdout)["packages"]}

    sent = packages(context)
    assert sent.keys() == packages(ROOT).keys()
    for service in SERVICES:
        files = subprocess.run(["git", "ls-files", service], cwd=ROOT, check=True, capture_output=True, text=True)
        existing = [path for path in files.stdout.split() if (ROOT / path).is_file()]
        assert existing and all((context / path).is_file() for path in existing)


def test_the_builder_is_sent_nothing_else(context):
    assert not (context / "README.md").exists()
    assert {path.name for path in (context / "deploy").iterdir()} == {"docker", "local"}
    assert {path.name for path in (context / "deploy/docker").iterdir()} == {"sbom.py"}
    assert {path.name for path in (context / "tests").iterdir()} <= {"Cargo.toml", "it", "bench"}


def test_the_toolchain_is_the_one_the_workspace_asks_for(stages, defaults):
    wanted = re.search(r'(?m)^rust-version = "(.+)"$', (ROOT / "Cargo.toml").read_text())[1]
    assert stages["binaries-build"].startswith("FROM ${RUST_IMAGE} ")
    assert defaults["RUST_IMAGE"].startswith(f"docker.io/library/rust:{wanted}-")


def test_labels_carry_the_version_of_the_workspace_where_the_operator_says_nothing(defaults, version):
    assert defaults["VERSION"] == version
