"""rotate-keys, run with the real kubectl before a stand-in for the API server that holds one Secret."""
import base64
import http.server
import json
import os
import shutil
import subprocess
import threading

import pytest
from rendering import KUBERNETES

SECRET = "/api/v1/namespaces/tessera/secrets/key-ring"
RESOURCES = {
    "kind": "APIResourceList",
    "groupVersion": "v1",
    "resources": [{"name": "secrets", "singularName": "secret", "kind": "Secret", "namespaced": True,
                   "verbs": ["get", "patch"]}],
}
# Stands in front of kubectl: what is executed in a pod is executed here.
KUBECTL = """#!/bin/sh
printf '%s\\n' "$*" >>{log}
case "$*" in
*" exec -i deployment/auth-service -- /auth-service "*)
    while [ "$1" != -- ]; do shift; done
    shift 2
    exec {binary} "$@" ;;
esac
exec {kubectl} "$@"
"""


class Cluster:
    """An API server with the Secret of the key ring."""

    def __init__(self):
        self.ring, self.meanwhile = "", None
        cluster = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                documents = {
                    "/api": {"kind": "APIVersions", "versions": ["v1"]},
                    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
                    "/api/v1": RESOURCES,
                    SECRET: cluster.secret(),
                }
                self.answer(documents.get(self.path.partition("?")[0]))

            def do_PATCH(self):
                assert self.headers["Content-Type"] == "application/json-patch+json"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(cluster.patch(json.loads(body)) if self.path.startswith(SECRET) else None)

            def answer(self, document):
                code = 200 if document and document["kind"] != "Status" else (document or {}).get("code", 404)
                body = json.dumps(document or {"kind": "Status", "status": "Failure", "code": 404}).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def secret(self):
        data = {"keys.json": base64.b64encode(self.ring.encode()).decode()}
        return {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "key-ring", "namespace": "tessera"}, "data": data}

    def patch(self, steps):
        """RFC 6902, for the two operations that are used."""
        if self.meanwhile is not None:
            self.ring, self.meanwhile = self.meanwhile, None
        test, replace = steps
        assert (test["op"], replace["op"]) == ("test", "replace")
        assert test["path"] == replace["path"] == "/data/keys.json"
        if test["value"] != self.secret()["data"]["keys.json"]:
            return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 422, "reason": "Invalid",
                    "message": "the test of the patch failed"}
        self.ring = base64.b64decode(replace["value"], validate=True).decode()
        return self.secret()

    def keys(self):
        return json.loads(self.ring)["keys"]


@pytest.fixture
def cluster(run_service, tmp_path):
    made = run_service("auth-service", "keys", "new", "--file", str(tmp_path / "keys.json"))
    assert made.returncode == 0, made.stderr
    cluster = Cluster()
    cluster.ring = (tmp_path / "keys.json").read_text()
    yield cluster
    cluster.server.shutdown()
    cluster.server.server_close()


@pytest.fixture
def rotate(cluster, tmp_path):
    """Runs rotate-keys; everything it starts is in the log of the folder."""
    binary = os.path.join(os.environ["TESSERA_BIN_DIR"], "auth-service")
    wrapper = tmp_path / "bin/kubectl"
    wrapper.parent.mkdir()
    wrapper.write_text(KUBECTL.format(log=tmp_path / "log", binary=binary, kubectl=shutil.which("kubectl")))
    wrapper.chmod(0o755)
    address = f"http://127.0.0.1:{cluster.server.server_address[1]}"
    one = {"name": "here"}
    (tmp_path / "config").write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [one | {"cluster": {"server": address}}],
        "contexts": [one | {"context": {"cluster": "here", "user": "here"}}],
        "users": [one | {"user": {}}],
    }))
    environment = {"PATH": f"{wrapper.parent}:{os.environ['PATH']}", "KUBECONFIG": str(tmp_path / "config"),
                   "HOME": str(tmp_path)}

    def run(*arguments):
        command = [KUBERNETES / "rotate-keys", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return run


def test_a_step_changes_the_ring_in_the_secret_and_shows_no_key(cluster, rotate, tmp_path):
    [first] = cluster.keys()
    answer = rotate("--alg", "EdDSA")
    assert answer.returncode == 0, answer.stderr
    assert [key["alg"] for key in cluster.keys()] == ["HS256", "EdDSA"]
    [_, added] = cluster.keys()
    assert "run this again in" in answer.stdout + answer.stderr
    for secret in (first["k"], added["d"], base64.b64encode(cluster.ring.encode()).decode()[:40]):
        assert secret not in answer.stdout + answer.stderr + (tmp_path / "log").read_text()


def test_a_step_that_is_too_early_leaves_the_secret_as_it_is(cluster, rotate):
    assert rotate().returncode == 0
    before = cluster.ring
    answer = rotate()
    assert answer.returncode != 0 and "nothing was changed" in answer.stderr
    assert cluster.ring == before


def test_a_ring_that_another_hand_has_changed_meanwhile_is_not_overwritten(cluster, rotate):
    cluster.meanwhile = theirs = json.dumps({"keys": [cluster.keys()[0] | {"kid": "theirs"}]})
    assert rotate().returncode != 0
    assert cluster.ring == theirs


def test_without_the_secret_nothing_is_made(cluster, rotate):
    cluster.secret = lambda: None
    answer = rotate()
    assert answer.returncode != 0 and "NotFound" in answer.stderr
