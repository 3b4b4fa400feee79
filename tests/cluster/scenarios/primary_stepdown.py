"""The primary steps down, as for maintenance: nothing is lost, and hardly anybody notices."""
import pymongo.errors
from check import Expectations
from scenario import Scenario


async def faults(running):
    mongo = running.cluster.mongo
    for _ in range(20 if running.long else 2):
        primary = await mongo.primary()
        running.note(f"step down {primary.name}")
        try:
            primary.command("replSetStepDown", 8, secondaryCatchUpPeriodSecs=5, patience=30)
        except pymongo.errors.OperationFailure as error:
            # No member had caught up in time. Nothing happened.
            running.note(f"not done: {error}")
        await running.served()
        await running.run(2)


SCENARIO = Scenario(faults, expected=Expectations(gap=30), pinned=True)
