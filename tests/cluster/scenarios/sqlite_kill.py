"""SIGKILL of both services on SQLite while they write, again and again: what was acknowledged is there after each start."""
import random

from check import Expectations
from cluster import SQLITE
from scenario import Scenario


async def faults(running):
    for _ in range(50 if running.long else 5):
        await running.run(random.uniform(0.3, 1))
        for replica in running.cluster.services:
            replica.kill()
        running.note("killed")
        for replica in running.cluster.services:
            replica.start()
        for replica in running.cluster.services:
            await replica.ready()
        await running.served()


SCENARIO = Scenario(faults, kind=SQLITE, expected=Expectations(errors=True, gap=30, revoked_within=30),
                    load={"writers": 8, "pause": 0.01})
