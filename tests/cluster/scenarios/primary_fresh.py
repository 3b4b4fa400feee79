"""The primary vanishes from the network in the midst of many writes, as with a host that loses its power.

The next primary has all that was acknowledged, but learns that it was only once one of its own writes is committed. Until then a
majority read there leaves out what was acknowledged last. That takes long where the other member still waits for the lost one.
"""
import asyncio
import time

import network
from check import Expectations
from scenario import Scenario

# Documents that are written at once.
MANY = 40
# How long all of them are read at the new primary, in seconds.
WATCHED = 12


async def faults(running):
    cluster, documents, session = running.cluster, running.load.documents, running.load.lasting[0]
    for _ in range(20 if running.long else 2):
        await writes_and_loss(running)
        await cluster.mongo.heal()
        await running.run(1)


async def writes_and_loss(running):
    cluster, documents, session = running.cluster, running.load.documents, running.load.lasting[0]
    many = [await running.document() for _ in range(MANY)]
    primary, lost = await cluster.mongo.primary(), asyncio.Event()

    async def write(document):
        while not lost.is_set():
            await documents.update(session, document)

    writing = [asyncio.create_task(write(document)) for document in many]
    await running.run(1)
    others = [host for host in cluster.mongo.hosts + [service.host for service in cluster.services] if host is not primary.host]
    network.cut([primary.host], others)
    lost.set()
    running.note(f"{primary.name} is lost")
    fresh = await cluster.mongo.primary(other_than=primary)
    running.note(f"{fresh.name} is primary")
    until = time.monotonic() + WATCHED
    while time.monotonic() < until:
        await asyncio.gather(*(documents.read(session, document, via) for document in many
                               for via in documents.bases if via != "balancer"))
    for member in cluster.mongo.members:
        status = member.command("replSetGetStatus")
        running.note(f"{member.name}: {status['myState']} {status['optimes']['lastCommittedOpTime']} {status['optimes']['appliedOpTime']} {status['optimes']['readConcernMajorityOpTime']}")
    for host in [primary.host, *others]:
        host.heal()
    await asyncio.gather(*writing)


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=40, revoked_within=40), pinned=True, short=False)
