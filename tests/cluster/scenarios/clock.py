"""The clock of one replica of each service is wrong, by less than the leeway of tokens: nobody notices."""
import asyncio

from check import Expectations
from scenario import Scenario

# Seconds. Tokens are accepted with 5 s of leeway.
STEPS = (4, -4)


async def step_clocks(running, steps):
    """Sets the clock of one replica of each service, one after the other, and back."""
    cluster = running.cluster
    wrong = [cluster.auth[0], cluster.resource[0]]
    for replica in wrong:
        replica.kill()
        replica.start(clock=0)
        await replica.ready()
    await running.run(2)
    for step in steps:
        for replica in wrong:
            running.note(f"{replica.name}: {step:+} s")
            replica.set_clock(step)
            await running.run(6)
            ahead = await asyncio.to_thread(replica.ahead)
            running.expect(abs(ahead - step) <= 2, f"the clock of {replica.name} is {ahead:.0f} s ahead and not {step}: nothing was tried")
            replica.set_clock(0)
            # Until every token of that time has been exchanged for another.
            await running.run(4)
    # They start again with the clock of the machine.
    for replica in wrong:
        replica.kill()


async def faults(running):
    for _ in range(3 if running.long else 1):
        await step_clocks(running, STEPS)


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=20), short=False)
