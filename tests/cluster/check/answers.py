"""Statuses: only those that are promised; and how long no request succeeded."""
from collections import Counter

PROMISED = {
    "insert": {201}, "update": {200, 412}, "delete": {204}, "read": {200, 404}, "list": {200},
    "login": {200}, "refresh": {200}, "logout": {204}, "probe": {200, 401}, "final": {200},
}
# What is measured together.
KINDS = {"writes": ("insert", "update", "delete"), "reads": ("read", "list"), "refreshes": ("refresh",)}


def check(run, expected, verdict):
    operations = [*run.operations.values()]
    verdict.figures["operations"] = len(operations)
    refused = Counter(operation.status for operation in operations if operation.status in (0, 429) or operation.status >= 500)
    verdict.figures["refused"] = " ".join(f"{count}×{status or 'error'}" for status, count in sorted(refused.items())) or "0"
    gap, faults = longest_gap(run, expected.gap)
    verdict.figures["gap"] = f"{gap:.1f} s"
    verdict.count("unexpected", [*unexpected(run, operations, expected), *faults, *of_streams(run)])


def unexpected(run, operations, expected):
    ended = {operation.asked["session"] for operation in run.of("logout")}
    removed = {operation.asked["doc"] for operation in run.of("delete")}
    for operation in operations:
        status, op = operation.status, operation.op
        allowed = status in PROMISED[op] or (op, status) in expected.also
        # Told by what was asked: the session has ended, or the document is gone.
        allowed |= op in ("refresh", "logout") and status in (400, 401) and operation.asked["session"] in ended
        allowed |= op in ("update", "delete") and status == 404 and operation.asked["doc"] in removed
        if status == 0:
            past_the_balancer = operation.asked.get("via", "balancer") != "balancer"
            if not expected.errors and not past_the_balancer:
                yield f"{operation}: {operation.get('error') or 'no answer'}"
        elif status == 503:
            if not operation.get("retry"):
                yield f"{operation}: 503 {operation.get('code')} without Retry-After"
            elif not expected.refusals:
                yield f"{operation}: 503 {operation.get('code')}: {operation.get('detail')}"
        # A service that stood still has not read the request in time. It did nothing, as the answer says.
        elif not allowed and not (status == 408 and expected.errors):
            yield f"{operation}: {status} {operation.get('code')}: {operation.get('detail')}"


def of_streams(run):
    """A stream that cannot be opened says why and when to try again."""
    for stream, events in run.events.items():
        for event in events:
            status = event.get("status")
            if status and not (status == 503 and event.get("retry")):
                yield f"stream {stream}: {status} {event.get('end')}"
            if event.get("end", "").startswith("dropped"):
                yield f"stream {stream}: {event['end']}"


def longest_gap(run, bound):
    """The longest time between two successes of one kind, while the load lasted."""
    begins, ends = run.noted("load begins"), run.noted("load ends")
    if begins is None or ends is None:
        return 0, ["the load has no beginning or no end"] if run.notes else []
    longest, faults = 0, []
    for kind, ops in KINDS.items():
        successes = sorted(operation.ended for operation in run.of(*ops) if operation.done and begins < operation.ended < ends)
        if not run.of(*ops):
            continue
        times = [begins, *successes, ends]
        gap = max(after - before for before, after in zip(times, times[1:]))
        longest = max(longest, gap)
        if gap > bound:
            faults.append(f"no {kind} succeeded for {gap:.1f} s, {bound} s are allowed")
    return longest, faults
