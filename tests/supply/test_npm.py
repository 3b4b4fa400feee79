"""The npm packages of the console and of the tests: their licences, and lock files that any registry can serve."""
import json
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCKS = sorted(subprocess.run(["git", "ls-files", "*package-lock.json"], cwd=ROOT, capture_output=True, text=True,
                              check=True).stdout.split())
CONSOLE = "resource-service/web/package-lock.json"
#: What may be part of the console that is shipped.
SHIPPED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}
#: What may build or test it: none of it is shipped.
TOOLS = SHIPPED | {"BlueOak-1.0.0", "CC-BY-4.0", "CC0-1.0", "MIT-0", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense"}
#: Packages whose lock entry has no licence, or none of SPDX's names. What their own files say.
READ_BY_HAND = {"buildcheck": "MIT", "cli-table": "MIT", "cpu-features": "MIT", "css-mediaquery": "BSD-3-Clause",
                "format": "MIT", "ssh2": "MIT"}


def allowed(expression, names):
    """Whether an SPDX expression of names, `OR` and `AND` can be met with these names."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    meaning = {"OR": "or", "AND": "and", "(": "(", ")": ")"}
    return eval(" ".join(meaning.get(token, str(token in names)) for token in tokens), {"__builtins__": {}})


def packages(lock):
    """Of each package: its path, its entry."""
    entries = json.loads((ROOT / lock).read_text())["packages"]
    return {path: entry for path, entry in entries.items() if path}


def wrong_licences(entries, shipped):
    for path, entry in entries.items():
        name = path.rpartition("node_modules/")[2]
        licence = READ_BY_HAND.get(name, entry.get("license", "none"))
        if not allowed(licence, SHIPPED if shipped and not entry.get("dev") else TOOLS):
            yield f"{name} {entry['version']}: {licence}"


@pytest.mark.parametrize("lock", LOCKS)
def test_each_licence_is_one_that_may_be_used(lock):
    assert list(wrong_licences(packages(lock), lock == CONSOLE)) == []


@pytest.mark.parametrize(("licence", "dev", "fault"), [
    ("MIT", False, False), ("(MIT OR GPL-3.0)", False, False), ("(MIT AND GPL-3.0)", False, True), ("GPL-3.0", True, True),
    ("MPL-2.0", True, False), ("MPL-2.0", False, True), (None, False, True),
])
def test_a_licence_that_may_not_be_used_is_found(licence, dev, fault):
    entry = {"version": "1.0.0", "dev": dev} | ({"license": licence} if licence else {})
    assert bool(list(wrong_licences({"node_modules/one": entry}, True))) == fault


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_digests_and_no_host(lock):
    text = (ROOT / lock).read_text()
    assert json.loads(text)["lockfileVersion"] == 3
    assert '"resolved"' not in text
    assert [path for path, entry in packages(lock).items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / lock).with_name(".npmrc").read_text().splitlines()


def test_the_licences_that_were_read_by_hand_are_those_of_packages_that_need_it():
    found = {path.rpartition("node_modules/")[2]: entry.get("license") for lock in LOCKS for path, entry in packages(lock).items()}
    assert {name: found.get(name) for name in READ_BY_HAND if allowed(found.get(name) or "none", TOOLS)} == {}
    assert READ_BY_HAND.keys() <= found.keys()
