"""Sessions that are refreshed again and again, and sessions that are ended while their tokens are tried everywhere."""
import asyncio
import hashlib
import random
import uuid

from services import ADMIN, ISSUER

PROBE = "/api/calculations?limit=1"


def mark(secret):
    """A secret as the history shows it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16] if secret else None


class Session:
    """A login that lasts: its cookie is exchanged for the next one, and its access token is always the latest."""

    def __init__(self, client, history, name, email, password):
        self.client, self.history, self.name = client, history, name
        self.email, self.password = email, password
        self.token = self.cookie = None
        self.renewed = asyncio.Event()

    async def log_in(self):
        """Logs in until that succeeds."""
        while True:
            number = self.history.begin("login", session=self.name)
            answer = await self.client.log_in(self.email, self.password)
            self.history.end(number, status=answer.status, got=mark(answer.cookie()), **answer.problem())
            if answer.status == 200:
                self.keep(answer)
                return
            await asyncio.sleep(0.3)

    def keep(self, answer):
        self.token, self.cookie = answer.json["access_token"], answer.cookie()
        self.renewed.set()

    async def usable(self):
        await self.renewed.wait()

    async def refresh(self, via="balancer", base=ISSUER):
        cookie = self.cookie
        number = self.history.begin("refresh", session=self.name, presented=mark(cookie), via=via)
        answer = await self.client.refresh(cookie, base)
        self.history.end(number, status=answer.status, got=mark(answer.cookie()), **answer.problem())
        if answer.status == 200 and self.cookie == cookie:
            self.keep(answer)
        return answer.status

    async def refresh_until(self, stop, pause):
        """Refreshes until the load stops. A session that was lost begins anew, and the checker counts it."""
        generation = 0
        while not stop.is_set():
            # Two tabs of a browser: both are to get the same successor.
            tabs = 2 if random.random() < 0.15 else 1
            statuses = await asyncio.gather(*(self.refresh() for _ in range(tabs)))
            if any(status in (400, 401, 403) for status in statuses):
                generation += 1
                self.name = f"{self.name.partition('+')[0]}+{generation}"
                self.renewed.clear()
                await self.log_in()
            await asyncio.sleep(random.uniform(0, 2 * pause))


class Sessions:
    """The users of a run."""

    def __init__(self, client, history, bases):
        self.client, self.history = client, history
        self.bases = {"balancer": ISSUER, **bases}
        self.tag = uuid.uuid4().hex[:12]
        self.count = 0

    async def open(self):
        """A new user with a session. Before the load begins, so nothing is at fault yet."""
        self.count += 1
        name = f"s{self.count}"
        email, password = f"{name}-{self.tag}@example.org", f"pw {uuid.uuid4().hex}"
        made = await self.client.ask("POST", "/auth/users", body={"email": email, "password": password,
                                                                  "full_name": "Ada Lovelace"})
        assert made.status == 201, f"{made.status} {made.json} {made.error}"
        session = Session(self.client, self.history, name, email, password)
        session.user = made.json["id"]
        await session.log_in()
        return session

    async def end_until(self, stop, session, pause):
        """Ends a session, and tries what it left behind at every replica; then logs in again."""
        generation = 0
        while not stop.is_set():
            token, cookie, name = session.token, session.cookie, session.name
            # The token is good now: what is refused afterwards is refused because the session has ended.
            await self.probe(name, token, "balancer")
            while True:
                number = self.history.begin("logout", session=name)
                answer = await self.client.log_out(cookie)
                self.history.end(number, status=answer.status, **answer.problem())
                if answer.status == 204 or stop.is_set():
                    break
                await asyncio.sleep(0.3)
            for _ in range(8):
                await asyncio.gather(*(self.probe(name, token, via) for via in self.bases))
                await session.refresh()
                await asyncio.sleep(0.5)
            generation += 1
            session.name = f"{name.partition('+')[0]}+{generation}"
            await session.log_in()
            await asyncio.sleep(random.uniform(0, 2 * pause))

    async def probe(self, name, token, via):
        number = self.history.begin("probe", session=name, via=via)
        answer = await self.client.ask("GET", PROBE, token=token, base=self.bases[via])
        self.history.end(number, status=answer.status, **answer.problem())


async def administrator(client, history):
    """The admin's own session, for what ordinary users may not do."""
    session = Session(client, history, "admin", *ADMIN)
    await session.log_in()
    return session
