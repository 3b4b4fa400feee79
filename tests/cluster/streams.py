"""Listeners of a change stream, which connect again where the last event was."""
import asyncio
import json

import aiohttp
from documents import PATH
from services import ISSUER

# The service sends at least a heartbeat each 15 s; a stream that is silent for longer hangs.
SILENCE = 40
RETRY = 0.3


class Listener:
    """One reader of all changes, from a position that it takes before the load begins."""

    def __init__(self, client, history, name, session, base=ISSUER):
        self.client, self.history, self.name, self.session, self.base = client, history, name, session, base
        self.last_id = None
        self.seen = set()
        self.greeted = asyncio.Event()

    async def follow(self):
        """Follows until it is cancelled."""
        while True:
            await self.session.usable()
            try:
                await self.connect()
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                self.history.event(self.name, end=f"{type(error).__name__}: {error}")
            await asyncio.sleep(RETRY)

    async def connect(self):
        headers = {"Authorization": f"Bearer {self.session.token}"}
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=SILENCE)
        async with self.client.http.get(f"{self.base}{PATH}/changes", headers=headers, timeout=timeout) as answer:
            if answer.status != 200:
                body = await answer.text()
                self.history.event(self.name, status=answer.status, retry="Retry-After" in answer.headers, end=body[:300])
                return
            event = {}
            async for line in answer.content:
                line = line.decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(":")
                    event[name] = value.removeprefix(" ")
                    continue
                if not self.take(event):
                    return
                event = {}
        self.history.event(self.name, end="the connection was closed")

    def take(self, event):
        """Records an event. Whether the stream continues after it."""
        # WHATWG HTML, section 9.2.6: an id counts once its event is complete.
        if "id" in event:
            self.last_id = event["id"]
            self.greeted.set()
        if "event" not in event:
            return True
        data = json.loads(event["data"])
        if event["event"] in ("end", "dropped"):
            self.history.event(self.name, end=f"{event['event']}: {data['code']}")
            return False
        self.history.event(self.name, id=event.get("id"), type=event["event"], doc=data["_id"], rev=data["_revision"])
        self.seen.add(data["_id"])
        return True

    async def until_seen(self, document, patience):
        """Waits for an event of the document. False: none came in time."""
        for _ in range(int(patience / 0.1)):
            if document in self.seen:
                return True
            await asyncio.sleep(0.1)
        return False
