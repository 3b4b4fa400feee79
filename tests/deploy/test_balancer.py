"""The balancer's configuration, checked by HAProxy and run by it in front of stand-ins."""
import collections
import http.client
import http.server
import re
import socket
import subprocess
import threading
import time

import pytest

from support import DEPLOY, PATH, accepted, run

CONFIG = DEPLOY / "config/haproxy.cfg"


class StandIn(http.server.ThreadingHTTPServer):
    """A replica: one server is both its public and its management listener."""

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.ready, self.port = name, True, self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path != "/readyz" or self.server.ready else 503)
        body = " ".join([self.server.name, *self.headers.get_all("X-Forwarded-For", [])]).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Balancer:
    """The configuration as it is, with the names of containers replaced by stand-ins."""

    def __init__(self, directory):
        self.replicas = {name: [StandIn(f"{name}-{n}") for n in (1, 2)] for name in ("auth", "resource")}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        text = CONFIG.read_text().replace("bind :8080", f"bind 127.0.0.1:{self.port}")
        for name, replicas in self.replicas.items():
            template = re.compile(rf"^ +server-template {name}- \d+ \S+(.*)$", re.MULTILINE)
            (options,) = template.findall(text)
            options = re.sub(r" (port|resolvers|init-addr) \S+", "", options)
            servers = [f"    server {one.name} 127.0.0.1:{one.port} port {one.port}{options}" for one in replicas]
            text = template.sub("\n".join(servers), text)
        path = directory / "haproxy.cfg"
        path.write_text(text)
        self.process = subprocess.Popen(
            ["haproxy", "-db", "-f", path], env={"PATH": PATH}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.until(lambda: self.get("/auth/x")[0] == 200 and self.get("/api/x")[0] == 200)

    def get(self, path, headers=None):
        """Status and body of one request on a connection of its own; 0 while nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except ConnectionRefusedError:
            return 0, ""
        finally:
            connection.close()

    def until(self, condition):
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline and self.process.poll() is None, "the balancer does not get there"
            time.sleep(0.05)

    def stop(self):
        self.process.kill()
        self.process.wait()
        for replicas in self.replicas.values():
            for one in replicas:
                one.shutdown()
                one.server_close()


@pytest.fixture
def balancer(tmp_path):
    running = Balancer(tmp_path)
    yield running
    running.stop()


def served(balancer, path, times=20):
    """How often each replica answered."""
    return collections.Counter(balancer.get(path)[1].split()[0] for _ in range(times))


def test_haproxy_accepts_the_configuration():
    accepted("haproxy", "-c", "-f", str(CONFIG))


def test_haproxy_would_refuse_a_misspelt_word(tmp_path):
    wrong = tmp_path / "haproxy.cfg"
    wrong.write_text(CONFIG.read_text().replace("default_backend", "default_backends"))
    assert run("haproxy", "-c", "-f", str(wrong))[0] != 0


def test_one_origin_sends_each_prefix_to_the_service_that_owns_it(balancer):
    for path in ("/auth", "/auth/login", "/.well-known/jwks.json"):
        assert balancer.get(path)[1].startswith("auth-"), path
    for path in ("/api", "/api/calculations?limit=1", "/authors", "/readyz"):
        assert balancer.get(path)[1].startswith("resource-"), path


def test_both_replicas_take_their_share(balancer):
    balancer.until(lambda: len(served(balancer, "/api/x")) == 2)


def test_a_client_cannot_say_where_it_comes_from(balancer):
    body = balancer.get("/auth/x", {"X-Forwarded-For": "203.0.113.7"})[1]
    assert body.split()[-1] == "127.0.0.1"


def test_a_replica_that_is_not_ready_gets_no_request_and_comes_back(balancer):
    first, second = balancer.replicas["auth"]
    balancer.until(lambda: len(served(balancer, "/auth/x")) == 2)
    first.ready = False
    time.sleep(1.5)  # The drain pause is 2 s: by then no request may arrive.
    assert served(balancer, "/auth/x").keys() == {second.name}
    first.ready = True
    balancer.until(lambda: first.name in served(balancer, "/auth/x"))


def test_without_any_ready_replica_the_answer_is_503(balancer):
    for one in balancer.replicas["auth"]:
        one.ready = False
    balancer.until(lambda: balancer.get("/auth/x")[0] == 503)
    assert balancer.get("/api/x")[0] == 200
