"""The images, built once, and their file systems."""
import os

import pytest
from builder import ROOT, SERVICES, Builder
from container import Root, have_own_mounts
from names import Names

#: The name of the store's machine, which only the name server of the tests knows.
STORE = "mongo.tessera.test"


@pytest.fixture(scope="session")
def release():
    """Whether every instruction of the Dockerfile runs, with release binaries as the result."""
    return os.environ.get("TESSERA_IMAGE") == "release"


@pytest.fixture(scope="session")
def builder(release):
    # Not skipped: what cannot be tested here is not known to work.
    if missing := have_own_mounts():
        pytest.fail(missing)
    return Builder(ROOT / "tests/.cache", release)


@pytest.fixture(scope="session")
def images(builder):
    """What buildah says of each image."""
    return {service: builder.described(image) for service, image in builder.built().items()}


@pytest.fixture(scope="session")
def folders(builder, images):
    """The file system of each image, untouched."""
    return {service: builder.unpacked(f"localhost/tessera/{service}:test") for service in SERVICES}


@pytest.fixture(scope="session")
def names():
    names = Names(STORE)
    yield names.server_address[0]
    names.close()


@pytest.fixture(scope="session")
def roots(builder, images, names, tmp_path_factory):
    """The same as containers have it: with what an engine adds."""
    etc = tmp_path_factory.mktemp("etc")
    return {service: Root(builder.unpacked(f"localhost/tessera/{service}:test"), images[service], etc, names)
            for service in SERVICES}
