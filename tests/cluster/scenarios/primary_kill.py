"""SIGKILL of the primary, again and again: nothing acknowledged is lost, and every read is up to date."""
from check import Expectations
from scenario import Scenario

# How many refreshes and inserts a second the long form has, and how long they are counted before the first kill, in seconds.
RATE, COUNTED = 50, 10


async def busy(running):
    """Lets the load run, and expects that it is as heavy as it is to be."""
    before = running.history.begun.copy()
    await running.run(COUNTED)
    for kind in ("refresh", "insert"):
        rate = (running.history.begun[kind] - before[kind]) / COUNTED
        running.note(f"{rate:.0f} {kind} a second")
        running.expect(rate >= RATE, f"{rate:.0f} {kind} a second are fewer than {RATE}")


async def kills(running, rounds):
    mongo = running.cluster.mongo
    for _ in range(rounds):
        primary = await mongo.primary()
        running.note(f"kill {primary.name}")
        primary.kill()
        await running.served()
        await running.run(1)
        await mongo.heal()
        await running.run(1)


async def faults(running):
    if running.long:
        await busy(running)
    await kills(running, 20 if running.long else 2)


SCENARIO = Scenario(faults, expected=Expectations(gap=15, revoked_within=45), pinned=True,
                    long_load={"inserts": RATE, "refreshes": RATE})
