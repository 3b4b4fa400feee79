"""The primary vanishes from the network in the midst of many writes, while the third member has fallen behind.

The next primary has all that was acknowledged, but learns that it was only once a write of its own is on a majority. Until the
third member follows again, its majority reads leave out what was acknowledged last (MongoDB SERVER-53813). The services must
not show that.
"""
import asyncio
import time

import network
import pymongo.read_concern
from check import Expectations
from scenario import Scenario

# How often it is tried to bring a primary to that.
ATTEMPTS = 10
# Documents that are written at once.
MANY = 40
# How many writes are acknowledged before the primary is lost.
ACKNOWLEDGED = 5 * MANY
# How long all documents are read at a primary that cannot commit, in seconds.
WATCHED = 5


async def faults(running):
    for _ in range(20 if running.long else 1):
        shown = False
        for _ in range(ATTEMPTS):
            shown = await writes_and_loss(running)
            await running.cluster.mongo.heal()
            await running.served()
            if shown:
                break
        running.expect(shown, f"in {ATTEMPTS} attempts no primary had reads from before what was acknowledged: nothing was tried")


async def writes_and_loss(running):
    """Returns whether the next primary itself had reads that left out acknowledged writes."""
    mongo, documents, session = running.cluster.mongo, running.load.documents, running.load.lasting[0]
    many = [await running.document() for _ in range(MANY)]
    primary, lost = await mongo.primary(), asyncio.Event()
    # The one that follows must do so without the other: a member may copy from one that is no primary.
    sources = {member["name"]: member.get("syncSourceHost") for member in primary.command("replSetGetStatus")["members"]}
    follower, behind = sorted((member for member in mongo.members if member is not primary),
                              key=lambda member: sources[member.address] != primary.address)

    acknowledged = []

    async def write(document):
        while not lost.is_set():
            if await documents.update(session, document) == 200:
                acknowledged.append(document)

    behind.command("configureFailPoint", "stopReplProducer", mode="alwaysOn")
    writing = [asyncio.create_task(write(document)) for document in many]
    try:
        await running.until(lambda: len(acknowledged) >= ACKNOWLEDGED, "writes are acknowledged")
        # The follower confirms what is under way, so it is acknowledged; that it is committed reaches no other member.
        for member in (follower, behind):
            primary.host.lose(member.host.address)
        await asyncio.sleep(0.1)
        others = [host for host in mongo.hosts + [service.host for service in running.cluster.services]
                  if host is not primary.host]
        network.cut([primary.host], others)
        lost.set()
        running.note(f"{primary.name} is lost")
        fresh = await mongo.primary(other_than=primary)
        running.note(f"{fresh.name} is primary")
        shown = await asyncio.to_thread(leaves_out, fresh, many)
        await read_all(running, many, WATCHED)
    finally:
        lost.set()
        behind.command("configureFailPoint", "stopReplProducer", mode="off")
    running.note(f"{behind.name} follows")
    await running.served()
    await read_all(running, many, 1)
    for host in [primary.host, *others]:
        host.heal()
    await asyncio.gather(*writing)
    return shown


def leaves_out(member, many):
    """Whether majority reads at this member leave out a revision of these documents that was acknowledged."""
    with member.client() as client:
        concern = pymongo.read_concern.ReadConcern("majority")
        stored = client.get_database("resource", read_concern=concern).calculations
        return any(stored.find_one(document.id)["_revision"] < document.revision for document in many)


async def read_all(running, many, seconds):
    """Reads all documents at each replica by itself, again and again for some seconds."""
    documents, session = running.load.documents, running.load.lasting[0]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.gather(*(documents.read(session, document, via) for document in many
                               for via in documents.bases if via != "balancer"))


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=40, revoked_within=40), pinned=True, short=False)
