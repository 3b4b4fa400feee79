"""Ports for servers that must know theirs before they start, or that start again on the same one.

They lie below the ports that the system itself gives to servers and connections, so nothing takes one by chance; a lock on
a file keeps one from being taken twice for as long as its holder runs. tests/it/support/store.rs takes its own the same way.
"""
import fcntl
import pathlib
import random
import socket
import tempfile

FIRST, LAST = 20_000, 31_999
held = []


def take():
    """A port that is this process's own until it ends."""
    for port in random.sample(range(FIRST, LAST + 1), 200):
        hold = open(pathlib.Path(tempfile.gettempdir()) / f"tessera-test-port-{port}", "a")
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        held.append(hold)
        with socket.socket() as other:
            if other.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError(f"no port is free between {FIRST} and {LAST}")
