//! What every store must do with artifacts: folders change whole or not, and a blob's lease decides about its bytes.

use std::sync::Arc;

use serde_json::json;
use shared_models::artifacts::Artifact;
use time::Duration;

use super::{Fixture, NOW, definition, document, on_both_stores};
use crate::{
    domain::{
        artifacts::{CHUNK_BYTES, File, Folder},
        collection::Collection,
    },
    store::{
        StoreError,
        artifacts::{Blob, DocumentRef, Lease},
    },
};

on_both_stores! {
    a_folder_is_changed_only_by_a_caller_who_knows_its_state
    one_of_many_writers_of_a_folder_wins
    a_folder_comes_back_as_it_was_saved
    folders_are_walked_in_order_and_those_without_a_document_are_told
    chunks_come_back_and_none_is_written_twice
    a_lease_that_is_over_is_neither_renewed_nor_sealed
    a_sealed_blob_is_neither_abandoned_nor_renewed
    only_open_blobs_with_a_digest_are_unfinished
    unfinished_bytes_are_counted_by_collection_and_by_owner
    a_settled_blob_is_left_alone_until_it_is_released
    a_large_blob_is_discarded_whole_and_no_other_with_it
}

const PLACE: DocumentRef<'static> = DocumentRef { collection: "things", document: "a" };
const HOUR: Duration = Duration::hours(1);

async fn prepare(f: &Fixture) {
    let mut definition = definition();
    definition["artifacts"] = json!({"max_bytes": 1000});
    let collection = Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok");
    f.store.prepare(&[Arc::new(collection)]).await.expect("ok");
}

fn file(name: &str) -> File {
    let about = Artifact {
        name: name.into(),
        size: 1 << 40,
        sha256: "ab".repeat(32),
        content_type: "text/plain".into(),
        created_at: "2026-01-31T12:00:00.000Z".into(),
        by: "ada".into(),
    };
    File { about, served_as: "text/plain".into(), blob: format!("blob of {name}"), chunk_bytes: CHUNK_BYTES }
}

fn blob(id: &str, sha256: Option<&str>) -> Blob {
    let text = str::to_owned;
    Blob {
        id: text(id),
        collection: text("things"),
        document: text("a"),
        name: text("$n.é"),
        sha256: sha256.map(text),
        owner: Some(text("ada")),
    }
}

async fn save(f: &Fixture, files: &[File], expected: Option<&str>, next: &str) -> bool {
    f.store.save_folder(PLACE, files, expected, next).await.expect("ok")
}

async fn begin(f: &Fixture, id: &str, sha256: Option<&str>) {
    f.store.begin(&blob(id, sha256), NOW, NOW + HOUR).await.expect("ok");
}

async fn lease(f: &Fixture, id: &str, change: Lease, hours: i32) -> bool {
    let now = NOW + HOUR * hours;
    f.store.lease(id, change, now, now + HOUR).await.expect("ok")
}

async fn over(f: &Fixture, hours: i32) -> Vec<String> {
    let blobs = f.store.over(NOW + HOUR * hours, 10).await.expect("ok");
    blobs.into_iter().map(|blob| blob.id).collect()
}

async fn a_folder_is_changed_only_by_a_caller_who_knows_its_state(f: &Fixture) {
    assert_eq!(f.store.folder(PLACE).await.expect("ok"), Folder::default());
    assert!(!save(f, &[file("x")], Some("s"), "t").await);
    assert!(save(f, &[], None, "t").await);
    assert!(save(f, &[file("x")], None, "t1").await);
    assert!(!save(f, &[file("y")], None, "t2").await);
    assert!(!save(f, &[], None, "t2").await);
    assert!(!save(f, &[file("y")], Some("t0"), "t2").await);
    assert!(save(f, &[file("y")], Some("t1"), "t2").await);
    assert_eq!(
        f.store.folder(PLACE).await.expect("ok"),
        Folder { tag: Some("t2".into()), files: vec![file("y")] }
    );
    assert!(!save(f, &[], Some("t1"), "t3").await);
    assert!(save(f, &[], Some("t2"), "t3").await);
    assert_eq!(f.store.folder(PLACE).await.expect("ok"), Folder::default());
}

async fn one_of_many_writers_of_a_folder_wins(f: &Fixture) {
    for expected in [None, Some("first")] {
        let writers = (0..16).map(|n| {
            let store = Arc::clone(&f.store);
            let next = if expected.is_none() { "first".to_owned() } else { format!("t{n}") };
            tokio::spawn(async move { store.save_folder(PLACE, &[file("x")], expected, &next).await })
        });
        let mut won = 0;
        for writer in writers.collect::<Vec<_>>() {
            won += i32::from(writer.await.expect("ok").expect("ok"));
        }
        assert_eq!(won, 1, "{expected:?}");
    }
}

async fn a_folder_comes_back_as_it_was_saved(f: &Fixture) {
    let files = ["$where", "__proto__", "a.b", "'; DROP TABLE artifact_folders; --", "é😀"].map(file);
    assert!(save(f, &files, None, "t").await);
    assert_eq!(f.store.folder(PLACE).await.expect("ok").files, files);
    let elsewhere = DocumentRef { collection: "thing", ..PLACE };
    assert_eq!(f.store.folder(elsewhere).await.expect("ok"), Folder::default());
}

async fn folders_are_walked_in_order_and_those_without_a_document_are_told(f: &Fixture) {
    prepare(f).await;
    for (collection, document) in
        [("things", "c"), ("things", "a"), ("things", "b"), ("things2", "a"), ("thing", "a")]
    {
        let place = DocumentRef { collection, document };
        assert!(f.store.save_folder(place, &[file("x")], None, "t").await.expect("ok"));
    }
    for id in ["a", "c", "d"] {
        f.store.insert(&f.collection, document(id, 1, json!({}))).await.expect("ok");
    }
    let first = f.store.folders("things", "", 2).await.expect("ok");
    assert_eq!(first, ["a", "b"]);
    assert_eq!(f.store.folders("things", "b", 2).await.expect("ok"), ["c"]);
    let mut held = f.store.held("things", &["c".into(), "b".into(), "a".into()]).await.expect("ok");
    held.sort();
    assert_eq!(held, ["a", "c"]);
}

async fn chunks_come_back_and_none_is_written_twice(f: &Fixture) {
    prepare(f).await;
    begin(f, "b", None).await;
    let bytes: Vec<u8> = (0..CHUNK_BYTES).map(|n| n.to_le_bytes()[0]).collect();
    f.store.append("b", 0, bytes.clone()).await.expect("ok");
    f.store.append("b", 1, vec![7]).await.expect("ok");
    let again = f.store.append("b", 1, vec![8]).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
    assert_eq!(f.store.chunk("b", 0).await, Ok(Some(bytes)));
    assert_eq!(f.store.chunk("b", 1).await, Ok(Some(vec![7])));
    assert_eq!(f.store.chunk("b", 2).await, Ok(None));
    assert_eq!(f.store.chunk("c", 0).await, Ok(None));
}

async fn a_lease_that_is_over_is_neither_renewed_nor_sealed(f: &Fixture) {
    begin(f, "b", None).await;
    assert!(over(f, 0).await.is_empty());
    assert!(lease(f, "b", Lease::Renew, 0).await);
    assert_eq!(over(f, 1).await, ["b"]);
    assert!(!lease(f, "b", Lease::Renew, 1).await);
    assert!(!lease(f, "b", Lease::Seal { bytes: 1 }, 1).await);
    assert!(!lease(f, "none", Lease::Renew, 0).await);
}

async fn a_sealed_blob_is_neither_abandoned_nor_renewed(f: &Fixture) {
    begin(f, "b", None).await;
    assert!(!lease(f, "b", Lease::Release, 0).await);
    assert!(lease(f, "b", Lease::Seal { bytes: 1 }, 0).await);
    for change in [Lease::Seal { bytes: 1 }, Lease::Renew, Lease::Abandon] {
        assert!(!lease(f, "b", change, 0).await, "{change:?}");
    }
    assert!(lease(f, "b", Lease::Release, 3).await);
    assert!(over(f, 3).await.is_empty());
    assert_eq!(over(f, 4).await, ["b"]);
}

async fn only_open_blobs_with_a_digest_are_unfinished(f: &Fixture) {
    prepare(f).await;
    for (id, sha256) in [("b", Some("d")), ("c", None), ("d", Some("e")), ("e", Some("e"))] {
        begin(f, id, sha256).await;
    }
    f.store.append("b", 0, vec![1]).await.expect("ok");
    f.store.append("b", 1, vec![1]).await.expect("ok");
    assert!(lease(f, "d", Lease::Seal { bytes: 0 }, 0).await);
    f.store.lease("e", Lease::Abandon, NOW, NOW).await.expect("ok");
    assert_eq!(f.store.unfinished(PLACE, NOW).await, Ok(vec![(blob("b", Some("d")), 2)]));
    assert_eq!(f.store.unfinished(PLACE, NOW + HOUR).await, Ok(vec![]));
    let elsewhere = DocumentRef { document: "b", ..PLACE };
    assert_eq!(f.store.unfinished(elsewhere, NOW).await, Ok(vec![]));
}

async fn unfinished_bytes_are_counted_by_collection_and_by_owner(f: &Fixture) {
    prepare(f).await;
    let counted = async |at| {
        let held = f.store.unfinished_bytes("things", "ada", at).await.expect("ok");
        [held.collection, held.owner].map(|bytes| bytes / u64::from(CHUNK_BYTES))
    };
    assert_eq!(counted(NOW).await, [0, 0]);
    for (id, collection, owner, chunks) in [
        ("b", "things", "ada", 2),
        ("c", "things", "bob", 1),
        ("d", "others", "ada", 3),
        ("e", "others", "bob", 9),
    ] {
        let blob = Blob { collection: collection.into(), owner: Some(owner.into()), ..blob(id, None) };
        f.store.begin(&blob, NOW, NOW + HOUR).await.expect("ok");
        for n in 0..chunks {
            f.store.append(id, n, vec![1]).await.expect("ok");
        }
    }
    assert_eq!(counted(NOW).await, [3, 5]);
    assert!(lease(f, "b", Lease::Seal { bytes: 2 }, 0).await);
    assert_eq!(counted(NOW).await, [1, 3], "a finished upload counts no more");
    assert_eq!(counted(NOW + HOUR).await, [0, 0], "nor does one whose lease is over");
}

async fn a_settled_blob_is_left_alone_until_it_is_released(f: &Fixture) {
    begin(f, "b", None).await;
    assert!(lease(f, "b", Lease::Seal { bytes: 1 }, 0).await);
    f.store.settle("b", NOW).await.expect("ok");
    assert_eq!(over(f, 1).await, ["b"], "a lease that is not over is not settled");
    f.store.settle("b", NOW + HOUR).await.expect("ok");
    assert!(over(f, 100).await.is_empty());
    assert!(lease(f, "b", Lease::Release, 100).await);
    assert_eq!(over(f, 101).await, ["b"]);
}

async fn a_large_blob_is_discarded_whole_and_no_other_with_it(f: &Fixture) {
    prepare(f).await;
    for id in ["b", "c"] {
        begin(f, id, None).await;
        for n in 0..100 {
            f.store.append(id, n, vec![0]).await.expect("ok");
        }
    }
    f.store.discard("b").await.expect("ok");
    f.store.discard("b").await.expect("ok");
    for n in 0..100 {
        assert_eq!(f.store.chunk("b", n).await, Ok(None));
    }
    assert_eq!(f.store.chunk("c", 99).await, Ok(Some(vec![0])));
    assert_eq!(over(f, 1).await, ["c"]);
}

/// A file of MongoDB's own format is read by the driver's own GridFS.
#[tokio::test]
async fn what_is_stored_in_mongodb_is_gridfs() {
    use futures_util::AsyncReadExt as _;

    let f = Fixture::mongo().await;
    begin(&f, "b", None).await;
    f.store.append("b", 0, vec![1; CHUNK_BYTES as usize]).await.expect("ok");
    assert!(lease(&f, "b", Lease::Seal { bytes: u64::from(CHUNK_BYTES) + 2 }, 0).await);
    f.store.append("b", 1, vec![2; 2]).await.expect("ok");
    let super::Leftover::Database(database) = &f.leftover else { unreachable!() };
    let options =
        mongodb::options::GridFsBucketOptions::builder().bucket_name("artifacts".to_owned()).build();
    let mut stream =
        database.gridfs_bucket(options).open_download_stream("b".into()).await.expect("a file of GridFS");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("ok");
    assert_eq!((bytes.len(), &bytes[bytes.len() - 3..]), (CHUNK_BYTES as usize + 2, &[1, 2, 2][..]));
    f.end().await;
}
