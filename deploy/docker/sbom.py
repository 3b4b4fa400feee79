#!/usr/bin/env python3
"""Writes what an image is made of, as a CycloneDX 1.6 bill of materials in JSON, to standard output.

    sbom.py PACKAGE TARGET [--npm package-lock.json] [--debian NAME,NAME]

The crates that end up in the binary of PACKAGE come from `cargo metadata` and Cargo.lock: no proc macros, and nothing that is
for building or for tests alone. --npm adds the packages of the console, --debian those of this system whose files the image
has. Two runs over the same files write the same bytes; SOURCE_DATE_EPOCH (seconds) sets the time in it.
"""
import argparse
import base64
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tomllib
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]


def component(purl, name, version, licence=None, digest=None, kind="library"):
    made = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licence:
        made["licenses"] = [{"expression": licence.replace("/", " OR ")}]
    if digest:
        made["hashes"] = [{"alg": digest[0], "content": digest[1]}]
    return made


def crates(package, target):
    """The package itself, the crates that are linked into it, and who needs whom."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    packages = {item["id"]: item for item in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    digests = {(item["name"], item["version"]): item.get("checksum") for item in locked}
    [root] = [name for name, item in packages.items() if item["name"] == package and name in metadata["workspace_members"]]

    def linked(identity):
        for needed in nodes[identity]["deps"]:
            at_run_time = any(kind["kind"] is None for kind in needed["dep_kinds"])
            macro = any("proc-macro" in made["kind"] for made in packages[needed["pkg"]]["targets"])
            if at_run_time and not macro:
                yield needed["pkg"]

    def purl(identity):
        return "pkg:cargo/{name}@{version}".format(**packages[identity])

    found, waiting, needs = {}, [root], {}
    while waiting:
        identity = waiting.pop()
        if identity in found:
            continue
        item, direct = packages[identity], sorted(linked(identity))
        digest = digests[item["name"], item["version"]]
        kind = "application" if identity == root else "library"
        found[identity] = component(
            purl(identity), item["name"], item["version"], item["license"], digest and ("SHA-256", digest), kind
        )
        needs[purl(identity)] = [purl(needed) for needed in direct]
        waiting += direct
    return found.pop(root), list(found.values()), needs


def npm(lock):
    """The packages of the console, less those that only its build or its tests need."""
    for path, item in json.loads(lock.read_text())["packages"].items():
        if not path or item.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{urllib.parse.quote(name)}@{item['version']}"
        # Of several digests of one package each is as good.
        algorithm, _, digest = item["integrity"].split()[0].partition("-")
        digest = (algorithm.upper().replace("SHA", "SHA-"), base64.b64decode(digest).hex())
        yield component(purl, name, item["version"], item["license"], digest)


def debian(names):
    for name in names:
        command = ["dpkg-query", "--showformat", "${Version} ${Architecture}", "--show", name]
        version, arch = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        yield component(f"pkg:deb/debian/{name}@{urllib.parse.quote(version)}?arch={arch}", name, version)


def bill(arguments):
    program, parts, needs = crates(arguments.package, arguments.target)
    rustc = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[1]
    parts.append(component(f"pkg:generic/rust-std@{rustc}", "rust-std", rustc, "MIT OR Apache-2.0"))
    parts += npm(arguments.npm) if arguments.npm else []
    parts += debian(arguments.debian)
    # A lock file may hold one version of a package at several places.
    parts = sorted({part["bom-ref"]: part for part in parts}.values(), key=lambda part: part["bom-ref"])
    direct = sorted({*needs.pop(program["bom-ref"]), *(part["bom-ref"] for part in parts if part["bom-ref"] not in needs)})
    graph = [{"ref": ref, "dependsOn": sorted(set(on))} for ref, on in sorted(needs.items())]
    metadata = {"component": program, "tools": {"components": [{"type": "application", "name": "deploy/docker/sbom.py"}]}}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        made = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        metadata["timestamp"] = made.isoformat().replace("+00:00", "Z")
    content = {
        "metadata": metadata,
        "components": parts,
        "dependencies": [{"ref": program["bom-ref"], "dependsOn": direct}, *graph],
    }
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        **content,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package")
    parser.add_argument("target")
    parser.add_argument("--npm", type=pathlib.Path)
    parser.add_argument("--debian", type=lambda text: text.split(","), default=[])
    json.dump(bill(parser.parse_args()), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
