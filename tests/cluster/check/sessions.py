"""Sessions: refused though nothing ended them, doubled, and accepted after their end."""
from collections import defaultdict


def check(run, expected, verdict):
    endings = defaultdict(list)
    for operation in run.of("logout"):
        endings[operation.asked["session"]].append(operation)
    verdict.count("sessions lost", [*lost(run, endings)])
    verdict.count("sessions doubled", [*doubled(run)])
    verdict.count("wrongly accepted", [*accepted(run, endings, expected.revoked_within)])


def lost(run, endings):
    """A refresh is refused only where somebody began to end the session."""
    refused = set()
    for operation in run.of("refresh"):
        session = operation.asked["session"]
        ended = any(ending.began < operation.ended for ending in endings[session])
        if operation.status in (400, 401, 403) and not ended and session not in refused:
            refused.add(session)
            yield f"{session}: {operation} was refused with {operation.status} {operation.get('code')}"


def doubled(run):
    """A token has one successor, and a successor has one token before it."""
    after, before = {}, {}
    for operation in run.of("refresh"):
        presented, got = operation.asked["presented"], operation.get("got")
        if not operation.done or not got:
            continue
        if after.setdefault(presented, got) != got:
            yield f"{operation}: the token has two successors"
        if before.setdefault(got, presented) != presented:
            yield f"{operation}: two tokens have one successor"


def accepted(run, endings, within):
    """After the acknowledged end a refresh is refused at once, and an access token soon."""
    for operation in run.of("refresh", "probe"):
        session = operation.asked["session"]
        ends = [ending.ended for ending in endings[session] if ending.done]
        if not ends or not operation.done:
            continue
        after = operation.began - min(ends)
        if after > (within if operation.op == "probe" else 0):
            via = operation.asked.get("via")
            yield f"{session}: {operation} through {via} succeeded {after:.3f} s after its end was acknowledged"
