"""All three members of the replica set end and start again: requests are refused meanwhile, and then everything is as it was."""
import signal

from check import Expectations
from scenario import Scenario


async def faults(running):
    members = running.cluster.mongo.members
    for _ in range(3 if running.long else 1):
        running.note("stop all members")
        for member in members:
            member.signal(signal.SIGTERM)
        for member in members:
            await running.until(lambda: not member.running, f"{member.name} ends")
        await running.run(2)
        running.note("start all members")
        for member in members:
            member.start()
        await running.served()
        await running.run(2)


SCENARIO = Scenario(faults, expected=Expectations(gap=60, revoked_within=60))
