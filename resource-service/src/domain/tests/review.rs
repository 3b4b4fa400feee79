use serde_json::json;

use super::*;

const THEN: &str = "2026-01-01T00:00:00.000Z";
const NOW: &str = "2026-01-02T00:00:00.000Z";

fn who(subject: &str) -> Reviewer {
    Reviewer {
        subject: subject.into(),
        administers: subject == "root",
        scope: "reviews:admin".into(),
        is_person: subject != "robot",
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn owned_by_ada() -> Meta {
    let text = json!({"_id": "i", "_revision": 1, "_created_at": THEN, "_updated_at": THEN, "_owner": "ada"});
    Meta::parse(&text.to_string()).unwrap()
}

fn made(subject: &str, sent: &Value) -> Result<Value, ReviewFault> {
    let mut sent = members(sent);
    who(subject).make(&mut sent, NOW).map(|()| sent.into())
}

/// What becomes of `before`, which is ada's, with these members set, or removed where they are null.
fn changed(subject: &str, before: &Value, set: &Value) -> Result<Value, ReviewFault> {
    let (before, mut after) = (members(before), members(before));
    for (name, value) in members(set) {
        if value.is_null() {
            after.shift_remove(&name);
        } else {
            after.insert(name, value);
        }
    }
    who(subject).change(&before, &owned_by_ada(), &mut after, NOW).map(|()| after.into())
}

fn reserved<T>(outcome: &Result<T, ReviewFault>) -> bool {
    matches!(outcome, Err(ReviewFault::Reserved { scope, .. }) if scope == "reviews:admin")
}

fn place<T: std::fmt::Debug>(outcome: Result<T, ReviewFault>) -> (String, String) {
    match outcome {
        Err(ReviewFault::Members(faults)) => (faults[0].pointer.clone().unwrap(), faults[0].code.clone()),
        other => panic!("{other:?}"),
    }
}

fn requested() -> Value {
    json!({"calculation": "c", "revision": 3, "state": "requested", "requested_by": "ada", "assignee": "ben"})
}

fn open() -> Value {
    json!({"calculation": "c", "revision": 3, "state": "requested", "requested_by": "ada"})
}

fn given() -> Value {
    json!({"calculation": "c", "revision": 3, "state": "given", "verdict": "approve", "given_by": "ben",
        "given_at": THEN, "requested_by": "ada"})
}

#[test]
fn a_new_review_is_given_where_it_has_a_verdict_and_else_requested() {
    let verdict = json!({"calculation": "c", "revision": 3, "verdict": "approve"});
    let mut expected = verdict.clone();
    expected["state"] = "given".into();
    expected["given_by"] = "ada".into();
    expected["given_at"] = NOW.into();
    assert_eq!(made("ada", &verdict), Ok(expected));
    let request = json!({"calculation": "c", "assignee": "ben"});
    let expected =
        json!({"calculation": "c", "assignee": "ben", "state": "requested", "requested_by": "ada"});
    assert_eq!(made("ada", &request), Ok(expected.clone()));
    let said = json!({"calculation": "c", "assignee": "ben", "state": "requested"});
    assert_eq!(made("ada", &said), Ok(expected));
}

#[test]
fn a_new_review_with_a_bad_state_is_refused_with_a_pointer() {
    for (sent, at, code) in [
        (json!({"revision": 1, "state": "given"}), "/verdict", "required"),
        (json!({"revision": 1, "state": "requested", "verdict": "reject"}), "/verdict", "state"),
        (json!({"verdict": "reject"}), "/revision", "required"),
        (json!({"requested_by": "eve"}), "/requested_by", "readOnly"),
        (json!({"revision": 1, "verdict": "rerun", "given_by": "ada"}), "/given_by", "readOnly"),
        (json!({"given_at": NOW}), "/given_at", "readOnly"),
    ] {
        assert_eq!(place(made("ada", &sent)), (at.to_owned(), code.to_owned()), "{sent}");
    }
    let for_ben = json!({"revision": 1, "verdict": "reject", "assignee": "ben"});
    assert!(reserved(&made("ada", &for_ben)) && made("ben", &for_ben).is_ok());
}

#[test]
fn a_request_is_given_by_its_assignee_or_by_anyone_where_there_is_none() {
    let verdict = json!({"verdict": "reject", "revision": 4});
    let done = changed("ben", &requested(), &verdict).unwrap();
    assert_eq!(
        (&done["state"], &done["given_by"], &done["given_at"]),
        (&json!("given"), &json!("ben"), &json!(NOW))
    );
    assert_eq!((&done["requested_by"], &done["revision"]), (&json!("ada"), &json!(4)));
    for other in ["ada", "eve"] {
        assert!(reserved(&changed(other, &requested(), &verdict)), "{other}");
        let taken = json!({"verdict": "reject", "assignee": other});
        assert!(reserved(&changed(other, &requested(), &taken)), "{other}");
    }
    assert_eq!(changed("root", &requested(), &verdict).unwrap()["given_by"], "root");
    assert_eq!(changed("eve", &open(), &verdict).unwrap()["given_by"], "eve");
    assert_eq!(place(changed("ben", &requested(), &json!({"state": "given"}))).0, "/verdict");
    assert_eq!(place(changed("ben", &requested(), &json!({"given_by": "eve"}))).0, "/given_by");
}

#[test]
fn a_request_is_reassigned_and_removed_by_the_person_who_made_it_and_keeps_its_revision() {
    for (subject, allowed) in [("ada", true), ("ben", false), ("root", true), ("eve", false)] {
        let moved = changed(subject, &requested(), &json!({"assignee": "cy"}));
        assert_eq!(moved.is_ok(), allowed, "{subject}");
        assert!(allowed || reserved(&moved));
        assert_eq!(who(subject).remove(&members(&requested()), "ada").is_ok(), allowed, "{subject}");
    }
    assert!(changed("eve", &open(), &json!({"assignee": "eve"})).is_ok());
    let kept =
        changed("ada", &requested(), &json!({"comment": "soon", "revision": null, "requested_by": null}));
    let kept = kept.unwrap();
    assert_eq!((&kept["revision"], &kept["requested_by"]), (&json!(3), &json!("ada")));
    let moved = changed("ada", &requested(), &json!({"calculation": "d", "revision": null}));
    assert_eq!(place(moved), ("/revision".to_owned(), "required".to_owned()));
}

#[test]
fn a_verdict_is_changed_and_taken_back_by_the_person_who_gave_it() {
    for (subject, allowed) in [("ben", true), ("root", true), ("ada", false), ("eve", false)] {
        for set in [
            json!({"verdict": null}),
            json!({"verdict": null, "state": "requested"}),
            json!({"comment": "x"}),
        ] {
            let outcome = changed(subject, &given(), &set);
            assert_eq!(outcome.is_ok(), allowed, "{subject} {set}: {outcome:?}");
            assert!(allowed || reserved(&outcome));
        }
        let mut posted = members(&given());
        posted.shift_remove("requested_by");
        assert_eq!(who(subject).remove(&posted, "ben").is_ok(), allowed, "{subject}");
    }
    assert_eq!(changed("ben", &given(), &json!({"verdict": null})), Ok(open()));
    let same = changed("ben", &given(), &json!({"comment": "x"})).unwrap();
    assert_eq!(
        (&same["given_by"], &same["given_at"]),
        (&json!("ben"), &json!(THEN)),
        "it is the same verdict"
    );
    let other = changed("root", &given(), &json!({"verdict": "rerun"})).unwrap();
    assert_eq!((&other["given_by"], &other["given_at"]), (&json!("root"), &json!(NOW)), "it is another one");
    assert_eq!(place(changed("ben", &given(), &json!({"state": "requested"}))).0, "/verdict");
    assert_eq!(place(changed("ben", &given(), &json!({"revision": null}))).0, "/revision");
}

#[test]
fn a_review_from_before_these_members_is_given_by_its_owner() {
    let old = json!({"calculation": "c", "revision": 3, "verdict": "approve"});
    assert!(is_given(&members(&old)));
    assert_eq!(giver(&members(&old), "ada"), Some("ada"));
    assert!(reserved(&changed("ben", &old, &json!({"comment": "x"}))));
    let kept = changed("ada", &old, &json!({"comment": "x"})).unwrap();
    assert_eq!((&kept["given_by"], &kept["given_at"]), (&json!("ada"), &json!(THEN)));
    let undone = changed("ada", &old, &json!({"verdict": null})).unwrap();
    assert_eq!((&undone["state"], &undone["requested_by"]), (&json!("requested"), &json!("ada")));
    assert!(undone.get("given_by").is_none());
}

#[test]
fn a_request_is_rewritten_only_by_the_person_who_made_it() {
    let rewrites = [
        json!({"calculation": "d", "revision": 1}),
        json!({"revision": 2}),
        json!({"comment": "x"}),
        json!({"assignee": "cy"}),
        json!({"assignee": "eve", "comment": "x"}),
    ];
    for (set, before) in rewrites.iter().flat_map(|set| [(set, requested()), (set, open())]) {
        assert!(reserved(&changed("eve", &before, set)), "{before} {set}");
        assert!(changed("ada", &before, set).is_ok() && changed("root", &before, set).is_ok(), "{set}");
        assert!(
            reserved(&changed("ben", &before, set)),
            "an assignee only gives the verdict: {before} {set}"
        );
    }
    for before in [requested(), open()] {
        assert_eq!(
            changed("eve", &before, &json!({"revision": null})),
            Ok(before.clone()),
            "nothing changes"
        );
    }
    assert!(reserved(&changed("eve", &requested(), &json!({"assignee": null}))));
    assert!(reserved(&changed("eve", &requested(), &json!({"assignee": "eve"}))));
    assert_eq!(changed("eve", &open(), &json!({"assignee": "eve"})).unwrap()["assignee"], "eve");
    assert!(reserved(&who("eve").remove(&members(&open()), "ada")));
    assert!(who("ada").remove(&members(&open()), "ada").is_ok());
}

#[test]
fn an_assignee_releases_a_request_and_changes_nothing_else_of_it() {
    let claimed = changed("ben", &open(), &json!({"assignee": "ben"})).unwrap();
    assert_eq!(claimed, requested());
    assert_eq!(changed("ben", &claimed, &json!({"assignee": null})), Ok(open()));
    for set in [
        json!({"assignee": null, "comment": "x"}),
        json!({"assignee": null, "revision": 2}),
        json!({"assignee": null, "calculation": "d", "revision": 1}),
        json!({"assignee": "cy"}),
    ] {
        assert!(reserved(&changed("ben", &claimed, &set)), "{set}");
        assert!(changed("ada", &claimed, &set).is_ok() && changed("root", &claimed, &set).is_ok(), "{set}");
    }
    assert!(reserved(&who("ben").remove(&members(&claimed), "ada")));
    let given = changed("ben", &claimed, &json!({"verdict": "approve", "comment": "fine"})).unwrap();
    assert_eq!((&given["given_by"], &given["assignee"]), (&json!("ben"), &json!("ben")));
    assert!(reserved(&who("ben").remove(&members(&given), "ada")), "the request is ada's");
    for set in [json!({"assignee": "cy"}), json!({"assignee": "cy", "verdict": null})] {
        assert!(reserved(&changed("ben", &given, &set)), "{set}");
    }
    assert_eq!(changed("ben", &given, &json!({"verdict": null, "comment": null})), Ok(claimed));
    let own = json!({"calculation": "c", "revision": 3, "state": "requested", "requested_by": "ben", "assignee": "ben"});
    assert!(changed("ben", &own, &json!({"comment": "x"})).is_ok(), "their own request");
    assert!(who("ben").remove(&members(&own), "ben").is_ok());
}

#[test]
fn a_request_of_another_person_is_neither_moved_nor_removed_with_its_verdict() {
    let moved = json!({"calculation": "d", "revision": 1});
    let given_and_moved = json!({"calculation": "d", "revision": 1, "verdict": "approve"});
    assert!(reserved(&changed("ben", &given(), &moved)));
    assert!(reserved(&changed("ben", &open(), &given_and_moved)));
    assert!(reserved(&changed("ben", &given(), &json!({"calculation": "d", "verdict": null}))));
    assert!(changed("root", &given(), &moved).is_ok());
    for (subject, allowed) in [("ben", false), ("ada", false), ("root", true)] {
        assert_eq!(who(subject).remove(&members(&given()), "ada").is_ok(), allowed, "{subject}");
    }
    let mut own = given();
    own["requested_by"] = "ben".into();
    assert!(changed("ben", &own, &moved).is_ok() && who("ben").remove(&members(&own), "ben").is_ok());
}

#[test]
fn a_program_requests_verdicts_and_gives_none() {
    let verdict = json!({"calculation": "c", "revision": 3, "verdict": "approve"});
    assert_eq!(made("robot", &verdict), Err(ReviewFault::NoPerson));
    assert!(made("robot", &json!({"calculation": "c"})).is_ok());
    assert_eq!(changed("robot", &open(), &json!({"verdict": "approve"})), Err(ReviewFault::NoPerson));
    let mut its = given();
    its["given_by"] = "robot".into();
    assert_eq!(changed("robot", &its, &json!({"verdict": "reject"})), Err(ReviewFault::NoPerson));
    for set in [json!({"verdict": null}), json!({"comment": "x"}), json!({"assignee": "ben"})] {
        assert_eq!(changed("robot", &its, &set), Err(ReviewFault::NoPerson), "{set}");
    }
    assert_eq!(who("robot").remove(&members(&its), "robot"), Err(ReviewFault::NoPerson));
    let never = Err(ReviewFault::NoPerson);
    assert_eq!(changed("robot", &open(), &json!({"assignee": "robot"})), never, "it could not answer");
    assert_eq!(made("robot", &json!({"calculation": "c", "assignee": "robot"})), never);
    let service = Reviewer { administers: true, ..who("robot") };
    let (before, mut after) = (members(&requested()), members(&requested()));
    after.insert("assignee".into(), "robot".into());
    assert_eq!(service.change(&before, &owned_by_ada(), &mut after, NOW), Err(ReviewFault::NoPerson));
}

#[test]
fn what_an_administrator_writes_into_a_verdict_is_their_own_verdict() {
    let written = changed("root", &given(), &json!({"comment": "approve it, says ben"})).unwrap();
    assert_eq!((&written["given_by"], &written["given_at"]), (&json!("root"), &json!(NOW)));
    let assigned = changed("root", &given(), &json!({"assignee": "cy"})).unwrap();
    assert_eq!((&assigned["given_by"], &assigned["given_at"]), (&json!("ben"), &json!(THEN)));
}
