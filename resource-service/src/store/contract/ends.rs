//! What every store must do with calculations that ended, until auth-service has been notified.

use serde_json::json;

use super::{Fixture, document, on_both_stores, update};
use crate::store::{
    Update,
    ends::{Course, Ended},
};

on_both_stores! {
    an_end_is_noted_until_it_was_notified
    a_calculation_that_resumes_has_no_note
    a_write_that_is_refused_notes_nothing
}

async fn noted(f: &Fixture) -> Vec<Ended> {
    f.store.ended(10).await.expect("ok")
}

/// Writes the next revision of this document, in a collection that keeps revisions or in one that does not.
async fn write(f: &Fixture, keeps: bool, id: &str, revision: i64, course: Course) -> bool {
    let collection = if keeps { &f.kept } else { &f.collection };
    let next = update(&document(id, revision, json!({"n": revision})), json!({"n": revision + 1}));
    f.store.update(collection, Update { course, ..next }).await.expect("ok")
}

async fn an_end_is_noted_until_it_was_notified(f: &Fixture) {
    for keeps in [true, false] {
        let collection = if keeps { &f.kept } else { &f.collection };
        f.store.insert(collection, document("a", 1, json!({"n": 1}))).await.expect("ok");
        assert!(write(f, keeps, "a", 1, Course::Unchanged).await);
        assert_eq!(noted(f).await, []);
        assert!(write(f, keeps, "a", 2, Course::Ends).await);
        let first = Ended { id: "a".into(), revision: 3 };
        assert_eq!(noted(f).await, std::slice::from_ref(&first));
        assert!(write(f, keeps, "a", 3, Course::Ends).await);
        f.store.notified(&first).await.expect("ok");
        let second = Ended { id: "a".into(), revision: 4 };
        assert_eq!(noted(f).await, std::slice::from_ref(&second), "it ended again since");
        f.store.notified(&second).await.expect("ok");
        f.store.notified(&second).await.expect("twice is once");
        assert_eq!(noted(f).await, []);
    }
}

async fn a_calculation_that_resumes_has_no_note(f: &Fixture) {
    for id in ["a", "b"] {
        f.store.insert(&f.kept, document(id, 1, json!({"n": 1}))).await.expect("ok");
        assert!(write(f, true, id, 1, Course::Ends).await);
    }
    assert_eq!(f.store.ended(1).await.map(|found| found.len()), Ok(1));
    assert!(write(f, true, "a", 2, Course::Resumes).await);
    assert_eq!(noted(f).await, [Ended { id: "b".into(), revision: 2 }]);
}

async fn a_write_that_is_refused_notes_nothing(f: &Fixture) {
    for keeps in [true, false] {
        let collection = if keeps { &f.kept } else { &f.collection };
        f.store.insert(collection, document("a", 1, json!({"n": 1}))).await.expect("ok");
        assert!(!write(f, keeps, "a", 7, Course::Ends).await);
        assert!(!write(f, keeps, "none", 1, Course::Ends).await);
    }
    assert_eq!(noted(f).await, []);
}
