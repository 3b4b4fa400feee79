"""The examples of README.md and of the pages behind it, run in the order in which a reader meets them.

What this run has in the place of something that the pages show: the address of tessera for http://127.0.0.1:8080, a free port for
the 8090 of a service of the reader's own, and the password that the start printed for the one that README.md shows. `pages.py` says
what may differ in an answer.
"""
import os
import pathlib
import re
import shutil

import ports
import pytest
from pages import RUN, Block, Names, Session, Tessera, blocks

ROOT = pathlib.Path(__file__).parents[2]
README = "README.md"
PAGES = [
    README,
    "auth-service/README.md",
    "resource-service/README.md",
    "resource-service/for-python.md",
    "resource-service/from-fastapi.md",
]
# resource-service/for-web-apps.md is run in Chromium by tests/browser/web-apps.test.mjs, which fails if a block is left over.
#: Blocks that are not run here, by their first line, and why.
NOT_RUN = {
    README: {
        "flowchart LR": "a diagram",
        "cargo run --release     # the whole system on http://127.0.0.1:8080: no database, no settings, no network":
            "compiles; the fixture starts the binary that this makes, and what it prints is compared below",
        "Tessera 0.1.0 is ready. Ctrl-C stops it.": "printed by the start: test_the_start_prints_what_the_readme_shows",
        "cargo build --release --workspace": "compiles, and listens on fixed ports; conftest.py starts both services with such variables",
    },
    "resource-service/README.md": {
        "resource-service collections export definitions/": "needs the service stopped; tests/it/definitions.rs runs both",
        'openapi-python-client generate --url "$HERE/api/openapi.json"                          # Python':
            "the second line needs packages of npm; test_openapi.py generates all three and uses them",
        "page = list_calculations.sync(client=client, limit=10)      # CalculationPage":
            "a part of a program that is generated; test_openapi.py runs one",
        "(cd resource-service/web && npm ci && npm run build)": "builds the console; tests/run browser does, and serves it",
    },
}
#: The address in the pages.
ADDRESS = "http://127.0.0.1:8080"
MANAGEMENT = "http://127.0.0.1:9080"
#: The port of a service of the reader's own.
OWN_PORT = "8090"


def banner():
    """What the start prints, as README.md shows it."""
    [block] = [block for block in blocks(ROOT, README) if block.text.startswith("Tessera ")]
    return block


def shown_password():
    return re.search(r"password +(\S+)", banner().text)[1]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A first start as README.md says, with the sample; it has ended when this is used."""
    folder = tmp_path_factory.mktemp("start")
    tessera = Tessera(folder, ["--no-console"])
    tessera.stop()
    tessera.data = folder / "data"
    return tessera


@pytest.fixture
def place(start, tmp_path):
    """A running system on a copy of the first start's data, and a session in its folder."""
    shutil.copytree(start.data, tmp_path / "data")
    tessera = Tessera(tmp_path, ["--no-console"])
    session = Session(tmp_path, {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ})
    yield tessera, session
    session.close()
    tessera.stop()


def replaced(text, pairs):
    for one, other in pairs:
        text = text.replace(one, other)
    return text


def test_the_start_prints_what_the_readme_shows(start):
    shown = [(start.origin, ADDRESS), (start.management, MANAGEMENT), (start.password, shown_password())]
    assert replaced(start.said.partition("\nPaste into a shell")[0], shown) == banner().text


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_print_what_the_page_shows(page, start, place):
    tessera, session = place
    names, faults, skipped = Names(), [], dict(NOT_RUN.get(page, {}))
    here = [(ADDRESS, tessera.origin), (OWN_PORT, str(ports.take())), (shown_password(), start.password)]
    for block in blocks(ROOT, page):
        if skipped.pop(block.first, None):
            continue
        if block.language not in RUN:
            faults.append(f"{block.place}: neither run nor listed in NOT_RUN")
            continue
        printed, complaint = session.run(block, replaced(block.text, here))
        differs = complaint or names.differs(block.shown, replaced(printed, [(real, shown) for shown, real in here]))
        if differs:
            faults.append(f"{block.place}: {block.first}\n{differs}")
    faults += [f"{page}: NOT_RUN has a block that is not there: {first}" for first in skipped]
    assert not faults, "\n\n".join(faults)


def test_ids_times_and_what_is_left_out_may_differ_and_nothing_else():
    first, second = ("01a20a98-5588-7b7e-a0ab-b33bc6f3b6c0", "01a20a98-5715-7465-859a-69d473d0518d")
    real, other = ("01b30a98-5588-7b7e-a0ab-b33bc6f3b6c0", "01b30a98-5715-7465-859a-69d473d0518d")

    def differs(shown, *printed):
        names = Names()
        return [names.differs(Block("page", 1, "json", shown), text) for text in printed][-1]

    shown = f'{{"_id":"{first}",\n  "of":"{second}",…,"at":"2026-11-29T08:40:02.206Z","n":[1]}}'
    printed = f'{{"_id":"{real}","of":"{other}","x":2,"at":"2027-01-02T03:04:05Z","n":[1]}}\n'
    assert differs(shown, printed) is None
    assert differs(shown, printed, printed) is None
    assert differs(shown, printed.replace("[1]", "[2]"))
    assert differs(shown, printed + printed)
    assert differs(shown, printed.replace(other, real)), "two ids of the page are one here"
    assert differs(shown, printed, printed.replace(real, other)), "an id is another one than before"
    assert Names().differs(None, "something")
