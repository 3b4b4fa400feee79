"""SIGKILL of each service in turn, with requests in flight: the other replica serves, and the killed one comes back."""
from check import Expectations
from scenario import Scenario


async def faults(running):
    for _ in range(3 if running.long else 1):
        for replica in running.cluster.services:
            running.note(f"kill {replica.name}")
            replica.kill()
            await running.run(1.5)
            replica.start()
            await replica.ready()
            await running.run(1.5)


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=15), load={"writers": 10, "readers": 6, "sessions": 5, "pause": 0.02})
