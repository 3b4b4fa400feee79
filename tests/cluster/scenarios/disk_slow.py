"""The disk of the primary is slow: writes wait, then some are refused, and nothing is lost."""
from check import Expectations
from scenario import Scenario
from slow_disk import SlowDisk


async def faults(running):
    mongo, disk = running.cluster.mongo, SlowDisk(running.cluster.folder)
    slow = mongo.members[0]
    slow.kill()
    slow.start(**disk.environment)
    await mongo.heal()
    await mongo.make_primary(slow)
    await disk.slow_down(running)


SCENARIO = Scenario(faults, expected=Expectations(gap=40, revoked_within=40), short=False)
