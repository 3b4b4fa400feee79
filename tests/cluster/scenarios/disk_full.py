"""The disk of the primary is full: it ends, another is elected, and nothing is lost. With room it comes back."""
from check import Expectations
from scenario import Scenario


async def faults(running):
    mongo = running.cluster.mongo
    small = mongo.members[0]
    for _ in range(3 if running.long else 1):
        await mongo.make_primary(small)
        # A server without room for its journal ends by itself.
        await running.fill(lambda: not small.running)
        await running.served()
        await mongo.heal()


SCENARIO = Scenario(faults, expected=Expectations(gap=90, revoked_within=90), short=False, spoils=True,
                    load={"writers": 12, "pause": 0.01})
