"""SIGSTOP of each service in turn: the other replica serves, and what the frozen one held is answered when it continues."""
from check import Expectations
from scenario import Scenario

# Shorter than what a client waits. For longer, see `service_hang`.
FROZEN = 6


async def faults(running):
    for _ in range(3 if running.long else 1):
        # The short form freezes one of each.
        for replica in running.cluster.services[:: 1 if running.long else 2]:
            running.note(f"freeze {replica.name}")
            replica.freeze()
            await running.run(FROZEN)
            replica.thaw()
            await running.run(2)


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=20, revoked_within=FROZEN + 10), load={"writers": 8, "readers": 6, "sessions": 6})
