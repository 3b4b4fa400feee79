"""The checker: reads a history and accounts for every operation in it. It knows nothing of how the history came about.

Times are of one monotonic clock, so "began after it was answered" is a fact.
"""
from dataclasses import dataclass, field

from . import answers, documents, events, sessions
from .operations import Run


@dataclass(frozen=True)
class Expectations:
    """What a scenario allows. Nothing here allows a fault of correctness."""

    # 503 with Retry-After.
    refusals: bool = True
    # Connections that break before the answer is whole, at the balancer; and 408, where a service did not read a request in time.
    errors: bool = False
    # Seconds within which an ended session is refused by every replica. A second is promised, and 30 s where the feed of revocations is
    # disturbed; the rest is for a loaded machine.
    revoked_within: float = 10
    # The longest time without one success, in seconds, of each kind of operation.
    gap: float = 60
    # Further statuses, as (operation, status).
    also: frozenset = frozenset()


@dataclass
class Verdict:
    """What was found: figures for the table, and a sentence for each fault."""

    figures: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    def is_of_time_alone(self):
        """Whether answers were late or of another kind than promised, and no operation was lost, repeated, stale or wrongly accepted."""
        return all(fault.startswith("unexpected: ") for fault in self.faults)

    def count(self, figure, faults):
        self.figures[figure] = self.figures.get(figure, 0) + len(faults)
        self.faults += [f"{figure}: {fault}" for fault in faults]


def check(lines, expected=Expectations()):
    """Accounts for a history."""
    run, verdict = Run(lines), Verdict()
    for check_part in (answers.check, documents.check, sessions.check, events.check):
        check_part(run, expected, verdict)
    return verdict
