"""replica-set.js, run by mongosh on three real mongods: the set comes up, and each user may do what it must and no more."""
import os
import pathlib
import subprocess
import time

import pymongo
import pytest
from conftest import SERVICES
from members import MEMBERS, PATIENCE, Set, ports
from pymongo.errors import OperationFailure

UNAUTHORIZED, AUTHENTICATION_FAILED = 13, 18
DATABASES = {"auth-store-url": "tessera_auth", "resource-store-url": "tessera_resource"}


@pytest.fixture(scope="module")
def members(tmp_path_factory, compose):
    members = Set(tmp_path_factory.mktemp("set"), compose)
    yield members
    members.close()


@pytest.fixture(scope="module")
def deployed(members):
    answer = members.set_up()
    assert answer.returncode == 0 and answer.stdout.splitlines()[-1] == "the replica set is ready", answer
    return members


def client(url):
    return pymongo.MongoClient(url, serverSelectionTimeoutMS=PATIENCE * 1000)


def root(members):
    password = (members.secrets / "mongo-root-password").read_text().strip()
    hosts = ",".join(f"127.0.0.1:{port}" for port in members.ports.values())
    return client(f"mongodb://root:{password}@{hosts}/?replicaSet=tessera")


def refused(act):
    with pytest.raises(OperationFailure) as failure:
        act()
    return failure.value.code


def test_three_members_become_one_set_that_the_first_leads(deployed):
    config = root(deployed).admin.command("replSetGetConfig")["config"]
    assert config["_id"] == "tessera"
    assert [member["host"] for member in config["members"]] == [f"127.0.0.1:{deployed.ports[name]}" for name in MEMBERS]
    assert root(deployed).admin.command("hello")["me"] == config["members"][0]["host"]


@pytest.mark.parametrize("name", DATABASES)
def test_a_service_may_use_its_own_database_and_nothing_else(deployed, name):
    server, own = client(deployed.url(name)), DATABASES[name]
    database = server.get_default_database()
    assert database.name == own
    database.things.insert_one({"_id": 1})
    database.things.create_index("name", unique=True)
    assert database.things.find_one({"name": None}) == {"_id": 1}
    database.things.drop()
    [other] = set(DATABASES.values()) - {own}
    assert refused(lambda: server[other].things.find_one()) == UNAUTHORIZED
    assert refused(lambda: server[other].things.insert_one({})) == UNAUTHORIZED
    assert refused(lambda: server.local["oplog.rs"].find_one()) == UNAUTHORIZED
    for command in ("replSetGetConfig", "getParameter", "shutdown"):
        assert refused(lambda: server.admin.command(command)) == UNAUTHORIZED
    assert refused(lambda: database.command("createUser", "more", pwd="x", roles=["readWrite"])) == UNAUTHORIZED
    assert refused(lambda: database.command("dropUser", "auth-service")) == UNAUTHORIZED
    [user] = root(deployed)[own].command("usersInfo")["users"]
    assert [(role["role"], role["db"]) for role in user["roles"]] == [("readWrite", own)]


def test_nobody_without_a_password_may_do_anything(deployed):
    for port in deployed.ports.values():
        anyone = pymongo.MongoClient("127.0.0.1", port, directConnection=True)
        assert refused(lambda: anyone.tessera_auth.things.find_one()) == UNAUTHORIZED
        assert refused(lambda: anyone.admin.command("createUser", "me", pwd="x", roles=["root"])) == UNAUTHORIZED
    password = deployed.url("auth-store-url").split(":")[2].split("@")[0]
    guess = deployed.url("auth-store-url").replace(password, "guess")
    assert refused(lambda: client(guess).tessera_auth.things.find_one()) == AUTHENTICATION_FAILED


def test_the_services_become_ready_with_these_users_and_create_admin_works_at_once(deployed, run_service, tmp_path):
    keys, processes = str(tmp_path / "keys.json"), []
    assert run_service("auth-service", "keys", "new", "--file", keys).returncode == 0
    try:
        for service in SERVICES:
            name = service.removesuffix("-service")
            prefix = name.upper()
            settings = {
                f"{prefix}__HTTP__LISTEN": "127.0.0.1:0",
                f"{prefix}__HTTP__MANAGEMENT_LISTEN": f"127.0.0.1:{ports.take()}",
                f"{prefix}__KEYS__FILE": keys,
                f"{prefix}__STORE__URL_FILE": str(deployed.secrets / f"{name}-store-url"),
            }
            log = tmp_path / f"{service}.log"
            with open(log, "wb") as file:
                program = pathlib.Path(os.environ["TESSERA_BIN_DIR"]) / service
                processes.append(subprocess.Popen([program], env=settings, stdout=file, stderr=file))
            deadline = time.monotonic() + PATIENCE
            while (answer := run_service(service, "healthcheck", environment=settings)).returncode != 0:
                assert time.monotonic() < deadline, answer.stderr + log.read_text()
            if service == "auth-service":
                made = run_service(service, "create-admin", "--email", "root@example.org", environment=settings)
                assert made.returncode == 0 and "is an admin" in made.stdout, made
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_running_it_again_changes_nothing(deployed):
    def state():
        server = root(deployed)
        users = [server[name].command("usersInfo", showCredentials=True)["users"] for name in ("admin", *DATABASES.values())]
        return server.admin.command("replSetGetConfig")["config"], users

    before = state()
    again = deployed.set_up()
    assert again.returncode == 0 and again.stdout.splitlines()[-1] == "the replica set is ready", again
    assert state() == before


def test_running_it_while_another_member_leads_waits_for_the_first(deployed):
    root(deployed).admin.command("replSetStepDown", 10, secondaryCatchUpPeriodSecs=5)
    again = deployed.set_up()
    assert again.returncode == 0 and again.stdout.splitlines()[-1] == "the replica set is ready", again
    assert root(deployed).admin.command("hello")["me"] == f"127.0.0.1:{deployed.ports['mongo-1']}"


def test_a_password_that_is_not_the_set_s_is_refused_in_words(deployed):
    file = deployed.secrets / "mongo-root-password"
    kept = file.read_text()
    file.write_text("another\n")
    try:
        answer = deployed.set_up()
        assert answer.returncode != 0 and "Authentication failed" in answer.stdout + answer.stderr
    finally:
        file.write_text(kept)


def test_the_key_of_the_members_is_made_once_and_for_their_user_alone(deployed):
    key = deployed.folder / "configdb/replica-set.key"
    made = key.read_text()
    assert key.stat().st_mode & 0o777 == 0o400
    deployed.make_key()
    assert key.read_text() == made and 6 <= len(made) <= 1024


def test_a_member_that_has_ended_is_not_healthy(deployed):
    last = MEMBERS[-1]
    assert deployed.healthy(last)
    deployed.processes[last].kill()
    deployed.processes[last].wait()
    assert not deployed.healthy(last)
