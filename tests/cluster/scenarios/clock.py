"""The clock of one replica of each service is wrong, by seconds and by an hour."""
from check import Expectations
from scenario import Scenario

# Seconds. Tokens are accepted with 5 s of leeway.
STEPS = (4, -4, 10, -10, 3600, -3600)


async def faults(running):
    cluster = running.cluster
    wrong = [cluster.auth[0], cluster.resource[0]]
    for replica in wrong:
        replica.kill()
        replica.start(clock=0)
        await replica.ready()
    for step in STEPS if running.long else STEPS[:2]:
        for replica in wrong:
            running.note(f"{replica.name}: {step:+} s")
            replica.set_clock(step)
            await running.run(6)
            replica.set_clock(0)
            await running.run(2)
    for replica in wrong:
        replica.kill()


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=20), short=False)
