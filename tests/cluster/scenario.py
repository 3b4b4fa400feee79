"""What a scenario is: a cluster, a load, faults, and what is expected of both."""
import contextlib
import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from check import Expectations
from mongo import SHORT
from process import PATIENCE


@dataclass(frozen=True)
class Scenario:
    """One file of scenarios/ has one, with the name of the file."""

    # Does things to the cluster while the load runs. The cluster is healed afterwards.
    faults: Callable[["Running"], Awaitable[None]]
    # The election time-out of the replica set, in milliseconds; or SQLITE.
    kind: int | str = SHORT
    expected: Expectations = field(default_factory=Expectations)
    # Whether the short form has it.
    short: bool = True
    # What Load is made with.
    load: dict = field(default_factory=dict)
    # The same for the long form, beyond the former.
    long_load: dict = field(default_factory=dict)
    # Whether readers also ask each resource-service by itself.
    pinned: bool = False
    # Whether the cluster is of no use afterwards.
    spoils: bool = False
    # Whether it needs the binaries of an earlier commit.
    needs_old: bool = False


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

    async def fill(self, what):
        """Fills the disk that can be filled, until something is noticed, and makes room again."""
        filler = self.cluster.disk / "filler"
        self.note("the disk is full")
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while file.write(bytes(1 << 20)):
                pass
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < PATIENCE, "a full disk is not noticed"
            # What is written meanwhile may free some room.
            with contextlib.suppress(OSError), open(filler, "ab", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            await self.run(0.2)
        filler.unlink()
        self.note("the disk has room")

    async def until(self, holds, what, patience=90):
        """Lets the load run until something holds, and returns the seconds that it took."""
        began = time.monotonic()
        while True:
            held = holds()
            if await held if inspect.isawaitable(held) else held:
                break
            assert time.monotonic() - began < patience, f"{what}: not within {patience} s"
            await self.run(0.1)
        return time.monotonic() - began

    async def document(self):
        """A new document."""
        deadline = time.monotonic() + PATIENCE
        while not (document := await self.load.documents.insert(self.load.lasting[0])):
            assert time.monotonic() < deadline, "nothing is stored"
            await self.run(0.1)
        return document

    async def changed(self, document):
        """Changes a document, as often as it takes until that is acknowledged. Returns the seconds that it took."""
        began, documents, session = time.monotonic(), self.load.documents, self.load.lasting[0]
        while await documents.update(session, document) != 200:
            assert time.monotonic() - began < PATIENCE, "nothing is changed"
            await documents.read(session, document)
            await self.run(0.05)
        return time.monotonic() - began

    async def served(self):
        """Lets the load run until one write that begins now is acknowledged. Returns the seconds that it took."""
        began = time.monotonic()
        await self.document()
        return time.monotonic() - began
