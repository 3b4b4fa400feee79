"""A FastAPI application of somebody else's takes our tokens unchanged, with the means of its own tutorial."""
from typing import Annotated

import jwt
import pytest
from conftest import AUDIENCE
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from fastapi.testclient import TestClient


def application(system):
    """The tutorial's, with the key of our ring or with our public keys."""
    app = FastAPI()
    scheme = OAuth2PasswordBearer(tokenUrl=f"{system.auth}/auth/login")
    published = jwt.PyJWKClient(f"{system.auth}/.well-known/jwks.json")

    def claims(token: Annotated[str, Depends(scheme)]):
        try:
            key = system.shared_key() if system.algorithm == "HS256" else published.get_signing_key_from_jwt(token)
            return jwt.decode(token, key, algorithms=[system.algorithm], audience=AUDIENCE, issuer=system.auth)
        except jwt.PyJWTError as fault:
            raise HTTPException(401, str(fault), {"WWW-Authenticate": "Bearer"}) from fault

    @app.get("/me")
    def me(claims: Annotated[dict, Depends(claims)]):
        return {"sub": claims["sub"], "roles": claims["roles"], "scope": claims["scope"].split()}

    return TestClient(app)


@pytest.fixture
def app(system):
    return application(system)


def ask(app, token):
    return app.get("/me", headers={"Authorization": f"Bearer {token}"})


def test_a_person_and_a_service_are_let_in(system, app):
    _, _, token = system.scientist()
    person = ask(app, token)
    assert (person.status_code, person.json()["roles"]) == (200, ["scientist"])
    client_id, secret = system.client(["calculations:read"])
    assert ask(app, system.token(client_id, secret)).json() == {"sub": client_id, "roles": [], "scope": ["calculations:read"]}


def test_nobody_else_is(system, app):
    assert app.get("/me").status_code == 401
    _, _, token = system.scientist()
    signed, _, signature = token.rpartition(".")
    assert ask(app, f"{signed}.{signature[::-1]}").status_code == 401
    assert ask(app, signed + ".").status_code == 401
