"""The disk under SQLite is full: writes are refused, nothing is lost, and with room they are served again."""
from check import Expectations
from cluster import SQLITE
from scenario import Scenario


async def faults(running):
    documents = running.load.documents
    for _ in range(5 if running.long else 1):
        before = documents.refused
        await running.fill(lambda: documents.refused > before + 10)
        await running.served()
        await running.run(2)


SCENARIO = Scenario(faults, kind=SQLITE, expected=Expectations(gap=60, revoked_within=60), load={"writers": 8, "pause": 0.01})
