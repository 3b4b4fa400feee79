"""What an image of the real Dockerfile is: its user, its contents, its labels, its bill of materials, its size."""
import json
import pathlib
import re
import ssl
import subprocess
import tomllib
import zoneinfo

import pytest
from builder import CONSOLE, DOCKERFILE, LABELS, LOCK, ROOT, SERVICES
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

MB = 1_000_000
#: The most that an image may be, unpacked, in bytes.
LARGEST = 40 * MB
BILL = "usr/share/doc/tessera/sbom.cdx.json"


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture
def folder(service, folders):
    return folders[service]


@pytest.fixture
def bill(folder):
    return json.loads((folder / BILL).read_text())


@pytest.fixture(scope="module")
def standing_in(builder, release):
    """The files of the base that stands in for the empty one: none in the long form."""
    if release:
        return set()
    return {str(path.relative_to(builder.debian)) for path in builder.debian.rglob("*") if not path.is_dir()}


def test_it_starts_its_service_as_a_numbered_user(service, images):
    config = images[service]["OCIv1"]["config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == [f"/{service}"] and not config.get("Cmd")


def test_it_holds_the_service_and_what_that_reads_and_nothing_else(service, folder, standing_in):
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()} - standing_in
    expected = {service, BILL, "etc/ssl/certs/ca-certificates.crt"} - standing_in
    zones = {name for name in files if name.startswith("usr/share/zoneinfo/")}
    console = {name for name in files if name.startswith("console/")}
    assert files - zones - console == expected
    built = {f"console/{path.relative_to(CONSOLE)}" for path in CONSOLE.rglob("*") if path.is_file()}
    assert console == (built if service == "resource-service" else set())
    assert not [name for name in files if re.search(r"(^|/)(sh|bash|dash|busybox|dpkg|apt)$", name)], "no shell, no package manager"


def test_its_user_may_write_into_a_new_volume_for_the_key_ring_and_nowhere_else(folder):
    owned = [path for path in folder.rglob("*") if path.lstat().st_uid != 0 or path.lstat().st_gid != 0]
    assert [str(path.relative_to(folder)) for path in owned] == ["run/tessera/keys"]
    assert (owned[0].stat().st_uid, owned[0].stat().st_gid) == (65532, 65532)
    open_to_all = [path for path in folder.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o002]
    assert open_to_all == []
    set_id = [path for path in folder.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o6000]
    assert set_id == []


def test_it_has_certificates_and_time_zones(folder):
    context = ssl.create_default_context(cafile=folder / "etc/ssl/certs/ca-certificates.crt")
    assert len(context.get_ca_certs()) > 100
    with open(folder / "usr/share/zoneinfo/Europe/Berlin", "rb") as file:
        assert zoneinfo.ZoneInfo.from_file(file).key is None
    zones = folder / "usr/share/zoneinfo"
    broken = [path.name for path in zones.rglob("*") if path.is_symlink() and not path.exists()]
    # What it leads to is the machine's own choice; here it is none, which is UTC.
    assert broken in ([], ["localtime"])


def test_its_labels_are_those_of_the_specification_with_what_the_operator_says(service, images):
    labels = images[service]["OCIv1"]["config"]["Labels"]
    said = {name.removeprefix("org.opencontainers.image."): value for name, value in labels.items()
            if name.startswith("org.opencontainers.image.")}
    assert said.pop("description").startswith("Tessera: ")
    assert said == {name.lower(): value for name, value in LABELS.items()} | {
        "title": service,
        "licenses": tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["license"],
    }


def test_its_bill_of_materials_is_valid_and_names_what_is_in_it(service, bill, folder):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str((folder / BILL).read_text()) is None
    assert bill["metadata"]["component"]["name"] == service
    parts = {part["purl"]: part for part in bill["components"]}
    locked = {(item["name"], item["version"]): item for item in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]}
    crates = [part for purl, part in parts.items() if purl.startswith("pkg:cargo/")]
    names = {part["name"] for part in crates}
    assert {"actix-web", "mongodb", "aws-lc-sys", "rusqlite", "service-kit", "shared-models"} <= names
    # For tests, for the build, for another system, and for the other service alone.
    other = {"auth-service": "parquet", "resource-service": "bcrypt"}[service]
    assert not names & {"proptest", "criterion", "cc", "serde_derive", "windows-sys", other}
    for part in crates:
        entry = locked[part["name"], part["version"]]
        assert part["licenses"][0]["expression"]
        digests = [digest["content"] for digest in part.get("hashes", [])]
        assert digests == ([entry["checksum"]] if "checksum" in entry else [])
    assert {purl.split("@")[0] for purl in parts if purl.startswith("pkg:deb/")} == {
        f"pkg:deb/debian/{name}" for name in ("ca-certificates", "libc6", "tzdata")
    }


def test_the_packages_of_the_console_are_named_where_the_console_is(service, bill):
    named = {(part["name"], part["version"]) for part in bill["components"] if part["purl"].startswith("pkg:npm/")}
    packages = json.loads(LOCK.read_text())["packages"]
    shipped = {(path.rpartition("node_modules/")[2], item["version"]) for path, item in packages.items()
               if path and not item.get("dev")}
    assert named == (shipped if service == "resource-service" else set())


def test_each_part_of_the_bill_is_reached_from_the_service(bill):
    graph = {item["ref"]: item["dependsOn"] for item in bill["dependencies"]}
    known = {part["bom-ref"] for part in bill["components"]}
    found, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        for ref in set(graph.get(waiting.pop(), [])) - found:
            found.add(ref)
            waiting.append(ref)
    assert found == known


def test_it_is_small(service, folder, release, builder, capsys):
    size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    binary = (folder / service).stat().st_size
    if not release:
        # The debug binary and the libraries are not what is shipped. The rest is, and a release binary has 35 MB at most.
        size -= binary + sum(path.lstat().st_size for path in builder.debian.rglob("*") if not path.is_dir())
        assert size < LARGEST - 35 * MB
        return
    with capsys.disabled():
        print(f"\n{service}: {size / MB:.1f} MB, of which the binary {binary / MB:.1f} MB")
    assert size < LARGEST


def test_its_binary_has_no_symbols_and_is_static_where_the_base_is_empty(service, folder, release):
    command = ["readelf", "--wide", "--program-headers", "--sections", folder / service]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert ".symtab" not in said
    assert ("INTERP" in said) is not release


def test_every_instruction_that_the_short_form_leaves_out_is_named(release):
    """Two stages compile, and nothing else may be left out."""
    stages = re.findall(r"(?m)^FROM .* AS ([a-z-]+)$", DOCKERFILE.read_text())
    assert [name for name in stages if name.endswith("-build")] == ["console-build", "binaries-build"]
    assert stages == ["console-build", "binaries-build", "binaries", "console", "base", *SERVICES]
    assert pathlib.Path(ROOT / "tests/image/run").is_file()
