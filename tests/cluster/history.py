"""The record of a run: each operation with its invocation and its answer, on disk before anything else happens.

A line is one JSON object. An invocation has `i`, the number of the operation, `t`, seconds of the monotonic clock, and `op`; an
answer has `r`, the same number, `t`, and `status`, which is 0 where no whole answer came. An operation without an answer was
under way when the harness ended. `note` lines say what the scenario did.
"""
import itertools
import json
import os
import time
from collections import Counter


class History:
    """Appends to the file of a run."""

    def __init__(self, path):
        self.path = path
        # Unbuffered: a line that was written survives the end of this process.
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o644)
        self.numbers = itertools.count(1)
        # How many operations of each kind have begun.
        self.begun = Counter()

    def write(self, line):
        os.write(self.file, (json.dumps(line, separators=(",", ":")) + "\n").encode())

    def begin(self, op, **fields):
        """Records an invocation, and returns its number."""
        number = next(self.numbers)
        self.begun[op] += 1
        self.write({"i": number, "t": time.monotonic(), "op": op, **fields})
        return number

    def end(self, number, **fields):
        self.write({"r": number, "t": time.monotonic(), **fields})

    def event(self, stream, **fields):
        """Records what a stream of changes sent."""
        self.write({"e": stream, "t": time.monotonic(), **fields})

    def note(self, text):
        self.write({"note": text, "t": time.monotonic()})

    def close(self):
        os.close(self.file)


def read(path):
    """The lines of a history. One that was cut off by a crash of the harness is the last, and is left out."""
    with open(path) as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
