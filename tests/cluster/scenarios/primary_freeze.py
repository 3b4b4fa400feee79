"""The primary is frozen, another is elected, and the frozen one continues: it must not answer from the past."""
from check import Expectations
from scenario import Scenario


async def faults(running):
    mongo = running.cluster.mongo
    for _ in range(20 if running.long else 2):
        primary = await mongo.primary()
        running.note(f"freeze {primary.name}")
        primary.freeze()
        await running.served()
        await running.run(1)
        running.note(f"thaw {primary.name}")
        primary.thaw()
        await running.run(2)
        await mongo.heal()


SCENARIO = Scenario(faults, expected=Expectations(gap=40, revoked_within=45), pinned=True, short=False)
