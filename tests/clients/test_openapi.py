"""The OpenAPI documents as other people's tools read them: a validator, and clients made for TypeScript and Python."""
import importlib
import json
import pathlib
import shutil
import subprocess
import sys

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = pathlib.Path(__file__).parent
TOOLS = HERE / "node_modules" / ".bin"
#: Programs that use generated clients.
PROGRAMS = ("typed_fetch", "typed_hey")


@pytest.fixture(scope="module")
def system(systems):
    return systems("HS256")


@pytest.fixture(scope="module")
def documents(system, tmp_path_factory):
    """The folder with both documents, by the names that the generated clients get."""
    folder = tmp_path_factory.mktemp("openapi")
    api = f"{system.resource}/api/openapi.json"
    addresses = {"auth": f"{system.auth}/auth/openapi.json", "api": api, "reviews": f"{api}?collection=reviews"}
    for name, address in addresses.items():
        (folder / f"{name}.json").write_text(httpx.get(address).raise_for_status().text)
    return folder


def ran(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **more)
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-5_000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(documents):
    """Imports a module of a generated Python client."""
    config = documents / "config.json"
    config.write_text(json.dumps({"post_hooks": []}))
    generator = pathlib.Path(sys.executable).with_name("openapi-python-client")
    for name in ("auth", "api"):
        said = ran(generator, "generate", "--path", documents / f"{name}.json", "--output-path", documents / f"{name}_client",
                   "--meta", "none", "--config", config)
        # What it cannot read it leaves out: types of the body of a stream, but no schema.
        assert "Unable to parse schema" not in said, said[:5_000]
        assert name != "auth" or "WARNING" not in said, said[:5_000]
    sys.path.insert(0, str(documents))
    yield lambda module: importlib.import_module(module)
    sys.path.remove(str(documents))


@pytest.mark.parametrize("name", ["auth", "api", "reviews"])
def test_the_document_is_valid(documents, name):
    document = json.loads((documents / f"{name}.json").read_text())
    assert document["openapi"].startswith("3.1")
    faults = [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
              if hasattr(fault, "absolute_path") else str(fault)
              for fault in OpenAPIV31SpecValidator(document).iter_errors()]
    assert not faults, faults[:10]


@pytest.fixture(scope="module")
def typescript(documents):
    """Generates both clients for TypeScript and compiles the programs that use them. Returns the folder with those."""
    for name in ("auth", "api"):
        ran(TOOLS / "openapi-typescript", documents / f"{name}.json", "-o", documents / f"{name}.ts")
    for name in (*(f"{program}.ts" for program in PROGRAMS), "openapi-ts.config.mjs"):
        shutil.copy(HERE / name, documents)
    (documents / "node_modules").symlink_to(HERE / "node_modules")
    ran(TOOLS / "openapi-ts", "-s", cwd=documents)
    options = {"strict": True, "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "module": "nodenext", "types": [],
               "skipLibCheck": True, "outDir": "out"}
    (documents / "package.json").write_text('{"type": "module"}')
    (documents / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": [f"{p}.ts" for p in PROGRAMS]}))
    ran(TOOLS / "tsc", "--project", documents)
    return documents / "out"


def test_typescript_gets_types_with_which_a_page_logs_in_and_works(system, typescript):
    email, password, _ = system.scientist()
    said = ran("node", typescript / "typed_fetch.js", system.auth, system.resource, email, password)
    assert json.loads(said) == [1, "siesta", "methane", 1]


def test_typescript_gets_a_client_that_works(system, typescript):
    _, _, token = system.scientist()
    assert json.loads(ran("node", typescript / "typed_hey.js", system.resource, token)) == [1, "siesta", "ethane", 1]


def test_python_gets_a_client_that_logs_in_and_works(system, documents, python):
    email, password, _ = system.scientist()
    anyone = python("auth_client").Client(base_url=system.auth)
    models = python("auth_client.models")
    login = python("auth_client.api.session.post_login")
    token = login.sync(client=anyone, body=models.Login(username=email, password=password))
    assert isinstance(token, models.TokenResponse), token
    refused = login.sync_detailed(client=anyone, body=models.Login(username=email, password="another password"))
    assert (refused.status_code, refused.parsed.code) == (401, models.ProblemCode.INVALID_CREDENTIALS)

    known = python("auth_client").AuthenticatedClient(base_url=system.auth, token=token.access_token)
    me = python("auth_client.api.users.get_users_me").sync(client=known)
    assert me.email == email

    ours = python("api_client").AuthenticatedClient(base_url=system.resource, token=token.access_token)
    api = python("api_client.models")
    calculation = api.Calculation(name="water", code=api.CalculationCode(name="siesta"), status=api.CalculationStatus.PLANNED)
    made = python("api_client.api.calculations.insert_calculations").sync(client=ours, body=calculation)
    assert isinstance(made, api.StoredCalculation), made
    listed = python("api_client.api.calculations.list_calculations").sync(client=ours)
    assert isinstance(listed, api.CalculationPage), listed
    assert ("water", "siesta", 1) in [(one.name, one.code.name, one.field_revision) for one in listed.items]
    read = python("api_client.api.calculations.get_calculations").sync(made.field_id, client=ours)
    assert read == made
