"""The disk under SQLite is slow: writes wait, then some are refused, and nothing is lost."""
from check import Expectations
from cluster import SQLITE
from scenario import Scenario
from slow_disk import SlowDisk

# How much longer a sync takes, in milliseconds.
DELAYS = (100, 1_000, 5_000)


async def faults(running):
    disk = SlowDisk(running.cluster.folder)
    for replica in running.cluster.services:
        replica.kill()
        replica.start_with(disk.environment)
        await replica.ready()
    for delay in DELAYS:
        running.note(f"a sync takes {delay} ms longer")
        disk.set(delay)
        await running.run(15)
        disk.set(0)
        running.note("the disk is as fast as before")
        await running.served()
        await running.run(2)


SCENARIO = Scenario(faults, kind=SQLITE, expected=Expectations(gap=60, revoked_within=60), short=False)
