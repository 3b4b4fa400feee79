"""A host with the primary and one replica of each service stands still for a while, as a virtual machine does that is moved.

When it continues, everything on it takes itself for what it was: requests that arrived meanwhile are answered from the past,
unless somebody asks first whether the primary still leads.
"""
import asyncio

from check import Expectations
from scenario import Scenario

# Requests that wait for the host.
WAITING = 30


async def faults(running):
    cluster, documents, session = running.cluster, running.load.documents, running.load.lasting[0]
    for turn in range(20 if running.long else 3):
        document = await running.document()
        primary = await cluster.mongo.primary()
        resource = cluster.resource[turn % 2]
        host = [primary, cluster.auth[turn % 2], resource]
        running.note(f"freeze {', '.join(process.name for process in host)}")
        for process in host:
            process.freeze()
        await cluster.mongo.primary(other_than=primary)
        await running.changed(document)
        # These arrive at the host after the change was acknowledged elsewhere.
        waiting = [asyncio.create_task(documents.read(session, document, resource.name)) for _ in range(WAITING)]
        await running.run(0.5)
        running.note("thaw")
        for process in reversed(host):
            process.thaw()
        await asyncio.gather(*waiting)
        await running.run(1)
        await cluster.mongo.heal()


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=40, revoked_within=40), pinned=True, load={"readers": 6}, short=False)
