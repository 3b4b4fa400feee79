//! Users.

use std::collections::HashSet;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{Document, doc},
    error::{ErrorKind, Result as MongoResult},
    options::{IndexOptions, ReturnDocument},
};
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;

use super::{
    FIRST_ADMIN, MongoStore, UNIQUE_EMAIL, clients,
    documents::{ACTIVE, UserDocument, instant},
    index, is_duplicate, revocations, roles as role_table, sessions, unique,
};
use crate::{
    domain::{
        email::Email,
        name::FullName,
        password_hash::PasswordHash,
        revocation::{Moment, RevocationClock},
        roles,
        session::EndReason,
        user::User,
    },
    store::{
        EmailFilter, PasswordUpdate, Revocations as _, StoreError, UserFilter, UserOutcome, UserWrite, Users,
    },
};

/// Server code of a value that must be unique and is not.
const DUPLICATE: i32 = 11000;
/// `_id` of the document in `counters` that is written whenever an administrator is taken away.
const ADMIN_GUARD: &str = "admins";

impl MongoStore {
    async fn users(&self) -> Result<Collection<UserDocument>, StoreError> {
        Ok(collection(self.ready().await?))
    }

    async fn find_user(&self, filter: Document) -> Result<Option<User>, StoreError> {
        self.users().await?.find_one(filter).await?.map(User::try_from).transpose()
    }

    /// The keys that somebody has of those that earlier versions made of these addresses. The unique index takes them for
    /// other addresses; but no version makes them any more, so an insert may rely on what it looked up before.
    async fn former_keys(&self, users: &[User]) -> Result<HashSet<String>, StoreError> {
        let former = |user: &User| {
            user.email.keys().iter().filter(|key| *key != user.email.key()).cloned().collect::<Vec<_>>()
        };
        let keys: Vec<String> = users.iter().flat_map(former).collect();
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let found = self.users().await?.distinct("email_key", doc! { "email_key": { "$in": keys } }).await?;
        Ok(found.into_iter().filter_map(|key| key.as_str().map(str::to_owned)).collect())
    }
}

fn collection(database: &Database) -> Collection<UserDocument> {
    database.collection("users")
}

/// The indexes of `users`.
pub(super) fn indexes() -> Vec<IndexModel> {
    let mut first_admin = IndexOptions::builder().unique(true).name(FIRST_ADMIN.to_owned()).build();
    first_admin.partial_filter_expression = Some(doc! { "first_admin": true });
    vec![
        unique(doc! { "email_key": 1 }, UNIQUE_EMAIL),
        index(doc! { "first_admin": 1 }, first_admin),
        index(doc! { "roles": 1 }, IndexOptions::default()),
    ]
}

#[async_trait]
impl Users for MongoStore {
    async fn insert_user(&self, user: &User) -> Result<(), StoreError> {
        if !self.former_keys(std::slice::from_ref(user)).await?.is_empty() {
            return Err(StoreError::Conflict { field: "email" });
        }
        self.users().await?.insert_one(UserDocument::from(user)).await?;
        Ok(())
    }

    async fn insert_users(&self, users: &[User]) -> Result<Vec<bool>, StoreError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let former = self.former_keys(users).await?;
        let is_free = |user: &User| !user.email.keys().iter().any(|key| former.contains(key));
        let mut added: Vec<bool> = users.iter().map(is_free).collect();
        let free: Vec<usize> = (0..users.len()).filter(|at| added[*at]).collect();
        if free.is_empty() {
            return Ok(added);
        }
        let documents = free.iter().map(|at| UserDocument::from(&users[*at]));
        let Err(error) = self.users().await?.insert_many(documents).ordered(false).await else {
            return Ok(added);
        };
        let ErrorKind::InsertMany(outcome) = &*error.kind else { return Err(error.into()) };
        if outcome.write_concern_error.is_some() {
            return Err(StoreError::Unavailable);
        }
        for refusal in outcome.write_errors.iter().flatten() {
            if refusal.code != DUPLICATE {
                return Err(error.into());
            }
            added[free[refusal.index]] = false;
        }
        Ok(added)
    }

    async fn insert_first_admin(&self, user: &User) -> Result<bool, StoreError> {
        if self.count_admins().await? > 0 {
            return Ok(false);
        }
        if !self.former_keys(std::slice::from_ref(user)).await?.is_empty() {
            return Err(StoreError::Conflict { field: "email" });
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
        self.by_id::<UserDocument>(&self.users, id).await?.map(User::try_from).transpose()
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        for key in email.keys() {
            if let Some(user) = self.find_user(doc! { "email_key": key }).await? {
                return Ok(Some(user));
            }
        }
        Ok(None)
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

    async fn change_password(
        &self,
        update: &PasswordUpdate,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError> {
        let context = (self.ready().await?, update, clock);
        let changed = self.transact(context, |session, (database, update, clock)| {
            Box::pin(change_password(database, session, update, clock))
        });
        let changed = changed.await?;
        self.publish_revocations().await?;
        Ok(changed)
    }

    async fn list_users(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
        let users = self.users().await?;
        let found = users.find(condition(filter)).sort(doc! { "_id": 1 });
        let found: Vec<UserDocument> = found.limit(i64::from(filter.limit)).await?.try_collect().await?;
        found.into_iter().map(User::try_from).collect()
    }

    async fn write_user(
        &self,
        write: &UserWrite,
        clock: &RevocationClock,
    ) -> Result<UserOutcome, StoreError> {
        // Those who give roles at once wait here for one another, and not in transactions that conflict.
        let turn = if write.given.is_empty() { None } else { Some(self.giving.lock().await) };
        let context = (self.ready().await?, write, clock);
        let written = self.transact(context, |session, (database, write, clock)| {
            Box::pin(write_user(database, session, write, clock))
        });
        let written = written.await?;
        drop(turn);
        self.settled(&write.next.id, written, clock).await
    }

    async fn delete_user(&self, id: &str, clock: &RevocationClock) -> Result<UserOutcome, StoreError> {
        let context = (self.ready().await?, id, clock);
        let removed = self.transact(context, |session, (database, id, clock)| {
            Box::pin(delete_user(database, session, id, clock))
        });
        self.settled(id, removed.await?, clock).await
    }
}

/// What came of an act, and the moment at which it revoked the user's tokens, if it did.
type Written = (UserOutcome, Option<Moment>);

impl MongoStore {
    async fn settled(
        &self,
        id: &str,
        (outcome, moment): Written,
        clock: &RevocationClock,
    ) -> Result<UserOutcome, StoreError> {
        if let Some(moment) = moment {
            self.revoked(RevocationKind::Subject, id, moment, clock).await?;
        }
        Ok(outcome)
    }
}

async fn change_password(
    database: &Database,
    session: &mut ClientSession,
    update: &PasswordUpdate,
    clock: &RevocationClock,
) -> MongoResult<bool> {
    let old = update.token_version;
    let user = doc! { "_id": &update.user_id, "token_version": old };
    let raise = doc! {
        "$set": {
            "password_hash": update.hash.as_str(),
            "must_change_password": false,
            "updated_at": instant(update.at),
        },
        "$inc": { "token_version": 1_i64 },
    };
    let changed = collection(database).update_one(user, raise).session(&mut *session).await?;
    if changed.matched_count == 0 {
        return Ok(false);
    }
    if let Some(kept) = &update.keep_session {
        let kept = doc! { "_id": kept, "user_id": &update.user_id, "token_version": old, "state": ACTIVE };
        let carry = doc! { "$inc": { "token_version": 1_i64, "version": 1_i64 } };
        sessions::collection(database).update_one(kept, carry).session(&mut *session).await?;
    }
    let older = doc! { "user_id": &update.user_id, "token_version": { "$lte": old } };
    sessions::end(database, session, older, EndReason::PasswordChange, clock).await?;
    Ok(true)
}

fn condition(filter: &UserFilter) -> Document {
    let mut condition = doc! {};
    match &filter.email {
        None => {}
        Some(EmailFilter::Is(email)) => {
            condition.insert("email_key", doc! { "$in": email.keys() });
        }
        Some(EmailFilter::BeginsWith(start)) => {
            // The largest code point ends the range; no address has it.
            condition.insert("email_key", doc! { "$gte": start, "$lt": format!("{start}\u{10ffff}") });
        }
    }
    if let Some(role) = &filter.role {
        condition.insert("roles", role);
    }
    if let Some(disabled) = filter.disabled {
        condition.insert("disabled", disabled);
    }
    let mut id = doc! {};
    if let Some(after) = &filter.after {
        id.insert("$gt", after);
    }
    if !filter.ids.is_empty() {
        id.insert("$in", &filter.ids);
    }
    if !id.is_empty() {
        condition.insert("_id", id);
    }
    condition
}

async fn write_user(
    database: &Database,
    session: &mut ClientSession,
    write: &UserWrite,
    clock: &RevocationClock,
) -> MongoResult<Written> {
    let UserWrite { before, next, .. } = write;
    if write.removes_admin() && !another_admin(database, session, &before.id).await? {
        return Ok((UserOutcome::LastAdmin, None));
    }
    if !role_table::are_as_read(database, session, &write.given).await? {
        return Ok((UserOutcome::RoleChanged, None));
    }
    let unchanged = doc! {
        "_id": &before.id,
        "roles": &before.roles,
        "disabled": before.disabled,
        "token_version": before.token_version,
    };
    let mut set = doc! {
        "roles": &next.roles,
        "disabled": next.disabled,
        "must_change_password": next.must_change_password,
        "token_version": next.token_version,
        "updated_at": instant(next.updated_at),
    };
    // What this change does not touch may have been changed by another.
    if next.full_name != before.full_name {
        set.insert("full_name", next.full_name.as_ref().map(FullName::as_str));
    }
    if next.password_hash != before.password_hash {
        set.insert("password_hash", next.password_hash.as_str());
    }
    let written =
        collection(database).update_one(unchanged, doc! { "$set": set }).session(&mut *session).await?;
    if written.matched_count == 0 {
        return Ok((UserOutcome::Missing, None));
    }
    if let Some(reason) = write.end_sessions {
        sessions::end(database, session, doc! { "user_id": &next.id }, reason, clock).await?;
    }
    if !write.revokes_tokens {
        return Ok((UserOutcome::Done, None));
    }
    let moment = revocations::append(database, session, RevocationKind::Subject, &next.id, clock).await?;
    Ok((UserOutcome::Done, Some(moment)))
}

async fn delete_user(
    database: &Database,
    session: &mut ClientSession,
    id: &str,
    clock: &RevocationClock,
) -> MongoResult<Written> {
    let users = collection(database);
    let admin = doc! { "_id": id, "roles": roles::ADMIN, "disabled": false };
    let is_admin = users.find_one(admin).session(&mut *session).await?.is_some();
    if is_admin && !another_admin(database, session, id).await? {
        return Ok((UserOutcome::LastAdmin, None));
    }
    let removed = users.delete_one(doc! { "_id": id }).session(&mut *session).await?;
    if removed.deleted_count == 0 {
        return Ok((UserOutcome::Missing, None));
    }
    sessions::collection(database).delete_many(doc! { "user_id": id }).session(&mut *session).await?;
    clients::collection(database).delete_many(doc! { "owner": id }).session(&mut *session).await?;
    let moment = revocations::append(database, session, RevocationKind::Subject, id, clock).await?;
    Ok((UserOutcome::Done, Some(moment)))
}

/// Whether somebody else may do everything. Two who take each other away both write the guard, so that one of them
/// has to look again.
async fn another_admin(database: &Database, session: &mut ClientSession, id: &str) -> MongoResult<bool> {
    let guards: Collection<Document> = database.collection("counters");
    let raise = doc! { "$inc": { "value": 1_i64 } };
    guards.update_one(doc! { "_id": ADMIN_GUARD }, raise).upsert(true).session(&mut *session).await?;
    let other = doc! { "_id": { "$ne": id }, "roles": roles::ADMIN, "disabled": false };
    Ok(collection(database).find_one(other).session(session).await?.is_some())
}
