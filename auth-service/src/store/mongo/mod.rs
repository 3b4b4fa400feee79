//! Users and sessions in MongoDB. Only this folder knows its driver.

mod documents;
mod rotate;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database, IndexModel,
    bson::{Document, doc},
    error::{Error, ErrorKind, WriteFailure},
    options::{DatabaseOptions, IndexOptions, ReadPreference, ReturnDocument, SelectionCriteria},
};
use service_kit::store::mongo::{is_unavailable, ping};
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use self::documents::{ACTIVE, ENDED, SessionDocument, UserDocument, instant};
use super::{PasswordUpdate, Store, StoreError};
use crate::domain::{
    email::Email,
    name::FullName,
    password_hash::PasswordHash,
    roles,
    session::{EndReason, Session},
    step::{Presented, Rotation},
    user::User,
};

/// Names of the unique indexes, by which the server says what is taken.
const UNIQUE_EMAIL: &str = "unique_email";
const FIRST_ADMIN: &str = "first_admin";
/// Server code "operation exceeded time limit".
const MAX_TIME_EXPIRED: i32 = 50;

/// The adapter.
pub struct MongoStore {
    database: Database,
    indexed: OnceCell<()>,
}

impl MongoStore {
    /// A store in `database`. Nothing is read or written yet.
    pub fn new(database: &Database) -> Self {
        // What decides about tokens is read where it is written, whatever the address says about reads.
        let options = DatabaseOptions::builder()
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .read_concern(database.read_concern().cloned())
            .write_concern(database.write_concern().cloned())
            .build();
        Self {
            database: database.client().database_with_options(database.name(), options),
            indexed: OnceCell::new(),
        }
    }

    /// The collection, once all indexes are there: what must be unique is unique from the first write on.
    async fn users(&self) -> Result<Collection<UserDocument>, StoreError> {
        self.prepare().await?;
        Ok(self.database.collection("users"))
    }

    async fn sessions(&self) -> Result<Collection<SessionDocument>, StoreError> {
        self.prepare().await?;
        Ok(self.database.collection("sessions"))
    }

    async fn find_user(&self, filter: Document) -> Result<Option<User>, StoreError> {
        self.users().await?.find_one(filter).await?.map(User::try_from).transpose()
    }
}

/// Every index this service relies on, by collection.
fn indexes() -> [(&'static str, Vec<IndexModel>); 2] {
    let index =
        |keys: Document, options: IndexOptions| IndexModel::builder().keys(keys).options(options).build();
    let unique = |name: &str| IndexOptions::builder().unique(true).name(name.to_owned()).build();
    let mut first_admin = unique(FIRST_ADMIN);
    first_admin.partial_filter_expression = Some(doc! { "first_admin": true });
    let purge = IndexOptions::builder().expire_after(std::time::Duration::ZERO).build();
    [
        (
            "users",
            vec![
                index(doc! { "email_key": 1 }, unique(UNIQUE_EMAIL)),
                index(doc! { "first_admin": 1 }, first_admin),
                index(doc! { "roles": 1 }, IndexOptions::default()),
            ],
        ),
        (
            "sessions",
            vec![
                index(doc! { "user_id": 1, "created_at": -1 }, IndexOptions::default()),
                index(doc! { "purge_at": 1 }, purge),
            ],
        ),
    ]
}

/// An expression that holds while a session has neither been idle too long nor grown too old.
fn is_unexpired() -> Document {
    doc! { "$and": [
        { "$gt": ["$idle_expires_at", "$$NOW"] },
        { "$gt": ["$absolute_expires_at", "$$NOW"] },
    ] }
}

fn ending(reason: EndReason) -> Document {
    doc! { "$set": { "state": ENDED, "reason": reason.name() }, "$inc": { "version": 1_i64 } }
}

/// Whether the write failed for a value that `index` demands to be unique.
fn is_duplicate(error: &Error, index: &str) -> bool {
    matches!(&*error.kind, ErrorKind::Write(WriteFailure::WriteError(refusal))
        if refusal.code == 11000 && refusal.message.contains(index))
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let timed_out =
            matches!(&*error.kind, ErrorKind::Command(refusal) if refusal.code == MAX_TIME_EXPIRED);
        if is_duplicate(&error, UNIQUE_EMAIL) {
            Self::Conflict { field: "email" }
        } else if timed_out || is_unavailable(&error) {
            Self::Unavailable
        } else {
            Self::Fault(format!("mongodb: {error}"))
        }
    }
}

#[async_trait]
impl Store for MongoStore {
    async fn prepare(&self) -> Result<(), StoreError> {
        let made = self.indexed.get_or_try_init(|| async {
            for (collection, indexes) in indexes() {
                self.database.collection::<Document>(collection).create_indexes(indexes).await?;
            }
            Ok(())
        });
        made.await.copied()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(ping(&self.database).await?)
    }

    async fn insert_user(&self, user: &User) -> Result<(), StoreError> {
        self.users().await?.insert_one(UserDocument::from(user)).await?;
        Ok(())
    }

    async fn insert_first_admin(&self, user: &User) -> Result<bool, StoreError> {
        if self.count_admins().await? > 0 {
            return Ok(false);
        }
        match self.users().await?.insert_one(UserDocument::of_first_admin(user)).await {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate(&error, FIRST_ADMIN) => Ok(false),
            // The same address: another replica's first admin, unless it is an ordinary user's.
            Err(error) if is_duplicate(&error, UNIQUE_EMAIL) && self.count_admins().await? > 0 => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn count_admins(&self) -> Result<u64, StoreError> {
        Ok(self.users().await?.count_documents(doc! { "roles": roles::ADMIN }).await?)
    }

    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        self.find_user(doc! { "_id": id }).await
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        self.find_user(doc! { "email_key": email.key() }).await
    }

    async fn set_full_name(
        &self,
        id: &str,
        full_name: Option<&FullName>,
        at: OffsetDateTime,
    ) -> Result<Option<User>, StoreError> {
        let update =
            doc! { "$set": { "full_name": full_name.map(FullName::as_str), "updated_at": instant(at) } };
        let users = self.users().await?;
        let changed =
            users.find_one_and_update(doc! { "_id": id }, update).return_document(ReturnDocument::After);
        changed.await?.map(User::try_from).transpose()
    }

    async fn replace_hash(&self, id: &str, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let unchanged = doc! { "_id": id, "password_hash": old.as_str() };
        self.users().await?.update_one(unchanged, doc! { "$set": { "password_hash": new.as_str() } }).await?;
        Ok(())
    }

    async fn change_password(&self, update: &PasswordUpdate) -> Result<bool, StoreError> {
        let old = update.token_version;
        let user = doc! { "_id": &update.user_id, "token_version": old };
        let hash = doc! { "password_hash": update.hash.as_str(), "updated_at": instant(update.at) };
        let raise = doc! { "$set": hash, "$inc": { "token_version": 1_i64 } };
        if self.users().await?.update_one(user, raise).await?.matched_count == 0 {
            return Ok(false);
        }
        // From here on every older session is worthless, whatever happens to the two writes that follow.
        let sessions = self.sessions().await?;
        if let Some(kept) = &update.keep_session {
            let kept =
                doc! { "_id": kept, "user_id": &update.user_id, "token_version": old, "state": ACTIVE };
            let carry = doc! { "$inc": { "token_version": 1_i64, "version": 1_i64 } };
            sessions.update_one(kept, carry).await?;
        }
        let older = doc! { "user_id": &update.user_id, "token_version": { "$lte": old }, "state": ACTIVE };
        sessions.update_many(older, ending(EndReason::PasswordChange)).await?;
        Ok(true)
    }

    async fn delete_user(&self, id: &str) -> Result<bool, StoreError> {
        let removed = self.users().await?.delete_one(doc! { "_id": id }).await?;
        self.sessions().await?.delete_many(doc! { "user_id": id }).await?;
        Ok(removed.deleted_count == 1)
    }

    async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        self.sessions().await?.insert_one(SessionDocument::from(session)).await?;
        Ok(())
    }

    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        let found = self.sessions().await?.find_one(doc! { "_id": id }).await?;
        found.map(Session::try_from).transpose()
    }

    async fn live_sessions(&self, user_id: &str, _now: OffsetDateTime) -> Result<Vec<Session>, StoreError> {
        let live = doc! { "user_id": user_id, "state": ACTIVE, "$expr": is_unexpired() };
        let newest_first = doc! { "created_at": -1, "_id": -1 };
        let found: Vec<SessionDocument> =
            self.sessions().await?.find(live).sort(newest_first).await?.try_collect().await?;
        found.into_iter().map(Session::try_from).collect()
    }

    async fn rotate(&self, presented: &Presented, _now: OffsetDateTime) -> Result<Rotation, StoreError> {
        rotate::rotate(&self.sessions().await?, presented).await
    }

    async fn end_session(&self, user_id: &str, id: &str, reason: EndReason) -> Result<bool, StoreError> {
        let theirs = doc! { "_id": id, "user_id": user_id, "state": ACTIVE };
        Ok(self.sessions().await?.update_one(theirs, ending(reason)).await?.matched_count == 1)
    }

    async fn end_sessions(&self, user_id: &str, reason: EndReason) -> Result<(), StoreError> {
        let theirs = doc! { "user_id": user_id, "state": ACTIVE };
        self.sessions().await?.update_many(theirs, ending(reason)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::{self, OsRandom};

    use super::*;
    use crate::store::contract;

    /// A database of its own for each test, dropped at the end.
    struct Fixture {
        store: MongoStore,
    }

    impl contract::Fixture for Fixture {
        #[expect(clippy::disallowed_methods, reason = "the test run says where MongoDB is")]
        async fn new() -> Self {
            let url =
                std::env::var("TESSERA_TEST_MONGO").expect("TESSERA_TEST_MONGO must hold a mongodb:// URL");
            let name = format!("tessera_test_{:032x}", u128::from_be_bytes(random::bytes(&OsRandom)));
            let database = service_kit::store::mongo::connect(&url.into(), &name).await.unwrap();
            let database = database.client().database(&name);
            Self { store: MongoStore::new(&database) }
        }

        fn store(&self) -> &dyn Store {
            &self.store
        }

        async fn drop(self) {
            self.store.database.drop().await.unwrap();
        }
    }

    contract::suite!(Fixture);

    #[tokio::test]
    async fn without_a_server_every_verb_says_unavailable_and_none_hangs() {
        let url = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200".to_owned();
        let database = service_kit::store::mongo::connect(&url.into(), "nowhere").await.unwrap();
        let store = MongoStore::new(&database);
        assert_eq!(store.ping().await, Err(StoreError::Unavailable));
        assert_eq!(store.user("x").await, Err(StoreError::Unavailable));
        assert_eq!(store.count_admins().await, Err(StoreError::Unavailable));
    }
}
