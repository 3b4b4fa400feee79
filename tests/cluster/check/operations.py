"""Operations as a checker sees them: an invocation together with its answer, if one came."""
from collections import defaultdict
from math import inf

# What the balancer says where it does not know whether a replica has acted (deploy/config/haproxy.cfg).
CUT_OFF = ("The answer was cut off", "No answer came in time")


class Operation:
    """One operation. Without an answer it may take effect at any time later."""

    def __init__(self, invocation):
        self.number, self.op, self.began = invocation["i"], invocation["op"], invocation["t"]
        self.asked, self.answered, self.ended = invocation, {}, inf

    @property
    def status(self):
        return self.answered.get("status", 0)

    @property
    def done(self):
        return 200 <= self.status < 300

    @property
    def unknown(self):
        """Whether it may have taken effect, though no success was answered."""
        if self.status == 0 or self.status == 500:
            return True
        detail = self.answered.get("detail") or ""
        return self.status == 503 and (self.answered.get("code") == "outcome_unknown" or detail.startswith(CUT_OFF))

    @property
    def refused(self):
        """Whether the answer says that nothing was done."""
        return not self.done and not self.unknown

    def get(self, name):
        """A field of the invocation or else of the answer."""
        return self.asked.get(name, self.answered.get(name))

    def __str__(self):
        return f"{self.op} #{self.number} at {self.began:.3f}"


class Run:
    """A history in memory."""

    def __init__(self, lines):
        self.operations, self.events, self.notes = {}, defaultdict(list), []
        for line in lines:
            if "i" in line:
                self.operations[line["i"]] = Operation(line)
            elif "r" in line:
                operation = self.operations[line["r"]]
                operation.answered, operation.ended = line, line["t"]
            elif "e" in line:
                self.events[line["e"]].append(line)
            else:
                self.notes.append(line)

    def of(self, *kinds):
        return [operation for operation in self.operations.values() if operation.op in kinds]

    def noted(self, text):
        """When something was noted first."""
        return next((note["t"] for note in self.notes if note["note"] == text), None)
