"""The checker finds each kind of fault in a history that was made up with it, and nothing in the same one without."""
import pytest
from check import Expectations, check
from history import History, read

BALANCER = "The answer was cut off; ask whether the request took effect before you repeat it"


class Story:
    """A made-up history. Each step takes a second of its own, unless it says when it began and ended."""

    def __init__(self):
        self.lines, self.now, self.number = [], 0.0, 0

    def did(self, op, status=None, began=None, ended=None, **fields):
        """An operation. Without a status no answer came; a field with the name of an answer's is in the answer."""
        self.now += 1
        self.number += 1
        answer = {name: fields.pop(name) for name in ("rev", "got", "code", "detail", "retry", "stored", "error") if name in fields}
        if op in ("read", "list"):
            answer |= {"value": fields.pop("value")} if "value" in fields else {}
        elif status in (200, 201) and "value" in fields:
            answer |= {"value": fields["value"]}
        if op == "insert" and "doc" in fields:
            answer["doc"] = fields.pop("doc")
        self.lines.append({"i": self.number, "t": self.now if began is None else began, "op": op, **fields})
        if status is not None:
            self.lines.append({"r": self.number, "t": self.now + 0.5 if ended is None else ended, "status": status, **answer})
        return self

    def event(self, stream, doc, rev, kind="update", value=None):
        self.lines.append({"e": stream, "t": self.now, "id": str(len(self.lines)), "type": kind, "doc": doc, "rev": rev, "value": value})
        return self

    def note(self, text):
        self.now += 1
        self.lines.append({"note": text, "t": self.now})
        return self

    def insert(self, doc="d", value="a", status=201, **fields):
        return self.did("insert", status, value=value, key=None, **({"doc": doc, "rev": 1} if status == 201 else {}), **fields)

    def update(self, expected, value, status=200, doc="d", **fields):
        return self.did("update", status, doc=doc, expected=expected, value=value,
                        **({"rev": expected + 1} if status == 200 else {}), **fields)

    def read(self, rev=None, value=None, status=200, doc="d", op="read", **fields):
        found = {"rev": rev, "value": value} if rev else {}
        return self.did(op, status, doc=doc, via="balancer", **found, **fields)

    def final(self, *stored):
        return self.did("final", 200, stored=[list(one) for one in stored])

    def verdict(self, **expected):
        return check(self.lines, Expectations(**expected))

    def finds(self, figure, count=1, **expected):
        """The checker finds this fault and no other."""
        verdict = self.verdict(**expected)
        others = [fault for fault in verdict.faults if not fault.startswith(f"{figure}: ")]
        assert verdict.figures[figure] == count and not others, verdict.faults

    def is_sound(self, **expected):
        assert not self.verdict(**expected).faults, self.verdict(**expected).faults


def unavailable(**more):
    return {"status": 503, "code": "unavailable", "retry": True, **more}


def unknown(**more):
    return {"status": 503, "code": "outcome_unknown", "retry": True, **more}


def test_a_history_without_faults_is_sound():
    story = Story().note("load begins").insert().update(1, "b").read(2, "b").read(2, "b", op="list").note("load ends")
    story.final(("d", 2, "b")).is_sound()


# Acknowledged and lost.


def test_an_insert_that_is_gone_is_lost():
    Story().insert().final().finds("lost")


def test_an_update_that_is_gone_is_lost():
    Story().insert().update(1, "b").final(("d", 1, "a")).finds("lost")


def test_a_removal_that_is_gone_is_lost():
    Story().insert().did("delete", 204, doc="d").final(("d", 1, "a")).finds("lost")


def test_a_document_of_which_the_removal_was_refused_is_not_gone():
    Story().insert().did("delete", doc="d", **unavailable()).final().finds("lost")
    Story().insert().did("delete", doc="d", **unknown()).final().is_sound()


def test_two_acknowledged_writes_of_one_revision_are_a_lost_update():
    Story().insert().update(1, "b").update(1, "c").final(("d", 2, "c")).finds("lost", 2)


def test_a_revision_with_the_value_of_another_client_is_a_lost_update():
    story = Story().insert().update(1, "b").update(1, "c", **unknown()).final(("d", 2, "c"))
    story.finds("lost")


def test_an_unanswered_write_may_be_there_or_not():
    for outcome in ({"status": None}, {"status": 0, "error": "reset"}, unknown(), unavailable(detail=BALANCER)):
        for end in (("d", 1, "a"), ("d", 2, "b")):
            Story().insert().update(1, "b", **outcome).final(end).is_sound(errors=True)


# Refused or never sent, and yet there.


def test_a_refused_write_that_took_effect_is_a_phantom():
    Story().insert().update(1, "b", **unavailable()).final(("d", 2, "b")).finds("phantom")
    Story().insert().update(1, "b", status=412).read(2, "b").final(("d", 2, "b")).finds("phantom", 2)
    Story().insert(**unavailable()).final(("d", 1, "a")).finds("phantom")


def test_a_value_that_nobody_wrote_is_a_phantom():
    Story().insert().read(2, "x").final(("d", 2, "x")).finds("phantom", 2)


def test_a_value_in_another_document_is_a_phantom():
    Story().insert().insert("e", "b").update(1, "c").final(("d", 2, "c"), ("e", 2, "c")).finds("phantom")


def test_a_value_under_another_revision_is_a_phantom():
    Story().insert().update(1, "b").final(("d", 3, "b")).finds("phantom")


def test_an_insert_that_is_sent_twice_with_a_key_makes_one_document():
    def story():
        return Story().did("insert", value="a", key="k", **unknown()).did("insert", 201, value="a", key="k", doc="d", rev=1)

    story().final(("d", 1, "a")).is_sound()
    story().final(("d", 1, "a"), ("e", 1, "a")).finds("phantom")


# Reads.


@pytest.mark.parametrize("op", ["read", "list"])
def test_a_read_of_an_older_revision_than_was_acknowledged_is_stale(op):
    Story().insert().update(1, "b").read(1, "a", op=op).final(("d", 2, "b")).finds("stale")


def test_a_read_that_began_before_the_acknowledgement_may_show_either():
    for shown in ((1, "a"), (2, "b")):
        Story().insert().update(1, "b", began=5, ended=9).read(*shown, began=8, ended=12).final(("d", 2, "b")).is_sound()


def test_a_read_of_less_than_an_earlier_read_showed_is_stale():
    Story().insert().update(1, "b", **unknown()).read(2, "b").read(1, "a").final(("d", 2, "b")).finds("stale")


@pytest.mark.parametrize("nothing", [{"status": 404}, {"op": "list"}])
def test_an_acknowledged_document_that_is_not_found_is_stale(nothing):
    Story().insert().read(**nothing).final(("d", 1, "a")).finds("stale")
    Story().read(**nothing, began=0).insert().final(("d", 1, "a")).is_sound()


def test_a_removed_document_that_is_shown_is_stale():
    Story().insert().did("delete", 204, doc="d").read(1, "a").final().finds("stale")
    Story().insert().did("delete", 204, doc="d").read(status=404).final().is_sound()


# Sessions.


def refreshed(story, presented, got=None, status=200, **fields):
    more = {"got": got} if got else {}
    return story.did("refresh", status, session="s", presented=presented, via="balancer", **more, **fields)


def test_a_session_that_is_refused_though_nobody_ended_it_is_lost():
    refreshed(refreshed(Story(), "1", "2"), "2", status=401, code="invalid_grant").finds("sessions lost", also=frozenset({("refresh", 401)}))


def test_a_session_that_its_user_ended_is_not_lost():
    story = Story().did("logout", 204, session="s")
    refreshed(story, "1", status=401, code="invalid_grant").is_sound()


def test_a_token_with_two_successors_is_a_doubled_session():
    refreshed(refreshed(Story(), "1", "2"), "1", "3").finds("sessions doubled")
    refreshed(refreshed(Story(), "1", "2"), "1", "2").is_sound()


def test_two_tokens_with_one_successor_are_a_doubled_session():
    refreshed(refreshed(Story(), "1", "3"), "2", "3").finds("sessions doubled")


def test_a_refresh_after_the_end_is_wrongly_accepted():
    refreshed(Story().did("logout", 204, session="s"), "1", "2").finds("wrongly accepted")
    story = Story().did("logout", 204, session="s", began=1, ended=9)
    refreshed(story, "1", "2", began=8, ended=10).is_sound()


def test_a_token_is_refused_soon_after_the_end_of_its_session():
    def story(after):
        ended = Story().did("logout", 204, session="s", began=1, ended=2)
        return ended.did("probe", 200, began=2 + after, ended=3 + after, session="s", via="balancer")

    story(3).is_sound(revoked_within=5)
    story(6).finds("wrongly accepted", revoked_within=5)


def test_an_end_that_was_not_acknowledged_promises_nothing():
    refreshed(Story().did("logout", session="s", **unknown()), "1", "2").is_sound()


# Streams.


def followed():
    return Story().note("load begins").insert().update(1, "b").did("delete", 204, doc="d").note("load ends")


def all_events(story, stream="one"):
    return story.event(stream, "d", 1, "insert", "a").event(stream, "d", 2, "update", "b").event(stream, "d", 3, "delete")


def test_a_stream_with_every_event_is_sound():
    all_events(all_events(followed()), "two").final().is_sound()


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_an_event_that_never_came_is_missing(left_out):
    story = all_events(followed())
    del story.lines[len(story.lines) - 3 + left_out]
    story.final().finds("events missing")


def test_an_event_that_came_twice_is_doubled():
    all_events(followed()).event("one", "d", 3, "delete").final().finds("events doubled")


def test_events_of_a_document_come_in_the_order_of_its_revisions():
    story = followed().event("one", "d", 2, "update", "b").event("one", "d", 1, "insert", "a").event("one", "d", 3, "delete")
    story.final().finds("events out of order")


def test_all_listeners_receive_the_same_order():
    story = Story().note("load begins").insert().insert("e", "b").note("load ends")
    story.event("one", "d", 1, "insert", "a").event("one", "e", 1, "insert", "b")
    story.event("two", "e", 1, "insert", "b").event("two", "d", 1, "insert", "a")
    story.final(("d", 1, "a"), ("e", 1, "b")).finds("events out of order")


def test_an_event_of_a_refused_write_is_a_phantom():
    story = Story().note("load begins").insert().update(1, "b", **unavailable()).note("load ends")
    story.event("one", "d", 1, "insert", "a").event("one", "d", 2, "update", "b").final(("d", 1, "a")).finds("phantom")


# Answers.


def test_a_status_that_is_not_promised_is_unexpected():
    Story().insert().read(status=500, code="internal").final(("d", 1, "a")).finds("unexpected")
    Story().did("insert", 401, value="a", key=None, code="invalid_token").finds("unexpected")
    Story().did("insert", 401, value="a", key=None, code="invalid_token").is_sound(also=frozenset({("insert", 401)}))
    Story().insert().read(status=408).final(("d", 1, "a")).finds("unexpected")
    Story().insert().read(status=408).final(("d", 1, "a")).is_sound(errors=True)


def test_a_503_says_when_to_try_again_and_comes_only_where_it_may():
    Story().insert(status=503, code="unavailable").finds("unexpected")
    Story().insert(**unavailable()).is_sound()
    Story().insert(**unavailable()).finds("unexpected", refusals=False)


def test_a_broken_connection_is_unexpected_unless_the_scenario_allows_it():
    Story().insert(status=0, error="reset").finds("unexpected")
    Story().insert(status=0, error="reset").is_sound(errors=True)
    Story().did("read", 0, doc="d", via="resource-service-1").is_sound()


def test_a_request_that_was_never_answered_is_unexpected():
    Story().insert(status=None).finds("unexpected")


def test_a_time_without_success_has_a_bound():
    quiet = Story().note("load begins").insert()
    quiet.now = 40
    quiet.note("load ends").final(("d", 1, "a"))
    assert quiet.verdict().figures["gap"] == "38.5 s"
    quiet.is_sound(gap=39)
    quiet.finds("unexpected", gap=38)


def test_a_stream_that_is_refused_says_when_to_try_again():
    for line, faults in (({"status": 503, "retry": True, "end": ""}, 0), ({"status": 503, "retry": False, "end": ""}, 1),
                         ({"status": 410, "end": "gone"}, 1), ({"end": "dropped: gone"}, 1)):
        story = Story()
        story.lines.append({"e": "one", "t": 1, **line})
        assert len(story.verdict().faults) == faults, line


def test_a_history_survives_a_crash_of_the_harness(tmp_path):
    history = History(tmp_path / "history")
    history.end(history.begin("insert", value="a"), status=201, doc="d", rev=1, value="a")
    with open(history.path, "a") as file:
        file.write('{"i":2,"t":1.0,"op":"upd')
    assert [line.get("i") or line.get("r") for line in read(history.path)] == [1, 1]


def test_only_faults_of_time_and_of_answers_may_be_tried_again():
    assert Story().insert().read(status=500, code="internal").verdict().is_of_time_alone()
    lost = Story().insert().read(status=500, code="internal").final().verdict()
    assert lost.figures["lost"] and lost.figures["unexpected"] and not lost.is_of_time_alone()
