//! The writes of acts on users, each within one transaction, whose cost does not depend on the number of sessions.

use mongodb::{
    ClientSession, Collection, Database,
    bson::{Document, doc},
    error::Result as MongoResult,
};
use shared_models::revocations::RevocationKind;

use super::{
    audit, clients,
    documents::{ACTIVE, UserDocument, instant},
    endings, outbox,
    project_changes::apply,
    roles as role_table, sessions,
};
use crate::{
    domain::{
        audit::Entry, ending::Ending, name::FullName, project::Change, revocation::RevocationClock, roles,
        user::User,
    },
    store::{PasswordUpdate, UserOutcome, UserWrite, grants_of_keys, sessions_before, sessions_of_removed},
};

/// What came of an act, and what must be ended before it is acknowledged.
pub(super) type Written = (UserOutcome, Vec<Ending>);

/// `_id` of the document in `counters` that is written whenever an administrator is removed or disabled.
const ADMIN_GUARD: &str = "admins";

/// The users of `database`.
pub(super) fn collection(database: &Database) -> Collection<UserDocument> {
    database.collection("users")
}

pub(super) async fn change_password(
    database: &Database,
    session: &mut ClientSession,
    update: &PasswordUpdate,
    ending: &Ending,
    entry: &Entry,
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
    endings::insert(database, session, ending).await?;
    audit::insert(database, session, entry).await?;
    Ok(true)
}

pub(super) async fn raise_token_version(
    database: &Database,
    session: &mut ClientSession,
    user: &User,
    ending: &Ending,
    entry: &Entry,
) -> MongoResult<bool> {
    let unchanged = doc! { "_id": &user.id, "token_version": user.token_version };
    let raise = doc! { "$inc": { "token_version": 1_i64 } };
    let raised = collection(database).update_one(unchanged, raise).session(&mut *session).await?;
    if raised.matched_count == 0 {
        return Ok(false);
    }
    endings::insert(database, session, ending).await?;
    audit::insert(database, session, entry).await?;
    Ok(true)
}

pub(super) async fn write_user(
    database: &Database,
    session: &mut ClientSession,
    write: &UserWrite,
    clock: &RevocationClock,
    entry: &Entry,
) -> MongoResult<Written> {
    let UserWrite { before, next, .. } = write;
    if write.removes_admin() && !another_admin(database, session, &before.id).await? {
        return Ok((UserOutcome::LastAdmin, Vec::new()));
    }
    if !role_table::are_as_read(database, session, &write.given).await? {
        return Ok((UserOutcome::RoleChanged, Vec::new()));
    }
    let unchanged = doc! {
        "_id": &before.id,
        "roles": &before.roles,
        "disabled": before.disabled,
        "must_change_password": before.must_change_password,
        "token_version": before.token_version,
    };
    if collection(database).find_one(unchanged.clone()).session(&mut *session).await?.is_none() {
        return Ok((UserOutcome::Missing, Vec::new()));
    }
    if !apply(database, session, &write.projects, entry.at).await? {
        return Ok((UserOutcome::ProjectChanged, Vec::new()));
    }
    let mut set = doc! {
        "roles": &next.roles,
        "disabled": next.disabled,
        "must_change_password": next.must_change_password,
        "token_version": next.token_version,
        "keys_version": next.keys_version,
        "updated_at": instant(next.updated_at),
    };
    // Members that this change does not set may have been changed by another request.
    if next.full_name != before.full_name {
        set.insert("full_name", next.full_name.as_ref().map(FullName::as_str));
        set.insert("name_key", next.full_name.as_ref().map(FullName::key));
    }
    if next.password_hash != before.password_hash {
        set.insert("password_hash", next.password_hash.as_str());
    }
    let set = doc! { "$set": set, "$inc": { "project_version": 1_i64 } };
    collection(database).update_one(unchanged, set).session(&mut *session).await?;
    if let Some(reason) = write.end_sessions {
        let ending = sessions_before(&next.id, next.token_version, reason, false, entry);
        endings::insert(database, session, &ending).await?;
    }
    let endings = if write.suspends_keys() {
        note_grants_of_keys(database, session, &next.id, entry).await?
    } else {
        Vec::new()
    };
    audit::insert(database, session, entry).await?;
    if write.revokes_tokens {
        outbox::append(database, session, RevocationKind::Subject, &next.id, clock).await?;
    }
    Ok((UserOutcome::Done, endings))
}

pub(super) async fn delete_user(
    database: &Database,
    session: &mut ClientSession,
    (id, projects): (&str, &Change),
    clock: &RevocationClock,
    entry: &Entry,
) -> MongoResult<Written> {
    let users = collection(database);
    let found = users.find_one(doc! { "_id": id }).session(&mut *session).await?;
    let Some(found) = found else { return Ok((UserOutcome::Missing, Vec::new())) };
    if found.is_admin() && !another_admin(database, session, id).await? {
        return Ok((UserOutcome::LastAdmin, Vec::new()));
    }
    if !apply(database, session, projects, entry.at).await? {
        return Ok((UserOutcome::ProjectChanged, Vec::new()));
    }
    users.delete_one(doc! { "_id": id }).session(&mut *session).await?;
    endings::insert(database, session, &sessions_of_removed(id, entry)).await?;
    let endings = note_grants_of_keys(database, session, id, entry).await?;
    audit::insert(database, session, entry).await?;
    clients::collection(database).delete_many(doc! { "owner": id }).session(&mut *session).await?;
    outbox::append(database, session, RevocationKind::Subject, id, clock).await?;
    Ok((UserOutcome::Done, endings))
}

/// Notes that the job grants of others in which the user's API keys act are to be ended; which these are.
async fn note_grants_of_keys(
    database: &Database,
    session: &mut ClientSession,
    owner: &str,
    entry: &Entry,
) -> MongoResult<Vec<Ending>> {
    let keys = clients::keys_of(database, session, owner).await?;
    let endings = grants_of_keys(owner, keys, entry);
    endings::insert_all(database, session, &endings).await?;
    Ok(endings)
}

/// Whether there is another administrator. Two transactions that remove administrators both write the guard, so one of
/// them is retried.
async fn another_admin(database: &Database, session: &mut ClientSession, id: &str) -> MongoResult<bool> {
    let guards: Collection<Document> = database.collection("counters");
    let raise = doc! { "$inc": { "value": 1_i64 } };
    guards.update_one(doc! { "_id": ADMIN_GUARD }, raise).upsert(true).session(&mut *session).await?;
    let other = doc! { "_id": { "$ne": id }, "roles": roles::ADMIN, "disabled": false };
    Ok(collection(database).find_one(other).session(session).await?.is_some())
}
