"""A whole system: a replica set, replicas of both services, and the shipped balancer before them."""
import asyncio
import contextlib
import os
import subprocess
import time

import network
from client import Client
from mongo import ReplicaSet
from process import PATIENCE
from services import ADMIN, AUTH, RESOURCE, Balancer, Service, write_keys

# A collector of traces that accepts connections and answers nothing: it must never hold anything up.
COLLECTOR = f"http://{network.ORIGIN}:4318"
# The kind of a cluster without MongoDB.
SQLITE = "sqlite"
# The size of the disk that can be filled, in MiB.
DISK = 1_200
SCOPES = ["revocations:read", "revocations:write", "users:read"]


def mount(folder):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "disk", folder], check=True)


async def hang(reader, writer):
    """Reads and does not answer."""
    with contextlib.suppress(OSError, asyncio.CancelledError):
        while await reader.read(65_536):
            pass
    writer.close()


class Cluster:
    """What scenarios do things to."""

    def __init__(self, folder, kind, binaries=None):
        self.folder, self.kind = folder, kind
        self.binaries = binaries or os.environ["TESSERA_BIN_DIR"]
        folder.mkdir(parents=True, exist_ok=True)
        network.build()
        self.keys = folder / "keys.json"
        write_keys(self.keys)
        # A folder that can be filled.
        self.disk = folder / "disk"
        mount(self.disk)
        self.mongo = None if kind == SQLITE else ReplicaSet(folder, self.disk)
        auth = {"STORE__URL": self.url("auth"), "KEYS__FILE": str(self.keys), "REGISTRATION": "open",
                "REGISTRATION_ON_NETWORK": "true", "THROTTLE__SIGN_UPS": "100000", "HTTP__TRUSTED_PROXIES": network.ORIGIN,
                "TELEMETRY__OTLP_ENDPOINT": COLLECTOR, "BOOTSTRAP__ADMIN_EMAIL": ADMIN[0], "BOOTSTRAP__ADMIN_PASSWORD": ADMIN[1]}
        self.settings = {AUTH: auth, RESOURCE: {"STORE__URL": self.url("resource"), "KEYS__FILE": str(self.keys),
                                                          "TELEMETRY__OTLP_ENDPOINT": COLLECTOR}}
        self.auth = [self.replica(AUTH, number) for number in range(1, self.replicas + 1)]
        self.resource = []
        self.balancer = Balancer(folder)
        self.client = self.collector = None

    @property
    def replicas(self):
        """How many there are of each service. An embedded store is for one process."""
        return 2 if self.mongo else 1

    def url(self, database):
        return self.mongo.url(database) if self.mongo else f"sqlite:{self.disk}/{database}.db"

    def replica(self, service, number):
        return Service(service, number, self.folder, self.settings[service], self.binaries)

    @property
    def services(self):
        return self.auth + self.resource

    async def start(self):
        self.collector = await asyncio.start_server(hang, network.ORIGIN, 4318)
        if self.mongo:
            await self.mongo.start(self.kind)
        self.balancer.start()
        for replica in self.auth:
            replica.start()
        await asyncio.gather(*(replica.ready() for replica in self.auth))
        self.client = Client()
        deadline = time.monotonic() + PATIENCE
        while (answer := await self.client.log_in(*ADMIN)).status != 200:
            assert time.monotonic() < deadline, f"the admin cannot log in: {answer.status} {answer.json}"
            await asyncio.sleep(0.2)
        made = await self.client.ask("POST", "/auth/clients", token=answer.json["access_token"],
                                     body={"name": "resource-service", "scopes": SCOPES})
        assert made.status == 201, made.json
        self.settings[RESOURCE] |= {
            "AUTH__URL": f"http://{network.INNER}:8081", "AUTH__CLIENT_ID": made.json["client_id"],
            "AUTH__CLIENT_SECRET": made.json["client_secret"]}
        self.resource = [self.replica(RESOURCE, number) for number in range(1, self.replicas + 1)]
        for replica in self.resource:
            replica.start()
        await self.until_served()

    async def until_served(self):
        """Waits until every replica is ready and the balancer sends requests to both services."""
        await asyncio.gather(*(replica.ready() for replica in self.services))
        deadline = time.monotonic() + PATIENCE
        for path, served in (("/api/calculations", 401), ("/.well-known/jwks.json", 200)):
            while (answer := await self.client.ask("GET", path)).status != served:
                assert time.monotonic() < deadline, f"{path}: {answer.status} {answer.json} {answer.error}"
                await asyncio.sleep(0.1)
        # The balancer asks each replica once a second.
        await asyncio.sleep(1.2)

    async def heal(self):
        """Takes back every fault: all that is lost is started, all that is cut off is joined."""
        if self.mongo:
            await self.mongo.heal()
        for replica in self.services:
            replica.host.heal()
            replica.thaw()
            if not replica.running:
                replica.start()
        await self.until_served()

    async def close(self):
        if self.client:
            await self.client.close()
        if self.collector:
            self.collector.close()
        for process in [*self.services, *(self.mongo.members if self.mongo else [])]:
            process.kill()
        if self.balancer.child:
            self.balancer.child.kill()
            self.balancer.child.wait()
        subprocess.run(["umount", self.disk], check=True)
