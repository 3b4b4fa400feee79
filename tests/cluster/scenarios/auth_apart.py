"""One resource-service is cut off from auth-service: it serves reads throughout, and refuses writes after 30 s without news."""
import time

import network
from check import Expectations
from scenario import Scenario

# Seconds without news after which writes are refused (deploy/README.md), and what measuring it may add.
SILENCE, MORE = 30, 8


async def faults(running):
    cluster, documents, session = running.cluster, running.load.documents, running.load.lasting[0]
    deaf = cluster.resource[0]
    document = await running.document()
    running.note(f"cut off {deaf.name} from auth-service")
    deaf.host.lose(network.INNER)
    began = time.monotonic()
    if running.long:
        await running.run(SILENCE + MORE)
        status = await documents.update(session, document, deaf.name)
        running.expect(status == 503, f"a write was answered with {status} after {time.monotonic() - began:.0f} s without news")
    else:
        await running.run(6)
    await documents.read(session, document, deaf.name)
    deaf.host.heal()

    async def writes():
        return await documents.update(session, document, deaf.name) == 200

    await running.until(writes, "writes are served again")


SCENARIO = Scenario(faults, expected=Expectations(gap=10, revoked_within=SILENCE + 60), pinned=True)
