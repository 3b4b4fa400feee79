"""SIGKILL of the primary where MongoDB waits for ten seconds before it elects another one, as it does where nobody sets that."""
from check import Expectations
from mongo import DEFAULT
from scenario import Scenario
from scenarios.primary_kill import RATE, busy, kills


async def faults(running):
    await busy(running)
    await kills(running, 20 if running.long else 3)


SCENARIO = Scenario(faults, kind=DEFAULT, expected=Expectations(gap=15, revoked_within=45), pinned=True, short=False,
                    load={"inserts": RATE, "refreshes": RATE})
