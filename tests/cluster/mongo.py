"""A replica set of three real mongods, each in a host of its own."""
import asyncio
import contextlib
import os
import time

import network
import pymongo
import pymongo.errors
from process import PATIENCE, Process

PORT = 27017
# In milliseconds. The second is what MongoDB has where nobody sets it.
SHORT, DEFAULT = 1_000, 10_000
# With a short time-out heartbeats must be as frequent, or a primary gives up where one member is silent.
HEARTBEAT = 250


class Mongod(Process):
    """A member of the set."""

    def __init__(self, number, folder, data):
        host = network.Host(f"mongo-{number}", 10 + number)
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.address = f"{host.address}:{PORT}"
        super().__init__(f"mongo-{number}", host, folder, [
            os.environ["MONGOD"], "--dbpath", data, "--port", PORT, "--bind_ip", f"{host.address},127.0.0.1",
            "--replSet", "rs0",
            # All have the same port, and one file system.
            "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--setParameter", "enableTestCommands=1",
            "--setParameter", "transactionLifetimeLimitSeconds=30",
        ])

    def client(self, patience=5):
        return pymongo.MongoClient(
            self.address, directConnection=True, serverSelectionTimeoutMS=patience * 1000, connectTimeoutMS=patience * 1000,
            socketTimeoutMS=patience * 1000)

    def command(self, *command, patience=5, **options):
        with self.client(patience) as client:
            return client.admin.command(*command, **options)

    async def answers(self):
        """Waits until the server answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.running, f"{self.name} ended: {self.tail()}"
            try:
                return await asyncio.to_thread(self.command, "ping", patience=2)
            except pymongo.errors.PyMongoError as error:
                assert time.monotonic() < deadline, f"{self.name} does not answer: {error}"

    def leads(self):
        """Whether this member says that it is primary, and in which term. None: it does not answer."""
        try:
            hello = self.command("hello", patience=1)
        except pymongo.errors.PyMongoError:
            return None
        return hello["electionId"] if hello.get("isWritablePrimary") else None


class ReplicaSet:
    """Three members. At most one of them is lost, frozen or cut off at a time, unless a scenario asks for all."""

    def __init__(self, folder, disk):
        """The data of the first member lie on a disk that can be filled."""
        places = [disk / "data-1", folder / "data-2", folder / "data-3"]
        self.members = [Mongod(number, folder, data) for number, data in enumerate(places, 1)]

    @property
    def hosts(self):
        return [member.host for member in self.members]

    def url(self, database):
        addresses = ",".join(member.address for member in self.members)
        return f"mongodb://{addresses}/{database}?replicaSet=rs0"

    async def start(self, election_timeout):
        for member in self.members:
            member.start()
        first = self.members[0]
        members = [{"_id": number, "host": member.address} for number, member in enumerate(self.members)]
        for member in self.members:
            await member.answers()
        # A short time-out at first, since the first election waits for it too.
        settings = {"electionTimeoutMillis": SHORT, "heartbeatIntervalMillis": HEARTBEAT}
        first.command("replSetInitiate", {"_id": "rs0", "members": members, "settings": settings})
        await self.primary()
        await self.reconfigure(election_timeout)

    async def reconfigure(self, election_timeout):
        primary = await self.primary()
        config = primary.command("replSetGetConfig")["config"]
        config["version"] += 1
        config["settings"]["electionTimeoutMillis"] = election_timeout
        if election_timeout != SHORT:
            config["settings"].pop("heartbeatIntervalMillis", None)
        primary.command("replSetReconfig", config)

    async def primary(self, other_than=None):
        """The member that leads in the latest term of those that say so."""
        deadline = time.monotonic() + PATIENCE
        while True:
            asked = [member for member in self.members if member.running and not member.frozen and member is not other_than]
            terms = await asyncio.gather(*(asyncio.to_thread(member.leads) for member in asked))
            leading = [(term, number) for number, term in enumerate(terms) if term is not None]
            if leading:
                return asked[max(leading)[1]]
            assert time.monotonic() < deadline, "no member becomes primary"
            await asyncio.sleep(0.05)

    async def make_primary(self, member):
        """Has a member stand for election until it leads. One that is not up to date yet loses."""
        deadline = time.monotonic() + PATIENCE
        while await self.primary() is not member:
            assert time.monotonic() < deadline, f"{member.name} does not become primary"
            with contextlib.suppress(pymongo.errors.PyMongoError):
                await asyncio.to_thread(member.command, "replSetStepUp", patience=30)

    async def heal(self):
        """Brings every member back, and waits until all follow the primary."""
        for member in self.members:
            member.host.heal()
            member.thaw()
            if not member.running:
                member.start()
        deadline = time.monotonic() + PATIENCE
        while True:
            primary = await self.primary()
            try:
                states = [member["stateStr"] for member in primary.command("replSetGetStatus")["members"]]
            except pymongo.errors.PyMongoError:
                states = []
            if sorted(states) == ["PRIMARY", "SECONDARY", "SECONDARY"]:
                return
            assert time.monotonic() < deadline, f"the replica set does not heal: {states}"
            await asyncio.sleep(0.2)
