"""The load of a scenario: starts the clients, stops them, and records the state at the end."""
import asyncio
import time

from documents import Documents
from sessions import Sessions
from streams import Listener

# How long the listeners have, after the load, to receive what is left.
DRAIN = 90


class Load:
    """Clients of all kinds. `pinned` names replicas that readers also ask by themselves, past the balancer.

    `inserts` and `refreshes` are a second, beside those of the other clients.
    """

    def __init__(self, cluster, history, *, writers=4, readers=3, sessions=3, endings=1, listeners=2, inserts=0, refreshes=0,
                 pause=0.05, pinned=()):
        self.history, self.client = history, cluster.client
        bases = {replica.name: replica.base for replica in pinned}
        self.documents = Documents(self.client, history, bases)
        self.sessions = Sessions(self.client, history, bases)
        self.shape = {"writers": writers, "readers": readers, "sessions": sessions, "endings": endings, "listeners": listeners}
        self.inserts, self.refreshes = inserts, refreshes
        self.pause, self.stop = pause, asyncio.Event()
        self.tasks, self.listeners, self.following, self.lasting = [], [], [], []

    async def start(self):
        """Opens sessions and streams, then starts all clients."""
        shape, documents, stop, pause = self.shape, self.documents, self.stop, self.pause
        self.lasting = [await self.sessions.open() for _ in range(max(shape["sessions"], 2))]
        frequent = [await self.sessions.open() for _ in range(self.refreshes)]
        ended = [await self.sessions.open() for _ in range(shape["endings"])]
        for number in range(shape["listeners"]):
            listener = Listener(self.client, self.history, f"stream-{number}", self.lasting[0])
            self.listeners.append(listener)
            self.following.append(asyncio.create_task(listener.follow()))
        for listener in self.listeners:
            await asyncio.wait_for(listener.greeted.wait(), DRAIN)
        self.history.note("load begins")
        session = lambda number: self.lasting[number % len(self.lasting)]
        vias = list(documents.bases)
        work = [documents.write_until(stop, session(n), pause) for n in range(shape["writers"])]
        work += [documents.read_until(stop, session(n), pause, vias[n % len(vias)])
                 for n in range(max(shape["readers"], len(vias)))]
        work += [one.refresh_until(stop, 4 * pause) for one in self.lasting]
        # A refresh each second, with the time that it takes itself.
        work += [one.refresh_until(stop, 0.7) for one in frequent]
        work += [self.sessions.end_until(stop, one, 4 * pause) for one in ended]
        if self.inserts:
            work.append(documents.insert_until(stop, self.lasting, self.inserts))
        self.tasks = [asyncio.create_task(one) for one in work]

    async def run(self, seconds):
        """Lets the load run, and fails at once where a client of the harness has failed itself."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            done, _ = await asyncio.wait(self.tasks, timeout=left, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            if len(done) == len(self.tasks):
                raise AssertionError("the load has ended")

    async def end(self):
        """Stops the clients once their requests are answered. Everything that failed is back by now."""
        self.history.note("load ends")
        self.stop.set()
        await asyncio.gather(*self.tasks)

    async def account(self):
        """Records the final state, and waits until the listeners have received everything up to it."""
        session = self.lasting[0]
        while await session.refresh() != 200:
            await asyncio.sleep(0.3)
        last = None
        while last is None:
            last = await self.documents.insert(session)
        await self.documents.final(session)
        for listener in self.listeners:
            if not await listener.until_seen(last.id, DRAIN):
                self.history.note(f"{listener.name} did not receive the last event")
        for task in self.following:
            task.cancel()
        await asyncio.gather(*self.following, return_exceptions=True)
