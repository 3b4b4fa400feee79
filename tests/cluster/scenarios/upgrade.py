"""A rolling upgrade of both services from the binaries of an earlier commit to today's, and back, under load.

    tests/cluster/run --old COMMIT upgrade
"""
import signal

from check import Expectations
from scenario import Scenario


async def roll(running, replicas, binaries):
    for replica in replicas:
        running.note(f"{replica.name} becomes {binaries}")
        replica.signal(signal.SIGTERM)
        await running.until(lambda: not replica.running, f"{replica.name} ends")
        replica.use(binaries)
        replica.start()
        await replica.ready()
        await running.run(3)


async def faults(running):
    assert running.old, "--old names the folder of the earlier binaries"
    cluster = running.cluster
    # In the orders that deploy/upgrade.md gives: the way back is the way forward in reverse.
    forward = cluster.resource + cluster.auth
    for _ in range(2):
        for replicas, binaries in ((forward[::-1], running.old), (forward, cluster.binaries)):
            await roll(running, replicas, binaries)
            await running.run(3)


SCENARIO = Scenario(faults, expected=Expectations(refusals=False, gap=10), short=False, needs_old=True)
