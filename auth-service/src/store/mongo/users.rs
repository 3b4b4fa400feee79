//! Users.

use std::collections::HashSet;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, IndexModel,
    bson::{Document, doc},
    options::{IndexOptions, ReturnDocument},
};
use time::OffsetDateTime;

use super::{
    FIRST_ADMIN, MongoStore, UNIQUE_EMAIL, audit,
    documents::{UserDocument, instant},
    index, names, roles as role_table, unique,
    user_acts::{change_password, collection, delete_user, raise_token_version, write_user},
};
use crate::{
    domain::{
        audit::Entry,
        email::Email,
        name::FullName,
        password_hash::PasswordHash,
        project::Change,
        revocation::RevocationClock,
        roles::{self, StoredScopes},
        session::EndReason,
        user::User,
    },
    store::{
        EmailFilter, PasswordUpdate, Revocations as _, StoreError, UserFilter, UserOutcome, UserWrite, Users,
        endings::{finish, finish_all},
        sessions_before,
    },
};

impl MongoStore {
    async fn users(&self) -> Result<Collection<UserDocument>, StoreError> {
        Ok(collection(self.ready().await?))
    }

    /// `false`, and nothing done, where a role of `given` is no longer what was read.
    async fn insert(
        &self,
        user: &UserDocument,
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let _turn = if given.is_empty() { None } else { Some(self.giving.lock().await) };
        let context = (self.ready().await?, user, given, entry);
        self.transact(context, |session, (database, user, given, entry)| {
            Box::pin(async move {
                if !role_table::are_as_read(database, session, given).await? {
                    return Ok(false);
                }
                collection(database).insert_one(*user).session(&mut *session).await?;
                audit::insert(database, session, entry).await?;
                Ok(true)
            })
        })
        .await
    }

    async fn find_user(&self, filter: Document) -> Result<Option<User>, StoreError> {
        self.users().await?.find_one(filter).await?.map(User::try_from).transpose()
    }

    /// The keys that somebody has of those that earlier versions made of these addresses. The unique index takes them
    /// for other addresses; but no version makes them any more, so an insert may rely on what it looked up before.
    async fn former_keys(&self, users: &[User]) -> Result<HashSet<String>, StoreError> {
        let former = |user: &User| {
            user.email.keys().iter().filter(|key| *key != user.email.key()).cloned().collect::<Vec<_>>()
        };
        let keys: Vec<String> = users.iter().flat_map(former).collect();
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        // `distinct` is no part of MongoDB's Stable API.
        let users = self.users().await?.clone_with_type::<Document>();
        let found =
            users.find(doc! { "email_key": { "$in": keys } }).projection(doc! { "email_key": 1 }).await?;
        let key = |user: Document| user.get_str("email_key").map(str::to_owned).ok();
        Ok(found.try_collect::<Vec<_>>().await?.into_iter().filter_map(key).collect())
    }
}

/// The indexes of `users`.
pub(super) fn indexes() -> Vec<IndexModel> {
    let mut first_admin = IndexOptions::builder().unique(true).name(FIRST_ADMIN.to_owned()).build();
    first_admin.partial_filter_expression = Some(doc! { "first_admin": true });
    vec![
        unique(doc! { "email_key": 1 }, UNIQUE_EMAIL),
        index(doc! { "first_admin": 1 }, first_admin),
        index(doc! { "roles": 1 }, IndexOptions::default()),
        names::by_name(),
    ]
}

#[async_trait]
impl Users for MongoStore {
    async fn insert_user(
        &self,
        user: &User,
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        if !self.former_keys(std::slice::from_ref(user)).await?.is_empty() {
            return Err(StoreError::Conflict { field: "email" });
        }
        self.insert(&UserDocument::from(user), given, entry).await
    }

    async fn insert_users(
        &self,
        users: &[User],
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<Option<Vec<bool>>, StoreError> {
        self.import(users, given, entry).await
    }

    async fn insert_first_admin(&self, user: &User, entry: &Entry) -> Result<bool, StoreError> {
        if self.count_admins().await? > 0 {
            return Ok(false);
        }
        if !self.former_keys(std::slice::from_ref(user)).await?.is_empty() {
            return Err(StoreError::Conflict { field: "email" });
        }
        match self.insert(&UserDocument::of_first_admin(user), &[], entry).await {
            Ok(added) => Ok(added),
            Err(StoreError::Conflict { field: FIRST_ADMIN }) => Ok(false),
            // The same address: another replica's first admin, unless it is an ordinary user's.
            Err(StoreError::Conflict { .. }) if self.count_admins().await? > 0 => Ok(false),
            Err(error) => Err(error),
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
        entry: &Entry,
    ) -> Result<Option<User>, StoreError> {
        let (name, key) = (full_name.map(FullName::as_str), full_name.map(FullName::key));
        let update = doc! { "$set": { "full_name": name, "name_key": key, "updated_at": instant(at) } };
        let context = (self.ready().await?, id, update, entry);
        let changed = self.transact(context, |session, (database, id, update, entry)| {
            Box::pin(async move {
                let users = collection(database);
                let renamed = users.find_one_and_update(doc! { "_id": *id }, update.clone());
                let renamed = renamed.return_document(ReturnDocument::After).session(&mut *session).await?;
                if renamed.is_some() {
                    audit::insert(database, session, entry).await?;
                }
                Ok(renamed)
            })
        });
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
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let (id, version, reason) = (&update.user_id, update.token_version + 1, EndReason::PasswordChange);
        let ending = sessions_before(id, version, reason, true, entry);
        let context = (self.ready().await?, update, &ending, entry);
        let changed = self.transact(context, |session, (database, update, ending, entry)| {
            Box::pin(change_password(database, session, update, ending, entry))
        });
        if !changed.await? {
            return Ok(false);
        }
        finish(self, &ending, clock).await?;
        Ok(true)
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
        entry: &Entry,
    ) -> Result<UserOutcome, StoreError> {
        // Requests of this process that give roles wait here, instead of conflicting in transactions.
        let turn = if write.given.is_empty() { None } else { Some(self.giving.lock().await) };
        let context = (self.ready().await?, write, clock, entry);
        let written = self.transact(context, |session, (database, write, clock, entry)| {
            Box::pin(write_user(database, session, write, clock, entry))
        });
        let (written, endings) = written.await?;
        drop(turn);
        if write.revokes_tokens && written == UserOutcome::Done {
            self.publish_revocations(clock).await?;
            finish_all(self, &endings, clock).await?;
        }
        Ok(written)
    }

    async fn end_sessions(
        &self,
        user: &User,
        reason: EndReason,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let ending = sessions_before(&user.id, user.token_version + 1, reason, true, entry);
        let context = (self.ready().await?, user, &ending, entry);
        let raised = self.transact(context, |session, (database, user, ending, entry)| {
            Box::pin(raise_token_version(database, session, user, ending, entry))
        });
        if !raised.await? {
            return Ok(false);
        }
        finish(self, &ending, clock).await?;
        Ok(true)
    }

    async fn delete_user(
        &self,
        id: &str,
        projects: &Change,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<UserOutcome, StoreError> {
        let context = (self.ready().await?, (id, projects), clock, entry);
        let removed = self.transact(context, |session, (database, who, clock, entry)| {
            Box::pin(delete_user(database, session, *who, clock, entry))
        });
        let (removed, endings) = removed.await?;
        if removed == UserOutcome::Done {
            self.publish_revocations(clock).await?;
            finish_all(self, &endings, clock).await?;
        }
        Ok(removed)
    }
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
