"""deploy/backup.md for embedded stores: its script, run while both services write."""
import re
import shutil
import sqlite3
import subprocess
import sys

import pytest
from account import CALCULATIONS, Writers, check
from conftest import DEPLOY
from system import COOKIE, System

[SCRIPT] = re.findall(r"```python\n(.*?)```", (DEPLOY / "backup.md").read_text(), re.DOTALL)


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


def stores(folder):
    return [f"sqlite:{folder}/{name}.db" for name in ("auth", "resource")]


def test_a_copy_that_is_made_while_the_services_write_is_whole(system, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with system.running(*stores(data)):
        system.sign_up("user@example.org")
        token, cookie = system.log_in("user@example.org")
        writers = Writers(system)
        try:
            before = writers.until(4)
            done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=data, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            later, _ = writers.until(4)
        finally:
            writers.stop()
    [backup] = [path for path in data.iterdir() if path.is_dir()]
    # As after a loss: nothing but the copies is left, and no key ring.
    shutil.copytree(backup, tmp_path / "restored")
    shutil.rmtree(data)
    system.make_keys()
    with system.running(*stores(tmp_path / "restored")):
        assert set(later) - check(system, system.admin(), before), "all that was written later is there too"
        assert system.ask("GET", CALCULATIONS, token).status_code == 401
        refreshed = system.refresh(cookie)
        cookie = refreshed.cookies[COOKIE]
        assert system.ask("GET", CALCULATIONS, refreshed.json()["access_token"]).status_code == 200
    # What the guide has for the end of all sessions.
    with sqlite3.connect(tmp_path / "restored/auth.db") as store:
        store.execute("DELETE FROM sessions")
    with system.running(*stores(tmp_path / "restored")):
        assert system.refresh(cookie).status_code == 401
        assert system.log_in("user@example.org")


def test_vacuum_into_cannot_copy_the_documents(system, tmp_path):
    with system.running(*stores(tmp_path)):
        pass
    with sqlite3.connect(tmp_path / "resource.db") as store, pytest.raises(sqlite3.Error, match="tessera_instant"):
        store.execute("VACUUM INTO ?", [str(tmp_path / "copy.db")])
