//! Artifacts over time: what is seen while they change, what is swept, and when.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use service_kit::{
    budget::Budget,
    clock::{Clock as _, ManualClock},
    once::Once,
    precondition::{Precondition, Tags},
    random::OsRandom,
};
use shared_models::claims::{AccessClaims, Audience};

use super::{
    Named, Upload,
    get::{find, list, read},
    put::{Stored, put},
    remove::remove,
    sweep::Sweeper,
};
use crate::{
    domain::{
        artifacts::{CHUNK_BYTES, Full, UploadQuota, range::SentRange},
        catalog::Catalog,
        document::{Document, Meta},
        history::Removal,
        ids::Ids,
    },
    ops::{
        Service, catalog::LiveCatalog, delete, error::ResourceError, feed::Feed, heartbeat::Heartbeats,
        hot::Hot, names::Names, notices::Notices,
    },
    query::timestamp,
    store::{QUERY_TIMEOUT, Store, StoreError, artifacts::DocumentRef, sqlite::SqliteStore},
};

const CHUNK: usize = CHUNK_BYTES as usize;
const NOW: &str = "2026-01-31T12:00:00.000Z";
/// The removal of the document at its first revision.
fn removal() -> Removal {
    let end = Meta {
        id: "d".into(),
        revision: 2,
        created_at: NOW.into(),
        updated_at: NOW.into(),
        owner: "ada".into(),
    };
    Removal { expected: 1, end, by: "ada".into() }
}

const PLACE: DocumentRef<'static> = DocumentRef { collection: "things", document: "d" };

struct World {
    service: Service,
    clock: Arc<ManualClock>,
    claims: AccessClaims,
    _directory: tempfile::TempDir,
}

impl World {
    /// A service whose one document is `things/d`.
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::default();
        let definition = json!({
            "name": "things", "schema": {"type": "object"},
            "artifacts": {"max_bytes": 10 * CHUNK, "max_total_bytes": 12 * CHUNK},
        });
        catalog.add("things.json", &definition.to_string()).unwrap();
        let store = Arc::new(SqliteStore::open(&directory.path().join("t.db")).unwrap());
        let catalog = Arc::new(LiveCatalog::new(catalog));
        catalog.refresh(&*store).await.unwrap();
        let clock = Arc::new(ManualClock::new(time::macros::datetime!(2026-01-31 12:00 UTC)));
        let store: Arc<dyn Store> = store;
        let hot = Arc::new(Hot::new(0));
        let service = Service {
            heartbeats: Heartbeats::kept_in(Arc::clone(&store), Arc::clone(&catalog), Arc::clone(&hot)),
            catalog,
            budget: Budget::new(96 << 20),
            feed: Feed::new(Arc::clone(&store), &Budget::new(96 << 20)),
            hot,
            store,
            clock: clock.clone(),
            random: Arc::new(OsRandom),
            ids: Ids::new(Arc::new(OsRandom)),
            revocations: None,
            notices: Notices::default(),
            names: Names::default(),
            export_columns: 1_000,
            upload_quota: UploadQuota { owner: 16 * CHUNK as u64, collection: 18 * CHUNK as u64 },
            cursor_key: Once::default(),
            query_timeout: QUERY_TIMEOUT,
        };
        let world = Self { service, clock, claims: claims(), _directory: directory };
        world.add_document().await;
        world
    }

    async fn add_document(&self) {
        let now = timestamp(time::macros::datetime!(2026-01-31 12:00 UTC));
        let meta = Meta {
            id: "d".into(),
            revision: 1,
            created_at: now.clone(),
            updated_at: now,
            owner: "ada".into(),
        };
        let document = Document { meta, members: serde_json::Map::new() };
        let collection = &self.service.catalog.get("things").unwrap();
        self.service.store.insert(collection, document).await.unwrap();
    }

    fn named<'n>(&'n self, name: &'n str) -> Named<'n> {
        Named { claims: &self.claims, collection: "things", id: "d", name }
    }

    fn upload<'n>(&'n self, name: &'n str, sha256: Option<&str>, part: Option<SentRange>) -> Upload<'n> {
        let (named, precondition) = (self.named(name), Precondition::default());
        Upload { named, precondition, declared: None, sha256: sha256.map(str::to_owned), length: None, part }
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<Stored, ResourceError> {
        put(&self.service, self.upload(name, None, None), stream::iter([Ok(bytes)])).await
    }

    /// The bytes that unfinished uploads of ada hold.
    async fn unfinished(&self) -> u64 {
        let (store, now) = (&self.service.store, self.clock.now());
        store.unfinished_bytes("things", "ada", now).await.unwrap().owner
    }

    /// Sends so many chunks of a file, announces no digest, and leaves before its end.
    async fn leave(&self, name: &str, chunks: usize) {
        let pieces = stream::iter(vec![Ok::<_, String>(vec![1; CHUNK]); chunks]).chain(stream::pending());
        let held = self.unfinished().await + (chunks * CHUNK) as u64;
        tokio::select! {
            _ = put(&self.service, self.upload(name, None, None), Box::pin(pieces)) => panic!("it has no end"),
            () = async {
                while self.unfinished().await < held {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            } => {}
        }
    }

    async fn bytes(&self, name: &str) -> Result<Vec<u8>, ResourceError> {
        let file = find(&self.service, self.named(name)).await?;
        let size = file.about.size;
        Ok(read(Arc::clone(&self.service.store), file, 0..size).try_concat().await?)
    }

    async fn names(&self) -> Vec<String> {
        let list = list(&self.service, &self.claims, PLACE, "").await.unwrap();
        list.items.into_iter().map(|artifact| artifact.name).collect()
    }

    /// Moves the clock and sweeps; returns how many blobs went.
    async fn sweep_after(&self, minutes: u64) -> usize {
        self.clock.advance(Duration::from_secs(60 * minutes));
        let clock = self.clock.clone();
        let mut sweeper =
            Sweeper::new(Arc::clone(&self.service.store), clock, Arc::clone(&self.service.catalog));
        sweeper.sweep().await.unwrap()
    }
}

fn claims() -> AccessClaims {
    AccessClaims {
        iss: "i".into(),
        sub: "ada".into(),
        aud: Audience::One("a".into()),
        exp: i64::MAX,
        iat: 0,
        nbf: None,
        jti: "j".into(),
        client_id: "c".into(),
        scope: "things:read things:write".parse().unwrap(),
        roles: Vec::new(),
        from_roles: Vec::new(),
        roles_at: None,
        sid: None,
        auth_time: None,
        act: None,
        authorization_details: Vec::new(),
    }
}

#[tokio::test]
async fn a_reader_has_the_old_file_whole_or_the_new_one() {
    let world = World::new().await;
    let (old, new) = (vec![1; 3 * CHUNK], vec![2; 2 * CHUNK + 5]);
    world.put("x", &old).await.unwrap();
    let file = find(&world.service, world.named("x")).await.unwrap();
    let size = file.about.size;
    let mut reading = Box::pin(read(Arc::clone(&world.service.store), file, 0..size));
    let mut seen = reading.next().await.unwrap().unwrap();
    assert!(!world.put("x", &new).await.unwrap().created);
    assert_eq!(world.bytes("x").await.unwrap(), new);
    assert_eq!(world.sweep_after(59).await, 0);
    seen.extend(reading.next().await.unwrap().unwrap());
    assert_eq!(world.sweep_after(1).await, 1, "the old bytes go when their readers had an hour");
    assert!(
        matches!(reading.next().await, Some(Err(StoreError::Corrupt(_)))),
        "a cut read does not end well"
    );
    assert!(seen.iter().all(|byte| *byte == 1) && seen.len() == 2 * CHUNK);
    assert_eq!(world.bytes("x").await.unwrap(), new);
    assert_eq!(world.sweep_after(1000).await, 0);
    assert_eq!(world.bytes("x").await.unwrap(), new);
}

#[tokio::test]
async fn a_sender_who_leaves_leaves_nothing_that_is_seen_and_nothing_at_all_after_an_hour() {
    let world = World::new().await;
    let begun = stream::iter([Ok::<_, String>(vec![1; 2 * CHUNK])]).chain(stream::pending());
    // The connection is gone: a task that waits for more of it is dropped where it is.
    let waiting = put(&world.service, world.upload("x", None, None), Box::pin(begun));
    let both_chunks_are_stored = async {
        loop {
            let over =
                world.service.store.over(time::macros::datetime!(2026-02-01 12:00 UTC), 10).await.unwrap();
            match &over[..] {
                [lease] if world.service.store.chunk(&lease.id, 1).await.unwrap().is_some() => return over,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let over = tokio::select! {
        _ = waiting => panic!("an upload without an end is not done"),
        over = both_chunks_are_stored => over,
    };
    assert!(world.names().await.is_empty());
    assert!(world.bytes("x").await.is_err());
    assert_eq!(over.len(), 1);
    assert_eq!((world.sweep_after(59).await, world.sweep_after(1).await), (0, 1));
    assert_eq!(world.service.store.chunk(&over[0].id, 0).await, Ok(None));
}

#[tokio::test]
async fn an_upload_that_pauses_longer_than_its_lease_is_told_to_begin_again() {
    let world = World::new().await;
    let sha256 = "0".repeat(64);
    let cut = stream::iter([Ok(vec![1; CHUNK]), Err("line".to_owned())]);
    let cut = put(&world.service, world.upload("x", Some(&sha256), None), cut).await;
    assert_eq!(cut, Err(ResourceError::Interrupted("line".into())));
    let go_on = async |start: usize| {
        let part = SentRange { start: start as u64, total: 2 * u64::from(CHUNK_BYTES) };
        let rest = stream::iter([Ok::<_, String>(vec![1; CHUNK])]);
        put(&world.service, world.upload("x", Some(&sha256), Some(part)), rest).await
    };
    assert_eq!(go_on(2 * CHUNK).await, Err(ResourceError::Offset { received: u64::from(CHUNK_BYTES) }));
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(go_on(CHUNK).await, Err(ResourceError::Offset { received: 0 }));
    assert_eq!(world.sweep_after(0).await, 1);
    // A clock that jumps while the bytes come ends the lease as well.
    let clock = world.clock.clone();
    let jump =
        stream::iter([Ok::<_, String>(vec![1; 10])]).inspect(|_| clock.advance(Duration::from_secs(3600)));
    let late = put(&world.service, world.upload("x", None, None), jump).await;
    assert_eq!(late, Err(ResourceError::UploadEnded));
    assert!(world.names().await.is_empty());
}

#[tokio::test]
async fn uploads_that_broke_off_count_against_their_owner_and_their_collection() {
    let chunks = |count: usize| (count * CHUNK) as u64;
    let mut world = World::new().await;
    world.leave("a", 8).await;
    world.leave("b", 7).await;
    assert_eq!(world.unfinished().await, chunks(15));
    let refused = world.put("c", &vec![0; 2 * CHUNK]).await.unwrap_err();
    let full = Full::Unfinished { limit: chunks(16), taken: chunks(15), whose: "for one owner" };
    assert_eq!(refused, ResourceError::Full(full));
    assert_eq!(world.unfinished().await, chunks(15), "what was refused is removed at once");
    world.put("c", &vec![0; CHUNK]).await.unwrap();
    assert_eq!(world.unfinished().await, chunks(15), "a finished file counts no more");
    // Others have a quota of their own, beside that of the collection.
    world.claims.sub = "bob".into();
    let refused = world.put("d", &vec![0; 4 * CHUNK]).await.unwrap_err();
    let full = Full::Unfinished { limit: chunks(18), taken: chunks(15), whose: "in one collection" };
    assert_eq!(refused, ResourceError::Full(full));
    world.put("d", &vec![0; 3 * CHUNK]).await.unwrap();
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(world.unfinished().await, 0);
    world.put("e", &vec![0; 4 * CHUNK]).await.unwrap();
}

#[tokio::test]
async fn a_long_upload_keeps_its_lease() {
    let world = World::new().await;
    let clock = world.clock.clone();
    let pieces = (0..8).map(|_| vec![7; CHUNK]).chain([vec![7; 5]]).map(Ok::<_, String>);
    let slow = stream::iter(pieces).inspect(|_| clock.advance(Duration::from_secs(20 * 60)));
    put(&world.service, world.upload("x", None, None), slow).await.unwrap();
    assert_eq!(world.sweep_after(120).await, 0);
    assert_eq!(world.bytes("x").await.unwrap().len(), 8 * CHUNK + 5);
}

#[tokio::test]
async fn many_who_attach_at_once_all_do_and_the_limit_holds() {
    let world = Arc::new(World::new().await);
    let writers = (0..16).map(|n| {
        let world = Arc::clone(&world);
        async move { world.put(&format!("f{n:02}"), &vec![0; CHUNK]).await }
    });
    let outcomes = futures_util::future::join_all(writers).await;
    let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(ResourceError::Full(_)))));
    assert_eq!((stored, world.names().await.len()), (12, 12));
    assert_eq!(world.sweep_after(61).await, 0, "what was refused was removed at once");
}

#[tokio::test]
async fn one_of_two_who_replace_the_same_tag_wins() {
    let world = World::new().await;
    let tag = world.put("x", b"0").await.unwrap().artifact.sha256;
    let replace = async |bytes: &'static [u8]| {
        let mut upload = world.upload("x", None, None);
        let tags = Tags::parse(&format!("\"{tag}\"")).unwrap();
        upload.precondition = Precondition { if_match: Some(tags), if_none_match: None };
        put(&world.service, upload, stream::iter([Ok::<_, String>(bytes)])).await
    };
    let (one, two) = futures_util::future::join(replace(b"1"), replace(b"2")).await;
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
    let lost = one.and(two).unwrap_err();
    assert!(matches!(lost, ResourceError::OtherArtifact { exists: true, sha256: Some(_) }), "{lost:?}");
}

#[tokio::test]
async fn the_files_of_a_document_that_is_gone_are_swept() {
    let world = World::new().await;
    world.put("x", &vec![1; CHUNK]).await.unwrap();
    world.put("y", b"2").await.unwrap();
    remove(&world.service, world.named("y"), &Precondition::default()).await.unwrap();
    let collection = &world.service.catalog.get("things").unwrap();
    // Removed by somebody who knows nothing of files, as an expiry does.
    assert!(world.service.store.remove(collection, "d", removal()).await.unwrap());
    assert!(world.bytes("x").await.is_err());
    assert_eq!(world.sweep_after(0).await, 0);
    assert_eq!(world.service.store.folder(PLACE).await.unwrap().tag, None);
    assert_eq!((world.sweep_after(59).await, world.sweep_after(1).await), (0, 2));
}

#[tokio::test]
async fn a_document_that_goes_while_a_file_comes_takes_it_along() {
    let world = World::new().await;
    let collection = &world.service.catalog.get("things").unwrap();
    let body = stream::once(async {
        assert!(world.service.store.remove(collection, "d", removal()).await.unwrap());
        Ok::<_, String>(vec![1; 2 * CHUNK])
    });
    let refused = put(&world.service, world.upload("x", None, None), Box::pin(body)).await;
    assert!(matches!(refused, Err(ResourceError::NotFound { .. })), "{refused:?}");
    assert_eq!(world.service.store.folder(PLACE).await.unwrap().tag, None);
    assert!(
        world.service.store.over(time::macros::datetime!(2027-01-01 12:00 UTC), 10).await.unwrap().is_empty()
    );
}

#[tokio::test]
async fn deleting_a_document_lets_its_files_go_at_once() {
    let world = World::new().await;
    world.put("x", b"1").await.unwrap();
    let target = delete::WriteTarget {
        claims: &world.claims,
        collection: "things",
        id: "d",
        precondition: Precondition::default(),
    };
    delete::delete(&world.service, target).await.unwrap();
    assert_eq!(world.service.store.folder(PLACE).await.unwrap().tag, None);
    assert_eq!((world.sweep_after(59).await, world.sweep_after(1).await), (0, 1));
}
