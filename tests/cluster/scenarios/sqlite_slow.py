"""The disk under SQLite is slow: writes wait, then some are refused, and nothing is lost."""
import signal

from check import Expectations
from cluster import SQLITE
from scenario import Scenario
from slow_disk import SlowDisk


async def faults(running):
    disk = SlowDisk(running.cluster.folder)
    for replica in running.cluster.services:
        replica.signal(signal.SIGTERM)
        await running.until(lambda: not replica.running, f"{replica.name} ends")
        replica.start_with(disk.environment)
        await replica.ready()
    await disk.slow_down(running)


SCENARIO = Scenario(faults, kind=SQLITE, expected=Expectations(gap=60, revoked_within=60), short=False)
