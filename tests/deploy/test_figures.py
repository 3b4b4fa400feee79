"""What tests/FIGURES.md names is there: files, tests in them, and what a command is given."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "tests/FIGURES.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")][1:]


def test_every_row_has_a_figure_what_asserts_it_and_what_runs_it():
    assert len(ROWS) >= 16
    assert all(len(row) == 3 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_what_asserts_a_figure_is_there(row):
    names = re.findall(r"`([^`]+)`", row[1])
    assert names
    text = ""
    for name in names:
        if "/" in name or "." in name:
            paths = [path for path in (ROOT / name, ROOT / "tests/cluster/scenarios" / name) if path.exists()]
            assert paths, f"{name} is not there"
            text = "".join(path.read_text() for path in paths if path.is_file())
        else:
            assert re.search(rf"\bfn {name}\b", text), f"no test {name}"


def test_what_is_run_for_a_figure_is_known():
    measures = (ROOT / "tests/bench/identity/main.rs").read_text()
    for command in re.findall(r"`(tests/[^`]+)`", "".join(row[2] for row in ROWS)):
        program, *names = command.split()
        assert (ROOT / program).stat().st_mode & 0o111
        for name in names:
            known = f'("{name}", ' in measures if program == "tests/bench/run" else \
                name == "--long" or (ROOT / f"tests/cluster/scenarios/{name}.py").exists()
            assert known, f"{program} knows no {name}"


def test_all_that_is_not_part_of_every_run_is_part_of_the_stage():
    stage = re.search(r"^figures\(\) \{\n(.*?)^\}", (ROOT / "tests/run").read_text(), re.DOTALL | re.MULTILINE)[1]
    for command in re.findall(r"`(tests/[^`]+)`", "".join(row[2] for row in ROWS)):
        program, *names = command.split()
        assert program in stage
        assert set(names) <= set(stage.split()), command
