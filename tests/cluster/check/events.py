"""Streams of changes: every acknowledged change once, in the order of its document, and alike for all listeners."""
from collections import Counter, defaultdict


def check(run, _, verdict):
    missing, doubled, disordered, orders = [], [], [], []
    wanted = acknowledged(run)
    for stream, lines in run.events.items():
        events = [line for line in lines if "doc" in line]
        seen = Counter((event["doc"], kind(event["type"]), event["rev"]) for event in events)
        doubled += [f"{stream} has {count} times {doc} {what} {rev}" for (doc, what, rev), count in seen.items() if count > 1]
        # A removal has the revision that follows the last one, which its writer does not know.
        found = set(seen) | {(doc, what, None) for doc, what, _ in seen if what == "delete"}
        missing += [f"{stream} has not {doc} {what} {rev or ''}" for doc, what, rev in wanted if (doc, what, rev) not in found]
        disordered += [f"{stream}: {fault}" for fault in disorder(events)]
        orders.append((stream, list(seen)))
    for (one, first), (other, second) in zip(orders, orders[1:]):
        place = next((at for at, (a, b) in enumerate(zip(first, second)) if a != b), None)
        if place is not None:
            disordered.append(f"{one} and {other} differ from event {place} on: {first[place]} and {second[place]}")
    verdict.count("events missing", missing)
    verdict.count("events doubled", doubled)
    verdict.count("events out of order", disordered)


def kind(event):
    return "delete" if event == "delete" else "write"


def acknowledged(run):
    """Every change that listeners must receive, once the load has begun."""
    if not run.events:
        return []
    begins = run.noted("load begins") or 0
    return [
        (operation.get("doc"), kind(operation.op), operation.get("rev"))
        for operation in run.of("insert", "update", "delete")
        if operation.done and operation.began > begins
    ]


def disorder(events):
    """The revisions of a document only grow."""
    last = defaultdict(int)
    for event in events:
        if event["rev"] < last[event["doc"]]:
            yield f"{event['doc']} revision {event['rev']} comes after {last[event['doc']]}"
        last[event["doc"]] = max(last[event["doc"]], event["rev"])
