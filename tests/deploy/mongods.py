"""Real mongods on this machine: a replica set whose members' data can be copied and brought up elsewhere."""
import os
import shutil
import subprocess
import time

import pymongo
import pymongo.errors
from members import ports

PATIENCE = 60
QUICK = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 250}
#: What a copy of the data does not need.
LEFT_OUT = shutil.ignore_patterns("mongod.lock", "diagnostic.data", "*.sock")


class Mongod:
    """A member of the set `rs0`. `options` are those of a client."""

    def __init__(self, data, *arguments, **options):
        data.mkdir(exist_ok=True)
        self.data, self.port, self.options = data, ports.take(), options
        self.address = f"127.0.0.1:{self.port}"
        self.log = data.with_suffix(".log")
        command = [os.environ["MONGOD"], "--dbpath", data, "--port", str(self.port), "--bind_ip", "127.0.0.1", "--nounixsocket",
                   "--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.25", *arguments]
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        self.command("ping")

    def client(self):
        return pymongo.MongoClient(self.address, directConnection=True, serverSelectionTimeoutMS=PATIENCE * 1000, **self.options)

    def command(self, *command, **options):
        with self.client() as client:
            return client.admin.command(*command, **options)

    def url(self, database=""):
        return f"mongodb://{self.address}/{database}?replicaSet=rs0"

    def initiate(self, *others):
        members = [{"_id": number, "host": member.address} for number, member in enumerate((self, *others))]
        self.command("replSetInitiate", {"_id": "rs0", "members": members, "settings": QUICK})
        self.until_primary()

    def take_over(self):
        """Makes this member, which has the data and the configuration of another, the only one of its set."""
        deadline = time.monotonic() + PATIENCE
        with self.client() as client:
            config = client.local["system.replset"].find_one()
        config |= {"version": config["version"] + 1, "members": [{"_id": 0, "host": self.address}]}
        while True:
            try:
                self.command("replSetReconfig", config, force=True)
                return self.until_primary()
            except pymongo.errors.OperationFailure as error:
                assert time.monotonic() < deadline, error
                time.sleep(0.2)

    def add(self, other):
        """Adds an empty member to the set of this one, and waits until it has everything."""
        config = self.command("replSetGetConfig")["config"]
        config |= {"version": config["version"] + 1, "members": [*config["members"], {"_id": 1, "host": other.address}]}
        self.command("replSetReconfig", config)
        states = (1, 2)
        self.until(lambda: tuple(one["state"] for one in self.command("replSetGetStatus")["members"]) == states)

    def until_primary(self):
        self.until(lambda: self.command("hello")["isWritablePrimary"])

    def until(self, true):
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def stop(self):
        self.process.kill()
        self.process.wait()


def copy_while_it_runs(member, folder):
    """Copies the data of a member that takes part in its set: it neither writes nor applies anything meanwhile."""
    member.command("fsync", lock=True)
    try:
        shutil.copytree(member.data, folder, ignore=LEFT_OUT)
    finally:
        member.command("fsyncUnlock")
