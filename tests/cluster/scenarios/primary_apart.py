"""The primary and one replica of each service are on the smaller side of a partition: what they show must not be out of date.

The other side elects a primary of its own while the old one does not know yet that it has lost its majority.
"""
import network
from check import Expectations
from mongo import DEFAULT
from scenario import Scenario


async def faults(running):
    cluster = running.cluster
    for turn in range(10 if running.long else 2):
        primary = await cluster.mongo.primary()
        others = [member.host for member in cluster.mongo.members if member is not primary]
        apart = [primary.host, cluster.auth[turn % 2].host, cluster.resource[turn % 2].host]
        running.note(f"cut off {primary.name} with {', '.join(host.name for host in apart[1:])}")
        network.cut(apart, others)
        await cluster.mongo.primary(other_than=primary)
        await running.run(4)
        running.note("heal")
        for host in cluster.mongo.hosts + [service.host for service in cluster.services]:
            host.heal()
        await running.run(2)
        await cluster.mongo.heal()


SCENARIO = Scenario(faults, kind=DEFAULT, expected=Expectations(gap=30, revoked_within=40), pinned=True,
                    load={"readers": 6, "pause": 0.03}, short=False)
