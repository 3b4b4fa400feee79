"""Requests that are recorded: through the balancer or to one replica, with the outcome in the words of the history."""
import asyncio
import json

import aiohttp
from services import ISSUER

# A client that has waited this long gives up, and does not know what became of its request. Shorter than the 30 s for which a
# used refresh token still returns its successor.
TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"
COOKIE = "tessera_refresh"


class Answer:
    """Status, headers and body. The status is 0 where no whole answer came."""

    def __init__(self, status, headers=None, text="", error=""):
        self.status, self.headers, self.error = status, headers or {}, error
        try:
            self.json = json.loads(text) if text else None
        except ValueError:
            self.json = None

    def problem(self):
        """What a checker needs of an answer that is no success."""
        if self.status == 0:
            return {"error": self.error}
        if self.status < 400:
            return {}
        body = self.json if isinstance(self.json, dict) else {}
        return {"code": body.get("code") or body.get("error"), "detail": body.get("detail"),
                "retry": "Retry-After" in self.headers}

    def cookie(self):
        """The refresh cookie that was set."""
        for line in self.headers.getall("Set-Cookie", []) if self.headers else []:
            name, _, value = line.split(";")[0].partition("=")
            if name == COOKIE and value:
                return value
        return None


class Client:
    """A client of the whole system. It follows no redirect and keeps no cookie by itself."""

    def __init__(self):
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=10)
        self.http = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        # A DELETE that took effect and is sent again by itself would be answered with 404. HAProxy closes the connection of a
        # client without a word where a replica was killed, so that browsers send again what they may.
        self.http._retry_connection = False

    async def close(self):
        await self.http.close()

    async def ask(self, method, path, *, base=ISSUER, token=None, cookie=None, body=None, form=None, headers=None):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if cookie:
            headers |= {"Cookie": f"{COOKIE}={cookie}", "Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers.setdefault("Content-Type", JSON)
            body = json.dumps(body)
        try:
            async with self.http.request(method, base + path, headers=headers, data=form or body,
                                         allow_redirects=False) as answer:
                return Answer(answer.status, answer.headers, await answer.text())
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            return Answer(0, error=f"{type(error).__name__}: {error}")

    async def log_in(self, email, password):
        return await self.ask("POST", "/auth/login", form={"username": email, "password": password})

    async def refresh(self, cookie, base=ISSUER):
        return await self.ask("POST", "/auth/token-refresh", cookie=cookie, base=base)

    async def log_out(self, cookie):
        return await self.ask("POST", "/auth/logout", cookie=cookie)
