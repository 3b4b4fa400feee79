"""SIGSTOP of one auth-service for longer than a used refresh token still returns its successor: no session is lost."""
from check import Expectations
from scenario import Scenario

FROZEN = 70


async def faults(running):
    replica = running.cluster.auth[0]
    running.note(f"freeze {replica.name}")
    replica.freeze()
    await running.run(FROZEN)
    running.note(f"thaw {replica.name}")
    replica.thaw()
    await running.run(5)


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=20, revoked_within=FROZEN + 10), load={"sessions": 10}, short=False)
