"""SIGTERM of each service in turn, as a rollout does: not one request fails, though streams are open and the collector hangs."""
import signal

from check import Expectations
from scenario import Scenario

# What deploy/README.md promises, in seconds.
PROMISED = 10


async def faults(running):
    for _ in range(20 if running.long else 1):
        for replica in running.cluster.services:
            running.note(f"stop {replica.name}")
            replica.signal(signal.SIGTERM)
            took = await running.until(lambda: not replica.running, f"{replica.name} ends")
            running.expect(replica.child.returncode == 0, f"{replica.name} ended with {replica.child.returncode}")
            running.expect(took <= PROMISED, f"{replica.name} took {took:.1f} s to end, {PROMISED} s are promised")
            replica.start()
            await replica.ready()
            # The balancer asks once a second who is ready. Only then the next one leaves.
            await running.run(2)


SCENARIO = Scenario(faults, expected=Expectations(refusals=False, gap=10), load={"writers": 6, "pause": 0.03})
