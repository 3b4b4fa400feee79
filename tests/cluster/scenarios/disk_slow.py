"""The disk of the primary is slow: writes wait, then some are refused, and nothing is lost."""
from check import Expectations
from scenario import Scenario
from slow_disk import SlowDisk

# How much longer a sync takes, in milliseconds: a busy disk, a failing one, and one with which no write is acknowledged in time.
DELAYS = (100, 1_000, 5_000)


async def faults(running):
    mongo, disk = running.cluster.mongo, SlowDisk(running.cluster.folder)
    slow = mongo.members[0]
    slow.kill()
    slow.start(**disk.environment)
    await mongo.heal()
    await mongo.make_primary(slow)
    for delay in DELAYS:
        running.note(f"a sync takes {delay} ms longer")
        disk.set(delay)
        await running.run(15)
        disk.set(0)
        running.note("the disk is as fast as before")
        await running.served()
        await running.run(2)


SCENARIO = Scenario(faults, expected=Expectations(gap=40, revoked_within=40), short=False)
