"""What a scenario is: a cluster, a load, faults, and what is expected of both."""
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from check import Expectations
from mongo import SHORT


@dataclass(frozen=True)
class Scenario:
    """One file of scenarios/ has one, with the name of the file."""

    # Does things to the cluster while the load runs. The cluster is healed afterwards.
    faults: Callable[["Running"], Awaitable[None]]
    # The election time-out of the replica set, in milliseconds.
    election: int = SHORT
    expected: Expectations = field(default_factory=Expectations)
    # Whether the short form has it.
    short: bool = True
    # What Load is made with.
    load: dict = field(default_factory=dict)
    # Whether readers also ask each resource-service by itself.
    pinned: bool = False
    # Whether the cluster is of no use afterwards.
    spoils: bool = False


class Running:
    """A scenario that runs: what its faults may use."""

    def __init__(self, cluster, load, history, long, old):
        self.cluster, self.load, self.history = cluster, load, history
        # The long form, and the folder of the binaries of the commit before.
        self.long, self.old = long, old
        self.faults = []

    def expect(self, holds, otherwise):
        """Records a fault that the history does not show."""
        if not holds:
            self.faults.append(otherwise)

    def note(self, text):
        self.history.note(text)

    async def run(self, seconds):
        await self.load.run(seconds)

    async def until(self, holds, what, patience=90):
        """Lets the load run until something holds, and returns the seconds that it took."""
        began = time.monotonic()
        while not await holds():
            assert time.monotonic() - began < patience, f"{what}: not within {patience} s"
            await self.run(0.1)
        return time.monotonic() - began

    async def served(self):
        """Lets the load run until one write and one read have been acknowledged that begin now."""
        begins, session = time.monotonic(), self.load.lasting[0]
        document = None
        while document is None:
            assert time.monotonic() - begins < 90, "nothing is served"
            document = await self.load.documents.insert(session)
            await self.run(0.1)
        return time.monotonic() - begins
