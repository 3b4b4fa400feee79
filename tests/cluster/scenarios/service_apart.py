"""One replica of each service is cut off from all of MongoDB: the others serve, and it comes back by itself."""
import network
from check import Expectations
from scenario import Scenario


async def faults(running):
    cluster = running.cluster
    for turn in range(4 if running.long else 1):
        apart = [cluster.auth[turn % 2].host, cluster.resource[turn % 2].host]
        running.note(f"cut off {', '.join(host.name for host in apart)}")
        network.cut(apart, cluster.mongo.hosts)
        await running.run(12)
        running.note("heal")
        for host in apart + cluster.mongo.hosts:
            host.heal()
        await cluster.until_served()
        await running.run(1)


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=20, revoked_within=40), load={"writers": 6, "sessions": 5}, short=False)
