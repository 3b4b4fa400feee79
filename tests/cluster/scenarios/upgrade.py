"""A rolling upgrade of both services from the binaries of an earlier commit to today's, and back, under load.

    tests/cluster/run --old DIR upgrade
"""
import signal

from check import Expectations
from scenario import Scenario


async def roll(running, binaries):
    cluster = running.cluster
    # In the order that deploy/upgrade.md gives.
    for replica in cluster.resource + cluster.auth:
        running.note(f"{replica.name} becomes {binaries}")
        replica.signal(signal.SIGTERM)
        await running.until(lambda: not replica.running, f"{replica.name} ends")
        replica.use(binaries)
        replica.start()
        await replica.ready()
        await running.run(3)


async def faults(running):
    assert running.old, "--old names the folder of the earlier binaries"
    new = running.cluster.binaries
    for binaries in (running.old, new, running.old, new):
        await roll(running, binaries)
        await running.run(3)


SCENARIO = Scenario(faults, expected=Expectations(refusals=False, gap=10), short=False, needs_old=True)
