"""deploy/data.md on sharding: by which fields each collection is written, as MongoDB's own profiler sees it.

A router refuses findAndModify whose filter lacks the shard key, and an update or a removal of one document whose filter has neither that key
nor `_id`; a unique index must begin with the shard key. No mongos is to be had here, so this is what can be shown: that the keys which the guide names are in every filter.
"""
import re

import pytest
from account import CALCULATIONS, MERGE_PATCH, content
from conftest import DEPLOY
from mongods import Mongod
from system import System

DATABASE = "tessera_resource"
GUIDE = (DEPLOY / "data.md").read_text()
#: Of each collection that the guide says can be sharded, its shard key.
KEYS = {name: re.findall(r"(\w+): ", key) for name, key in re.findall(r"(?m)^\| `([\w.]+)` \| `\{(.+?)\}` \|", GUIDE)}


@pytest.fixture(scope="module")
def profiled(tmp_path_factory):
    """The database after the main job, with what its profiler noted."""
    folder = tmp_path_factory.mktemp("profiled")
    member = Mongod(folder / "data")
    try:
        member.initiate()
        system = System(folder)
        with system.running(member.url("tessera_auth"), member.url(DATABASE)), member.client() as client:
            client[DATABASE].command("profile", 2)
            main_job(system)
            client[DATABASE].command("profile", 0)
            yield client[DATABASE]
    finally:
        member.stop()


def main_job(system):
    """Every kind of write of calculations, and of their series, files and revisions."""
    admin = system.admin()

    def ask(method, path, expected, **request):
        return system.ask(method, path, admin, expected, **request)

    body = {"name": "a", "code": {"name": "vasp"}, "status": "running"}
    run = ask("POST", CALCULATIONS, 201, json=body).json()["_id"]
    of = f"{CALCULATIONS}/{run}"
    ask("POST", CALCULATIONS, 200, json=[body, body], headers={"Idempotency-Key": "one"})
    ask("PATCH", of, 200, json={"status": "finished"}, headers=MERGE_PATCH)
    ask("PUT", of, 200, json=body)
    for points in ([{"step": step, "value": step} for step in range(40)], [{"step": 40, "value": 1}], [{"step": 3, "value": 3}]):
        ask("POST", "/api/series/points", 200, json={"calculation": run, "metric": "e", "points": points})
    ask("PUT", f"{of}/artifacts/OUTCAR", 201, content=content(run))
    ask("DELETE", f"{of}/artifacts/OUTCAR", 204)
    ask("DELETE", of, 204)
    ask("POST", f"{of}/restore", 200)
    ask("POST", f"{of}/versions/1/restore", 200)
    ask("DELETE", of, 204, params={"purge": "true"})


def paths(filter_):
    """The fields that every document must have with one given value, or one of some."""
    for name, value in filter_.items():
        if name == "$and":
            for part in value:
                yield from paths(part)
        elif not name.startswith("$"):
            yield name


def writes(database, collection):
    """The kind and the filter of each write of one document that the profiler noted."""
    for entry in database.system.profile.find({"ns": f"{DATABASE}.{collection}"}):
        command = entry["command"]
        if entry["op"] in ("update", "remove"):
            if not command.get("multi") and command.get("limit") != 0:
                yield entry["op"], command["q"]
        elif "findAndModify" in command or "findandmodify" in command:
            yield "findAndModify", command["query"]


@pytest.mark.parametrize("collection", sorted(KEYS))
def test_each_write_names_the_shard_key(collection, profiled):
    seen = list(writes(profiled, collection))
    for kind, filter_ in seen:
        assert set(KEYS[collection]) <= set(paths(filter_)), f"{collection}: {kind} {filter_}"


@pytest.mark.parametrize("collection", sorted(KEYS))
def test_each_unique_index_begins_with_the_shard_key(collection, profiled):
    for name, index in profiled[collection].index_information().items():
        keys = [field for field, _ in index["key"]]
        if index.get("unique"):
            assert keys[:len(KEYS[collection])] == KEYS[collection], f"{collection}: {name}"


def test_the_profiler_saw_writes_of_all_kinds(profiled):
    kinds = {(entry["ns"].partition(".")[2], entry["op"]) for entry in profiled.system.profile.find()}
    assert {("calculations", "insert"), ("calculations", "command"), ("series", "update")} <= kinds
    assert KEYS, "the guide names no shard key"
