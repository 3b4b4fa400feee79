"""The balancer's own configuration, run before stand-ins for the services."""
import http.client
import http.server
import json
import re
import socket
import subprocess
import threading
import time

import pytest
from conftest import DEPLOY, SERVICES, ports

CONFIGURATION = DEPLOY / "config/haproxy.cfg"
PATIENCE = 20


class Server(http.server.ThreadingHTTPServer):
    """A server whose clients may hang up, as a balancer's health checks do."""

    daemon_threads = True

    def handle_error(self, *_):
        pass


class Replica:
    """Answers with its service's name and the request it got; its management port says whether it is ready."""

    def __init__(self, service):
        self.ready, self.cut_off, self.silent, self.status, self.seen = True, False, False, 200, []
        self.ended = threading.Event()
        replica = self

        class Public(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                replica.seen.append(self.path)
                if replica.silent:
                    replica.ended.wait()
                if replica.cut_off or replica.silent:
                    self.close_connection = True
                    return
                headers = {name.lower(): ", ".join(self.headers.get_all(name)) for name in self.headers}
                body = json.dumps({"service": service, "headers": headers})
                self.send_response(replica.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Management(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if replica.ready and self.path == "/readyz" else 503)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.servers = [Server(("127.0.0.1", 0), handler) for handler in (Public, Management)]
        self.public, self.management = (server.server_address[1] for server in self.servers)
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.ended.set()
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Origin:
    """The balancer before two replicas of each service."""

    def __init__(self, folder):
        self.replicas = {service: [Replica(service), Replica(service)] for service in SERVICES}
        # The balancer is handed a socket that listens already, so nobody else can take its port.
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        descriptor = self.listener.fileno()
        text, found = re.subn(r"bind :8080", f"bind fd@{descriptor}", CONFIGURATION.read_text())
        assert found == 1
        text, found = re.subn(
            r"( +)server-template \S+ 8 ([a-z-]+):\d+ check port \d+ (.*) resolvers names init-addr none",
            lambda line: "\n".join(
                f"{line[1]}server s{at.public} 127.0.0.1:{at.public} check port {at.management} {line[3]}"
                for at in self.replicas[line[2]]
            ),
            text,
        )
        assert found == 2
        (folder / "haproxy.cfg").write_text(text)
        command = ["haproxy", "-db", "-f", folder / "haproxy.cfg"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, pass_fds=[descriptor])
        self.until(lambda: self.ask("/api/")[0] == 200)

    def ask(self, path, method="GET", headers=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read())
        finally:
            connection.close()

    def until(self, holds):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if holds():
                    return
            except OSError:
                pass
            assert time.monotonic() < deadline, "it took too long"
            time.sleep(0.05)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.listener.close()
        for replica in sum(self.replicas.values(), []):
            replica.close()


@pytest.fixture
def origin(tmp_path):
    origin = Origin(tmp_path)
    yield origin
    origin.close()


def test_the_configuration_is_valid_and_raises_no_warning():
    answer = subprocess.run(["haproxy", "-c", "-f", CONFIGURATION], capture_output=True, text=True)
    assert answer.returncode == 0 and "WARNING" not in answer.stdout + answer.stderr, answer.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_it_asks_for_the_names_and_ports_of_compose(service, compose):
    settings = compose["services"][service]["environment"]
    public, management = ports(settings, service)
    assert f" {service}:{public} check port {management} " in CONFIGURATION.read_text()


def test_it_speaks_http_2_to_a_proxy_before_it_that_knows_so(origin):
    """HTTP/2 without TLS and without an upgrade (RFC 9113 section 3.3), written by hand: Python has no client."""
    def frame(kind, flags, stream, payload=b""):
        return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

    def literal(index, text):
        return bytes([index, len(text)]) + text.encode()

    # :method GET and :scheme http are entries 2 and 6 of the static table (RFC 7541), :path is 4, :authority is 1.
    head = bytes([0x82, 0x86]) + literal(0x04, "/calculations") + literal(0x01, "localhost")
    data, settings, headers, end_headers, end_stream = 0, 4, 1, 4, 1
    with socket.create_connection(("127.0.0.1", origin.port), timeout=PATIENCE) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(settings, 0, 0))
        connection.sendall(frame(headers, end_headers | end_stream, 1, head))
        answers, body = connection.makefile("rb"), b""
        while True:
            start = answers.read(9)
            assert len(start) == 9, "the connection was closed"
            payload = answers.read(int.from_bytes(start[:3], "big"))
            if start[3] == data and int.from_bytes(start[5:], "big") == 1:
                body += payload
            if start[3] in (data, headers) and start[4] & end_stream:
                break
    assert json.loads(body)["service"] == "resource-service"


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/auth", "auth-service"),
        ("/auth/login", "auth-service"),
        ("/.well-known/jwks.json", "auth-service"),
        ("/api/calculations?limit=1", "resource-service"),
        ("/authors", "resource-service"),
        ("/assets/app-1a2b.js", "resource-service"),
        ("/calculations/0192?tab=plots", "resource-service"),
        ("/", "resource-service"),
    ],
)
def test_a_path_leads_to_its_service(origin, path, service):
    assert origin.ask(path)[2]["service"] == service


def test_a_replica_that_is_not_ready_gets_no_request(origin):
    draining, other = origin.replicas["resource-service"]
    draining.ready = False

    def left_alone():
        draining.seen.clear()
        return all(origin.ask("/api/")[0] == 200 for _ in range(6)) and not draining.seen

    origin.until(left_alone)
    assert other.seen
    draining.ready = True
    origin.until(lambda: origin.ask("/api/")[0] == 200 and draining.seen)


def test_without_a_ready_replica_the_answer_is_a_problem_that_says_when_to_ask_again(origin):
    for replica in origin.replicas["auth-service"]:
        replica.ready = False
    origin.until(lambda: origin.ask("/auth/login")[0] == 503)
    _, headers, problem = origin.ask("/auth/login")
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "1"
    assert headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in headers["Content-Security-Policy"]
    assert (problem["status"], problem["code"], problem["type"]) == (503, "unavailable", "urn:tessera:problem:unavailable")
    assert problem["request_id"] == headers["X-Request-Id"] != ""
    assert origin.ask("/api/")[0] == 200, "the other service continues"


def test_reading_goes_on_at_another_replica_when_one_is_killed(origin):
    killed, other = origin.replicas["resource-service"]
    killed.cut_off = True
    origin.until(lambda: origin.ask("/api/")[0] == 200 and killed.seen)
    assert all(origin.ask("/api/")[0] == 200 for _ in range(6)) and other.seen


def test_reading_goes_on_at_another_replica_when_one_stood_still_and_read_the_request_too_late(origin):
    late, other = origin.replicas["resource-service"]
    late.status = 408
    assert all(origin.ask("/api/")[0] == 200 for _ in range(6)) and late.seen and other.seen
    for replica in (late, other):
        replica.status = 408
    assert origin.ask("/api/calculations", method="POST")[0] == 408


def test_a_request_that_may_have_changed_something_is_not_repeated_at_another(origin):
    replicas = origin.replicas["resource-service"]
    for replica in replicas:
        replica.cut_off = True
        replica.seen.clear()
    status, headers, problem = origin.ask("/api/calculations", method="POST")
    assert (status, problem["code"], headers["Retry-After"]) == (503, "outcome_unknown", "1")
    assert problem["type"] == "urn:tessera:problem:outcome_unknown" and problem["title"] == "The outcome is not known"
    assert problem["detail"] == "The answer was cut off; ask whether the request took effect before you send it again"
    assert sum((replica.seen for replica in replicas), []) == ["/api/calculations"]


def test_a_refresh_that_is_not_answered_can_be_repeated_in_time(origin):
    """Within 30 s of the rotation, which may have been done; after that the token counts as stolen."""
    for replica in origin.replicas["auth-service"]:
        replica.silent = True
    begun = time.monotonic()
    status, headers, problem = origin.ask("/auth/token-refresh", method="POST", timeout=30)
    assert (status, problem["code"], headers["Retry-After"]) == (503, "outcome_unknown", "1")
    assert 8 < time.monotonic() - begun < 20


def test_its_container_is_healthy_while_each_service_has_a_ready_replica(origin, compose):
    kind, *command = compose["services"]["balancer"]["healthcheck"]["test"]
    assert kind == "CMD" and "/127.0.0.1/8080\n" in command[-1]
    # Compose reads `$$` as `$`.
    command[-1] = command[-1].replace("$$", "$").replace("/8080\n", f"/{origin.port}\n")

    def healthy():
        return subprocess.run(command, timeout=PATIENCE).returncode == 0

    origin.until(healthy)
    for service in SERVICES:
        for replica in origin.replicas[service]:
            assert healthy()
            replica.ready = False
        origin.until(lambda: not healthy())
        for replica in origin.replicas[service]:
            replica.ready = True
        origin.until(healthy)
    assert "/healthz" not in sum((replica.seen for replica in sum(origin.replicas.values(), [])), [])


def test_a_client_cannot_say_where_it_comes_from(origin):
    headers = origin.ask("/api/", headers={"X-Forwarded-For": "203.0.113.7"})[2]["headers"]
    assert headers["x-forwarded-for"] == "127.0.0.1"


def test_a_request_has_an_id_and_keeps_its_own(origin):
    assert len(origin.ask("/api/")[2]["headers"]["x-request-id"]) == 36
    assert origin.ask("/api/", headers={"X-Request-Id": "mine"})[2]["headers"]["x-request-id"] == "mine"


def test_a_token_far_too_long_is_left_to_the_service_to_refuse(origin):
    token = {"Authorization": "Bearer " + "a" * 20_480}
    assert origin.ask("/api/", headers=token)[2]["headers"]["authorization"] == token["Authorization"]
