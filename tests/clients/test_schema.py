"""schemathesis over the OpenAPI documents: whatever it sends, no 5xx and no answer that the document does not promise."""
import os
import pathlib
import subprocess
import sys

import httpx
import pytest
from conftest import ADMIN

PROGRAM = pathlib.Path(sys.executable).with_name("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,common_answer_conformance"
#: What a caller does with themselves. Those that end the caller's own session come last.
OWN = "^/auth/(users/me|sessions|api-keys)"


@pytest.fixture(scope="module")
def system(systems):
    """With tokens that outlive the run, and no limit to wrong guesses, sign-ups and token exchanges."""
    limits = ("FREE_FAILURES", "ADDRESS_FREE_FAILURES", "SIGN_UPS", "EXCHANGES")
    unlimited = {f"AUTH__THROTTLE__{limit}": "1000000" for limit in limits}
    return systems("HS256", AUTH__TOKENS__ACCESS_TTL="3600", **unlimited)


def run(url, token, *which):
    command = [
        PROGRAM, "run", url, "--checks", CHECKS, "--header", f"Authorization: Bearer {token}",
        "--max-examples", "15", "--seed", "7", "--request-timeout", "60", "--no-color", "--suppress-health-check", "all", *which,
    ]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(pathlib.Path(__file__).parent)}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)
    if ran.returncode:
        pytest.fail(ran.stdout[-20_000:] + ran.stderr[-2_000:], pytrace=False)


def test_identity_as_a_service_that_may_do_everything(system):
    headers = {"Authorization": f"Bearer {system.login(*ADMIN)}"}
    scopes = httpx.get(f"{system.auth}/auth/roles", headers=headers).json()["items"]
    [everything] = [role["scopes"] for role in scopes if role["name"] == "admin"]
    token = system.token(*system.client(everything))
    # The feed of cut-offs is a long poll: a program that tries all waits would wait for most of them.
    run(f"{system.auth}/auth/openapi.json", token, "--exclude-path-regex", f"{OWN}|^/auth/revocations$")


def test_identity_as_a_user_of_their_own_things(system):
    for exclude in (["--exclude-method", "DELETE"], ["--include-method", "DELETE"]):
        _, _, token = system.scientist()
        run(f"{system.auth}/auth/openapi.json", token, "--include-path-regex", OWN, *exclude)


def test_documents_as_their_admin(system):
    # Streams of changes do not end.
    run(f"{system.resource}/api/openapi.json", system.login(*ADMIN), "--exclude-path-regex", "/changes$")
