"""deploy/tls.md: TLS with certificates of an authority of one's own, on every connection that the services open."""
import contextlib
import http.server
import pathlib
import subprocess
import threading
import time

import pytest
from certificates import Authority
from members import ports
from mongods import Mongod
from system import BINARIES, System

PATIENCE = 30
UNKNOWN = "UnknownIssuer"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@contextlib.contextmanager
def mongod(folder, authority, *arguments):
    """A mongod that speaks TLS only."""
    own = authority.certificate("mongod")
    member = Mongod(folder / "data", "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", own, "--tlsCAFile", authority.file,
                    *arguments, tls=True, tlsCAFile=str(authority.file), tlsCertificateKeyFile=str(own))
    try:
        member.initiate()
        yield member
    finally:
        member.stop()


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def unready(readiness, word):
    """Waits until a service says why it is not ready."""
    until(lambda: word in readiness()[1])
    assert readiness()[0] == 503


def test_mongodb_with_a_certificate_of_an_own_authority(authority, stranger, tmp_path):
    with mongod(tmp_path, authority, "--tlsAllowConnectionsWithoutCertificates") as member:
        url = member.url("tessera_auth") + "&tls=true"
        system = System(tmp_path)
        with system.running(f"{url}&tlsCAFile={authority.file}", f"{url}&tlsCAFile={authority.file}".replace("_auth", "_resource")):
            assert system.ask("GET", "/api/calculations", system.admin()).status_code == 200
        # The authorities that the driver itself knows, another one, and no TLS at all.
        for wrong, said in ((url, UNKNOWN), (f"{url}&tlsCAFile={stranger.file}", UNKNOWN), (member.url("x"), "tls=true")):
            try:
                unready(system.start("auth", wrong), said)
            finally:
                system.stop()


def test_mongodb_that_demands_a_certificate_of_its_clients(authority, tmp_path):
    with mongod(tmp_path, authority) as member:
        url = member.url("tessera_auth") + f"&tls=true&tlsCAFile={authority.file}"
        own, system = authority.certificate("auth-service"), System(tmp_path)
        try:
            system.until_ready(system.start("auth", f"{url}&tlsCertificateKeyFile={own}"))
            system.stop()
            readiness = system.start("auth", url)
            until(lambda: readiness()[0] == 503 and "mongo" in readiness()[1].lower())
        finally:
            system.stop()


@contextlib.contextmanager
def terminator(folder, certificate, *targets):
    """HAProxy, which takes TLS off in front of each address. Gives the ports."""
    taken = [ports.take() for _ in targets]
    text = "defaults\n    mode http\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n"
    for port, target in zip(taken, targets):
        text += f"listen on-{port}\n    bind 127.0.0.1:{port} ssl crt {certificate}\n    server one {target}\n"
    (folder / "haproxy.cfg").write_text(text)
    process = subprocess.Popen(["haproxy", "-db", "-f", folder / "haproxy.cfg"])
    try:
        yield taken
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def collector():
    """A collector of spans: gives its address, and the paths that were posted to it."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", paths
        server.shutdown()


def stores(folder):
    return f"sqlite:{folder}/auth.db", f"sqlite:{folder}/resource.db"


def made_client(system, store):
    """The settings of a client of auth-service, for resource-service."""
    command = [BINARIES / "auth-service", "create-client", "--name", "r", "--scope", "revocations:read revocations:write users:read"]
    made = subprocess.run(command, env=system.environment("auth", store), capture_output=True, text=True, check=True)
    fields = dict(line.split("=", 1) for line in made.stdout.splitlines())
    return {"RESOURCE__AUTH__CLIENT_ID": fields["client_id"], "RESOURCE__AUTH__CLIENT_SECRET": fields["client_secret"]}


def test_calls_of_auth_service_and_of_a_collector_trust_the_file_that_ssl_cert_file_names(authority, stranger, tmp_path):
    system = System(tmp_path)
    auth, resource = stores(tmp_path)
    with collector() as (address, paths), terminator(
            tmp_path, authority.certificate("proxy"), system.auth.removeprefix("http://"), address) as (https, traces):
        try:
            client = made_client(system, auth)
            system.until_ready(system.start("auth", auth))
            system.settings |= client | {
                "RESOURCE__AUTH__URL": f"https://127.0.0.1:{https}",
                "RESOURCE__TELEMETRY__OTLP_ENDPOINT": f"https://127.0.0.1:{traces}"}
            # Those of the system do not have it, nor has another file.
            for wrong in ({}, {"SSL_CERT_FILE": str(stranger.file)}):
                system.settings.pop("SSL_CERT_FILE", None)
                system.settings |= wrong
                readiness = system.start("resource", resource)
                time.sleep(2)
                assert readiness()[0] == 503 and "revocations" in readiness()[1]
                assert UNKNOWN in pathlib.Path(tmp_path / "resource.log").read_text()
                system.processes.pop().kill()
            assert not paths
            system.settings["SSL_CERT_FILE"] = str(authority.file)
            system.until_ready(system.start("resource", resource))
            system.ask("GET", "/api/calculations", system.admin(), 200)
            until(lambda: "/v1/traces" in paths)
        finally:
            system.stop()


def test_keys_are_fetched_over_tls(authority, tmp_path):
    system = System(tmp_path, SSL_CERT_FILE=str(authority.file))
    system.make_keys("EdDSA")
    auth, resource = stores(tmp_path)
    with terminator(tmp_path, authority.certificate("proxy"), system.auth.removeprefix("http://")) as [https]:
        try:
            system.until_ready(system.start("auth", auth))
            system.settings["RESOURCE__KEYS__JWKS_URL"] = f"https://127.0.0.1:{https}/.well-known/jwks.json"
            system.until_ready(system.start("resource", resource))
            assert system.ask("GET", "/api/calculations", system.admin()).status_code == 200
        finally:
            system.stop()
