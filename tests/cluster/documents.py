"""Clients of documents: those who write them, one conditional write after the other, and those who read them."""
import asyncio
import itertools
import random
import time
import uuid

from client import MERGE_PATCH
from services import ISSUER

PATH = "/api/calculations"
SETTLED = (200, 201, 204)


class Document:
    """What its writer knows of a document."""

    def __init__(self, identity, revision):
        self.id, self.revision, self.removed = identity, revision, False


def seen(answer):
    """What an answer says of a document."""
    if answer.status in (200, 201) and isinstance(answer.json, dict) and "_id" in answer.json:
        return {"doc": answer.json["_id"], "rev": answer.json["_revision"], "value": answer.json["parameters"]["op"]}
    return {}


class Documents:
    """The documents of a run and all that its clients do to them. The name of each begins with the tag of the run."""

    def __init__(self, client, history, bases):
        self.client, self.history = client, history
        # Where readers read: the balancer, and single replicas if a scenario asks for that.
        self.bases = {"balancer": ISSUER, **bases}
        self.tag = f"run-{uuid.uuid4().hex[:12]}"
        self.all = []
        # How many writes were answered with 503.
        self.refused = 0

    async def insert(self, session, key=None, patience=0):
        """Inserts a document, and returns it if that is acknowledged. One with a key is sent again until it is answered."""
        value = uuid.uuid4().hex
        body = {"name": f"{self.tag}-{value}", "code": {"name": "cluster"}, "status": "planned", "parameters": {"op": value}}
        headers = {"Idempotency-Key": key} if key else None
        while True:
            number = self.history.begin("insert", value=value, key=key)
            answer = await self.client.ask("POST", PATH, token=session.token, body=body, headers=headers)
            self.history.end(number, status=answer.status, **seen(answer), **answer.problem())
            self.refused += answer.status == 503
            if answer.status == 201:
                document = Document(answer.json["_id"], answer.json["_revision"])
                self.all.append(document)
                return document
            if not key or patience <= 0 or 400 <= answer.status < 500:
                return None
            patience -= 1
            await asyncio.sleep(0.3)

    async def update(self, session, document, via="balancer"):
        """Changes a document, if it is as the client knows it. Returns the status."""
        value = uuid.uuid4().hex
        expected = document.revision
        number = self.history.begin("update", doc=document.id, expected=expected, value=value, via=via)
        answer = await self.client.ask(
            "PATCH", f"{PATH}/{document.id}", token=session.token, base=self.bases[via], body={"parameters": {"op": value}},
            headers={"If-Match": f'"{expected}"', "Content-Type": MERGE_PATCH})
        self.history.end(number, status=answer.status, **seen(answer), **answer.problem())
        if answer.status == 200:
            document.revision = max(document.revision, answer.json["_revision"])
        elif answer.status != 503:
            await self.read(session, document)
        return answer.status

    async def remove(self, session, document):
        document.removed = True
        number = self.history.begin("delete", doc=document.id)
        answer = await self.client.ask("DELETE", f"{PATH}/{document.id}", token=session.token)
        self.history.end(number, status=answer.status, **answer.problem())

    async def read(self, session, document, via="balancer"):
        number = self.history.begin("read", doc=document.id, via=via)
        answer = await self.client.ask("GET", f"{PATH}/{document.id}", token=session.token, base=self.bases[via])
        self.history.end(number, status=answer.status, **seen(answer), **answer.problem())
        if answer.status == 200:
            document.revision = max(document.revision, answer.json["_revision"])

    async def list(self, session, document, via="balancer"):
        """Reads one document as a list, which the services and MongoDB do in another way."""
        number = self.history.begin("list", doc=document.id, via=via)
        answer = await self.client.ask("GET", f"{PATH}?_id={document.id}", token=session.token, base=self.bases[via])
        found = answer.json["items"] if answer.status == 200 else []
        item = {"doc": found[0]["_id"], "rev": found[0]["_revision"], "value": found[0]["parameters"]["op"]} if found else {}
        self.history.end(number, status=answer.status, **item, **answer.problem())

    async def write_until(self, stop, session, pause):
        """One writer: it has documents of its own, so that who writes what is known."""
        own = []
        while not stop.is_set():
            await session.usable()
            live = [document for document in own if not document.removed]
            what = random.random()
            if len(live) < 3 or what < 0.15:
                key = uuid.uuid4().hex if random.random() < 0.5 else None
                if document := await self.insert(session, key, patience=60):
                    own.append(document)
            elif what < 0.20:
                # Two at once: one of them at most can be right about the revision.
                document = random.choice(live)
                await asyncio.gather(self.update(session, document), self.update(session, document))
            elif what < 0.25:
                await self.remove(session, random.choice(live))
            else:
                document = random.choice(live[-6:])
                if await self.update(session, document) == 200:
                    await self.read(session, document)
            await asyncio.sleep(random.uniform(0, 2 * pause))

    async def insert_until(self, stop, sessions, rate):
        """Inserts so many a second, whether or not those before are answered."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as inserts:
            for number in itertools.count():
                await asyncio.sleep(began + number / rate - time.monotonic())
                if stop.is_set():
                    break
                inserts.create_task(self.insert(sessions[number % len(sessions)]))

    async def read_until(self, stop, session, pause, via):
        """One reader, of what was written last above all."""
        while not stop.is_set():
            await session.usable()
            if self.all:
                document = random.choice(self.all[-20:] if random.random() < 0.8 else self.all)
                read = self.list if random.random() < 0.3 else self.read
                await read(session, document, via)
            await asyncio.sleep(random.uniform(0, 2 * pause))

    async def final(self, session):
        """Records the state at the end: every document of the run."""
        start, number = None, self.history.begin("final")
        stored = []
        while True:
            more = f"&after={start}" if start else ""
            answer = await self.client.ask("GET", f"{PATH}?name[prefix]={self.tag}&limit=500{more}", token=session.token)
            assert answer.status == 200, f"the final state cannot be read: {answer.status} {answer.json} {answer.error}"
            stored += [[item["_id"], item["_revision"], item["parameters"]["op"]] for item in answer.json["items"]]
            start = answer.json.get("next")
            if not start:
                break
        self.history.end(number, status=200, stored=stored)
