"""A replica of each service is added under load: it serves within 2 s of its start, and no request fails."""
import signal

from check import Expectations
from scenario import Scenario
from services import AUTH, RESOURCE

# What is promised, in seconds; a machine that does much else takes longer.
PROMISED, LOADED = 2, 15


async def serves(running, replica):
    """Whether a request to this replica alone succeeds."""
    path = "/api/calculations?limit=1" if replica.service == RESOURCE else "/auth/users/me"
    token = running.load.lasting[0].token
    return (await running.cluster.client.ask("GET", path, token=token, base=replica.base)).status == 200


async def faults(running):
    cluster, added = running.cluster, []
    for service in (AUTH, RESOURCE):
        replica = cluster.replica(service, cluster.replicas + 1)
        added.append(replica)
        replica.start()
        took = await running.until(lambda: serves(running, replica), f"{replica.name} serves")
        running.note(f"{replica.name} served after {took:.2f} s")
        bound = PROMISED if running.long else LOADED
        running.expect(took <= bound, f"{replica.name} served after {took:.1f} s, {bound} s are allowed")
        await replica.ready()
        await running.run(4)
    for replica in added:
        replica.signal(signal.SIGTERM)
        await running.until(lambda: not replica.running, f"{replica.name} ends")
        replica.host.close()


SCENARIO = Scenario(faults, expected=Expectations(refusals=False, gap=10))
