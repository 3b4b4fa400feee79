"""authlib and requests-oauthlib, as a team's programs use them."""
import json
import subprocess
import pathlib

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError, InvalidScopeError, LegacyApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

SCOPES = ["calculations:read", "series:read"]
PASSWORD_GRANTS = ("password", "refresh_token")


@pytest.fixture(autouse=True)
def loopback_without_tls(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_gets_asks_about_and_gives_back_a_token(system, method):
    client_id, secret = system.client(SCOPES)
    client = OAuth2Client(client_id, secret, token_endpoint_auth_method=method, scope="calculations:read")
    token = client.fetch_token(f"{system.auth}/auth/token", grant_type="client_credentials")
    assert (token["token_type"], token["scope"]) == ("Bearer", "calculations:read")
    assert client.get(f"{system.resource}/api/calculations").status_code == 200
    assert client.get(f"{system.resource}/api/series").status_code == 403

    def introspect(text):
        return client.introspect_token(f"{system.auth}/auth/introspect", token=text).json()

    answer = introspect(token["access_token"])
    assert (answer["active"], answer["client_id"], answer["sub"]) == (True, client_id, client_id)
    assert client.revoke_token(f"{system.auth}/auth/revoke", token=token["access_token"]).status_code == 200
    assert introspect(token["access_token"]) == {"active": False}
    assert introspect("garbage") == {"active": False}
    with pytest.raises(OAuthError, match="invalid_scope"):
        client.fetch_token(f"{system.auth}/auth/token", grant_type="client_credentials", scope="users:write")


def test_authlib_renews_a_users_session(system):
    client_id, secret = system.client(SCOPES, *PASSWORD_GRANTS)
    email, password, _ = system.scientist()
    client = OAuth2Client(client_id, secret)
    url = f"{system.auth}/auth/token"
    first = dict(client.fetch_token(url, grant_type="password", username=email, password=password))
    assert first["scope"].split() == SCOPES
    second = dict(client.refresh_token(url, refresh_token=first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert system.read(second["access_token"]) == 200
    assert client.revoke_token(f"{system.auth}/auth/revoke", token=second["refresh_token"]).status_code == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(url, refresh_token=second["refresh_token"])


def test_requests_oauthlib_gets_renews_asks_about_and_gives_back(system):
    url = f"{system.auth}/auth/token"
    client_id, secret = system.client(SCOPES)
    service = OAuth2Session(client=BackendApplicationClient(client_id, scope=["calculations:read"]))
    token = service.fetch_token(url, client_id=client_id, client_secret=secret)
    assert token["scope"] == ["calculations:read"]
    assert service.get(f"{system.resource}/api/calculations").status_code == 200
    wide = OAuth2Session(client=BackendApplicationClient(client_id, scope=["users:write"]))
    with pytest.raises(InvalidScopeError):
        wide.fetch_token(url, client_id=client_id, client_secret=secret)

    client_id, secret = system.client(SCOPES, *PASSWORD_GRANTS)
    own = HTTPBasicAuth(client_id, secret)
    email, password, _ = system.scientist()
    user = OAuth2Session(client=LegacyApplicationClient(client_id))
    first = user.fetch_token(url, username=email, password=password, auth=own)
    second = user.refresh_token(url, refresh_token=first["refresh_token"], auth=own)
    assert user.get(f"{system.resource}/api/calculations").status_code == 200

    def introspect():
        form = {"token": second["access_token"]}
        return user.post(f"{system.auth}/auth/introspect", data=form, auth=own, withhold_token=True).json()

    assert introspect()["active"] is True
    gone, headers, body = user._client.prepare_token_revocation_request(f"{system.auth}/auth/revoke", second["refresh_token"])
    assert user.post(gone, data=body, headers=headers, auth=own, withhold_token=True).status_code == 200
    assert introspect() == {"active": False}, "with the refresh token goes its session"
    with pytest.raises(InvalidGrantError):
        user.refresh_token(url, refresh_token=second["refresh_token"], auth=own)


def test_oauth4webapi_and_jose_discover_get_renew_and_check(systems):
    system = systems("EdDSA")
    service, client = system.client(SCOPES), system.client(SCOPES, *PASSWORD_GRANTS)
    email, password, token = system.scientist()
    facts = {
        "issuer": system.auth,
        "resource": system.resource,
        "service": service,
        "client": client,
        "user": {"email": email, "password": password, "token": token},
    }
    script = pathlib.Path(__file__).with_name("oauth.mjs")
    ran = subprocess.run(["node", script, json.dumps(facts)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
