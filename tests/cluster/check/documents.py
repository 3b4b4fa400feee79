"""Documents: acknowledged and lost, refused or never sent and yet there, and reads of what is out of date."""
from bisect import bisect_left
from collections import defaultdict

READS = ("read", "list")


class Written:
    """All attempts to store one value. Only an insert with an idempotency key has several."""

    def __init__(self):
        self.attempts = []

    @property
    def done(self):
        return next((attempt for attempt in self.attempts if attempt.done), None)

    @property
    def possible(self):
        return any(not attempt.refused for attempt in self.attempts)

    @property
    def expected(self):
        """The revision that the write makes."""
        first = self.attempts[0]
        return 1 if first.op == "insert" else first.asked["expected"] + 1


class Floor:
    """The least revision that a read must show, by the time when it began."""

    def __init__(self):
        self.known = []

    def add(self, at, revision, why):
        self.known.append((at, revision, why))

    def settle(self):
        self.known.sort(key=lambda known: known[:2])
        best = (0, "")
        for place, (at, revision, why) in enumerate(self.known):
            best = max(best, (revision, why))
            self.known[place] = (at, *best)

    def before(self, began):
        """The greatest revision that was known before, and from what."""
        place = bisect_left(self.known, (began,))
        return self.known[place - 1][1:] if place else (0, "")


class Ledger:
    """What the history says of every value and every document."""

    def __init__(self, run):
        self.values, self.floors, self.deletes = defaultdict(Written), defaultdict(Floor), defaultdict(list)
        self.inserted, self.acknowledged = {}, defaultdict(dict)
        for operation in run.of("insert", "update"):
            self.values[operation.asked["value"]].attempts.append(operation)
        for operation in run.of("delete"):
            self.deletes[operation.asked["doc"]].append(operation)
        for operation in run.of("insert", "update", *READS):
            if operation.done and operation.get("doc") and operation.get("rev"):
                self.floors[operation.get("doc")].add(operation.ended, operation.get("rev"), str(operation))
        for floor in self.floors.values():
            floor.settle()

    def deleted_before(self, document, began):
        """The deletion that was acknowledged before, if one was."""
        return next((one for one in self.deletes[document] if one.done and one.ended < began), None)

    def may_be_deleted(self, document, until):
        return any(not one.refused and one.began < until for one in self.deletes[document])


def check(run, _, verdict):
    ledger = Ledger(run)
    verdict.count("lost", [*acknowledged(run, ledger), *final(run, ledger)])
    verdict.count("phantom", [*phantoms(run, ledger), *doubled(run, ledger)])
    verdict.count("stale", [*stale(run, ledger)])


def acknowledged(run, ledger):
    """Each revision of a document is the acknowledged write of one client at most."""
    for operation in run.of("insert", "update"):
        if not operation.done:
            continue
        document, revision, value = operation.get("doc"), operation.get("rev"), operation.asked["value"]
        other = ledger.acknowledged[document].setdefault(revision, value)
        if other != value:
            yield f"{document} revision {revision} was acknowledged to two writes, the later is {operation}"
        if operation.op == "insert":
            ledger.inserted[document] = operation


def observations(run):
    """All that was seen of documents: (what saw it, document, revision, value, when it was seen)."""
    for operation in run.of("insert", "update", *READS):
        if operation.done and operation.get("rev"):
            yield operation, operation.get("doc"), operation.get("rev"), operation.answered["value"]
    for stream, events in run.events.items():
        for event in events:
            if event.get("value"):
                yield f"stream {stream}", event["doc"], event["rev"], event["value"]
    for operation in run.of("final"):
        for document, revision, value in operation.answered.get("stored", []):
            yield operation, document, revision, value


def phantoms(run, ledger):
    """What was seen was written, by a client that was not refused, as the revision that it is seen as."""
    for source, document, revision, value in observations(run):
        if value not in ledger.values:
            yield f"{source} shows {document} revision {revision} with a value that nobody wrote"
            continue
        written = ledger.values[value]
        first, done = written.attempts[0], written.done
        if not written.possible:
            yield f"{source} shows {document} revision {revision}, the write of which was refused: {first}"
        elif first.get("doc") not in (None, document) or (done and done.get("doc") not in (None, document)):
            # A second document of one insert is found below.
            if first.op == "update":
                yield f"{source} shows in {document} what was written to {first.get('doc')}"
        elif revision != written.expected:
            yield f"{source} shows {document} revision {revision}, which was written as {written.expected}: {first}"


def doubled(run, ledger):
    """One insert with an idempotency key makes one document, however often it is sent."""
    documents = defaultdict(set)
    for _, document, revision, value in observations(run):
        if value in ledger.values and ledger.values[value].attempts[0].op == "insert" and revision == 1:
            documents[value].add(document)
    for value, found in documents.items():
        attempts = ledger.values[value].attempts
        if len(found) > 1 and (attempts[0].asked.get("key") or len(attempts) == 1):
            yield f"{attempts[0]} made {len(found)} documents: {', '.join(sorted(found))}"


def stale(run, ledger):
    """A read shows at least what was acknowledged, or seen by a read, before it began."""
    for operation in run.of(*READS):
        document, via = operation.asked["doc"], operation.asked.get("via")
        shows = operation.done and operation.get("rev")
        missing = operation.status == 404 or (operation.op == "list" and operation.done and not shows)
        if not shows and not missing:
            continue
        deletion = ledger.deleted_before(document, operation.began)
        revision, why = ledger.floors[document].before(operation.began)
        if shows and deletion:
            yield f"{operation} through {via} shows {document}, which was removed by {deletion}, {since(operation, deletion)}"
        elif shows and operation.get("rev") < revision:
            yield f"{operation} through {via} shows {document} revision {operation.get('rev')}, but {why} showed {revision}"
        elif missing and revision and not ledger.may_be_deleted(document, operation.ended):
            yield f"{operation} through {via} does not find {document}, but {why} showed revision {revision}"


def since(operation, earlier):
    return f"{operation.began - earlier.ended:.3f} s before"


def final(run, ledger):
    """What was acknowledged is there at the end, or something later is."""
    for operation in run.of("final"):
        stored = {document: (revision, value) for document, revision, value in operation.answered.get("stored", [])}
        for document, revisions in ledger.acknowledged.items():
            last, deletes = max(revisions), ledger.deletes[document]
            removed = next((one for one in deletes if one.done), None)
            if document not in stored:
                if not ledger.may_be_deleted(document, operation.ended):
                    yield f"{document} is missing, revision {last} was acknowledged"
                continue
            revision, value = stored[document]
            if removed:
                yield f"{document} is there, but was removed by {removed}"
            elif revision < last:
                yield f"{document} has revision {revision}, but {last} was acknowledged"
            elif revisions.get(revision, value) != value:
                yield f"{document} revision {revision} has another value than the one that was acknowledged"
