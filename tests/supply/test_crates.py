"""The crates: none was yanked, and Cargo.lock names no other place than crates.io.

Reads the part of the registry's index that cargo keeps after `cargo fetch`, so it asks no server.
"""
import json
import os
import pathlib
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
LOCKS = ("Cargo.lock", "tests/fuzz/Cargo.lock")
INDEX = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "registry/index"
#: Yanked versions that stay for a reason.
KNOWN = {}


def crates(lock):
    for package in tomllib.loads((ROOT / lock).read_text())["package"]:
        if "source" in package:
            yield package


def place(name):
    """Where the index has a crate: https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files"""
    if len(name) < 4:
        return f"{len(name)}/{name}" if len(name) < 3 else f"3/{name[0]}/{name}"
    return f"{name[:2]}/{name[2:4]}/{name}"


def versions(name):
    """What the newest kept index says of each version of a crate; nothing where none is kept."""
    files = [index / ".cache" / place(name) for index in INDEX.glob("index.crates.io-*")]
    files = sorted((file for file in files if file.exists()), key=lambda file: file.stat().st_mtime)
    if not files:
        return {}
    # A header, then the version and its entry of each, all ended by zero bytes.
    parts = [part for part in files[-1].read_bytes().split(b"\0") if part.startswith(b"{")]
    return {entry["vers"]: entry for entry in map(json.loads, parts)}


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if (ROOT / lock).exists()])
def test_each_crate_comes_from_crates_io_with_a_digest(lock):
    assert {package["source"] for package in crates(lock)} == {CRATES_IO}
    assert [package["name"] for package in crates(lock) if "checksum" not in package] == []


def test_no_crate_was_yanked():
    looked, yanked = 0, {}
    for package in crates("Cargo.lock"):
        entry = versions(package["name"]).get(package["version"])
        assert entry, f"the index of {package['name']} is not kept here, or has no {package['version']}; run cargo fetch --locked"
        assert entry["cksum"] == package["checksum"]
        looked += 1
        if entry["yanked"]:
            yanked[package["name"]] = package["version"]
    assert looked > 300 and yanked == KNOWN


def test_an_index_says_of_a_yanked_version_that_it_is():
    """`anyhow` 0.0.0 is yanked: were the form of the index another, the test above would find nothing."""
    assert versions("anyhow")["0.0.0"]["yanked"]
