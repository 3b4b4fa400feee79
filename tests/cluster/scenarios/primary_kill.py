"""SIGKILL of the primary, again and again: nothing acknowledged is lost, and every read is up to date."""
from check import Expectations
from scenario import Scenario


async def faults(running):
    mongo = running.cluster.mongo
    for _ in range(20 if running.long else 2):
        primary = await mongo.primary()
        running.note(f"kill {primary.name}")
        primary.kill()
        await running.served()
        await running.run(1)
        await mongo.heal()
        await running.run(1)


SCENARIO = Scenario(faults, expected=Expectations(gap=15, revoked_within=45), pinned=True)
