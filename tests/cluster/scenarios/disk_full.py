"""The disk of the primary is full: it ends, another is elected, and nothing is lost. With room it comes back."""
import asyncio

from check import Expectations
from scenario import Scenario


async def faults(running):
    mongo = running.cluster.mongo
    small = mongo.members[0]
    for _ in range(3 if running.long else 1):
        while await mongo.primary() is not small:
            await asyncio.to_thread(small.command, "replSetStepUp", patience=30)
        # A server without room for its journal ends by itself.
        await running.fill(lambda: not small.running)
        await running.served()
        await mongo.heal()


SCENARIO = Scenario(faults, expected=Expectations(gap=90, revoked_within=90), short=False, spoils=True,
                    load={"writers": 12, "pause": 0.01})
