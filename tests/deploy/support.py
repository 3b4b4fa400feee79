"""Running the tools and the built services. Knows no manifest."""
import base64
import json
import os
import pathlib
import secrets
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
# The tools lie beside the interpreter that runs the tests.
PATH = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"])
# Settings of the services begin with it.
PREFIX = {"auth-service": "AUTH__", "resource-service": "RESOURCE__"}


def run(*command, environment=None):
    """Runs a tool in the root of the repository; gives its status and all it said."""
    environment = {"PATH": PATH} if environment is None else environment
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
    )
    return ended.returncode, ended.stdout


def accepted(*command):
    """Runs a tool that has to be content."""
    status, said = run(*command)
    assert status == 0, said
    return said


def check(service, environment, directory):
    """Runs `SERVICE check` with a manifest's settings, the store and the key ring put into `directory`."""
    binary = pathlib.Path(os.environ["TESSERA_BIN_DIR"]) / service
    prefix = PREFIX[service]
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    key = {"kty": "oct", "alg": "HS256", "kid": "a", "key_ops": ["sign", "verify"], "k": secret}
    (directory / "keys.json").write_text(json.dumps({"keys": [key]}))
    store = f"sqlite:{directory}/{service}.db"
    (directory / "url").write_text(store + "\n")
    here = {
        f"{prefix}KEYS__FILE": str(directory / "keys.json"),
        f"{prefix}STORE__URL": store,
        f"{prefix}STORE__URL_FILE": str(directory / "url"),
    }
    return run(binary, "check", environment={name: here.get(name, value) for name, value in environment.items()})
