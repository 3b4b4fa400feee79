//! The rows of users and sessions.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params, types::Type};
use time::OffsetDateTime;

use crate::{
    domain::{
        email::Email,
        name::FullName,
        password_hash::PasswordHash,
        session::{Delegation, EndReason, Previous, Session},
        user::User,
    },
    store::StoreError,
};

pub(super) const SELECT_USER: &str = "SELECT id, email, email_key, full_name, roles, disabled, password_hash, token_version, \
    must_change_password, not_before, created_at, updated_at, keys_version FROM users";
pub(super) const SELECT_SESSION: &str = "SELECT id, user_id, client_id, scope, token_version, session_hash, current, \
    previous, previous_at, sealed, generation, version, ended, device, address, created_at, \
    last_used_at, idle_expires_at, absolute_expires_at, purge_at, calculation, actor, through FROM sessions";

pub(super) fn insert_user(tx: &Transaction<'_>, user: &User) -> Result<(), StoreError> {
    // The index decides. It does not know the keys that earlier versions made of the same address.
    if user.email.keys().len() > 1 && find_user_by_email(tx, &user.email)?.is_some() {
        return Err(StoreError::Conflict { field: "email" });
    }
    tx.prepare_cached(
        "INSERT INTO users (id, email, email_key, full_name, name_key, roles, disabled, password_hash, token_version, \
         must_change_password, not_before, created_at, updated_at, keys_version) VALUES (:id, :email, :email_key, :full_name, :name_key, \
         :roles, :disabled, :password_hash, :token_version, :must_change_password, :not_before, :created_at, \
         :updated_at, :keys_version)",
    )?
    .execute(named_params! {
        ":id": user.id,
        ":email": user.email.as_str(),
        ":email_key": user.email.key(),
        ":full_name": user.full_name.as_ref().map(FullName::as_str),
        ":name_key": user.full_name.as_ref().map(FullName::key),
        ":roles": serde_json::json!(user.roles),
        ":disabled": user.disabled,
        ":password_hash": user.password_hash.as_str(),
        ":token_version": user.token_version,
        ":must_change_password": user.must_change_password,
        ":not_before": user.not_before,
        ":keys_version": user.keys_version,
        ":created_at": millis(user.created_at),
        ":updated_at": millis(user.updated_at),
    })?;
    Ok(())
}

/// `column` is one of this file's own names.
pub(super) fn find_user(
    connection: &Connection,
    column: &'static str,
    value: &str,
) -> Result<Option<User>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_USER} WHERE {column} = ?1"))?;
    Ok(statement.query_row([value], read_user).optional()?)
}

/// The user of an address: under the most likely of its keys.
pub(super) fn find_user_by_email(connection: &Connection, email: &Email) -> Result<Option<User>, StoreError> {
    for key in email.keys() {
        if let Some(user) = find_user(connection, "email_key", key)? {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

pub(super) fn find_session(connection: &Connection, id: &str) -> Result<Option<Session>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_SESSION} WHERE id = ?1"))?;
    Ok(statement.query_row([id], read_session).optional()?)
}

/// Writes the whole row: callers hold the one write transaction, so nothing can come between read and write.
pub(super) fn write_session(tx: &Transaction<'_>, session: &Session) -> Result<(), StoreError> {
    let previous = session.previous.as_ref();
    tx.prepare_cached(
        "INSERT OR REPLACE INTO sessions VALUES (:id, :user_id, :client_id, :scope, :token_version, \
         :session_hash, :current, :previous, :previous_at, :sealed, :generation, :version, :ended, \
         :device, :address, :created_at, :last_used_at, :idle_expires_at, :absolute_expires_at, :purge_at, \
         :calculation, :actor, :through)",
    )?
    .execute(named_params! {
        ":id": session.id,
        ":user_id": session.user_id,
        ":client_id": session.client_id,
        ":scope": session.scope.as_ref().map(ToString::to_string),
        ":token_version": session.token_version,
        ":session_hash": session.session_hash,
        ":current": session.current,
        ":previous": previous.map(|p| p.digest),
        ":previous_at": previous.map(|p| millis(p.at)),
        ":sealed": previous.map(|p| p.sealed),
        ":generation": session.generation,
        ":version": session.version,
        ":ended": session.ended.map(EndReason::name),
        ":device": session.device,
        ":address": session.address,
        ":created_at": millis(session.created_at),
        ":last_used_at": millis(session.last_used_at),
        ":idle_expires_at": millis(session.idle_expires_at),
        ":absolute_expires_at": millis(session.absolute_expires_at),
        ":purge_at": millis(session.purge_at),
        ":calculation": session.delegation.as_ref().map(|delegation| &delegation.calculation),
        ":actor": session.delegation.as_ref().map(|delegation| &delegation.actor),
        ":through": session.delegation.as_ref().and_then(|delegation| delegation.through.as_ref()),
    })?;
    Ok(())
}

pub(super) fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    let roles: serde_json::Value = row.get("roles")?;
    Ok(User {
        id: row.get("id")?,
        email: Email::from_stored(row.get("email")?, row.get("email_key")?),
        full_name: row.get::<_, Option<String>>("full_name")?.map(FullName::from_stored),
        roles: serde_json::from_value(roles).map_err(|_| unreadable(row, "roles"))?,
        disabled: row.get("disabled")?,
        password_hash: PasswordHash::from_stored(row.get("password_hash")?),
        token_version: row.get("token_version")?,
        keys_version: row.get("keys_version")?,
        must_change_password: row.get("must_change_password")?,
        not_before: row.get("not_before")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

pub(super) fn read_session(row: &Row<'_>) -> rusqlite::Result<Session> {
    let previous: Option<[u8; 32]> = row.get("previous")?;
    let previous = match previous {
        None => None,
        Some(digest) => Some(Previous { digest, at: time(row, "previous_at")?, sealed: row.get("sealed")? }),
    };
    Ok(Session {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        client_id: row.get("client_id")?,
        scope: parsed(row, "scope", |text: Option<String>| text.map(|text| text.parse()).transpose().ok())?,
        delegation: match (row.get("calculation")?, row.get("actor")?) {
            (Some(calculation), Some(actor)) => {
                Some(Delegation { calculation, actor, through: row.get("through")? })
            }
            _ => None,
        },
        token_version: row.get("token_version")?,
        session_hash: row.get("session_hash")?,
        current: row.get("current")?,
        previous,
        generation: row.get("generation")?,
        version: row.get("version")?,
        ended: parsed(row, "ended", |name: Option<String>| match name {
            None => Some(None),
            Some(name) => Some(Some(EndReason::from_name(&name).unwrap_or(EndReason::Revoked))),
        })?,
        device: row.get("device")?,
        address: row.get("address")?,
        created_at: time(row, "created_at")?,
        last_used_at: time(row, "last_used_at")?,
        idle_expires_at: time(row, "idle_expires_at")?,
        absolute_expires_at: time(row, "absolute_expires_at")?,
        purge_at: time(row, "purge_at")?,
    })
}

/// Reads a column through a domain type's parser.
pub(super) fn parsed<C: rusqlite::types::FromSql, T>(
    row: &Row<'_>,
    column: &'static str,
    parse: impl FnOnce(C) -> Option<T>,
) -> rusqlite::Result<T> {
    parse(row.get(column)?).ok_or_else(|| unreadable(row, column))
}

pub(super) fn unreadable(row: &Row<'_>, column: &'static str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::InvalidColumnType(index, column.into(), Type::Text)
}

pub(super) fn time(row: &Row<'_>, column: &'static str) -> rusqlite::Result<OffsetDateTime> {
    parsed(row, column, from_millis)
}

pub(super) fn optional_time(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Option<OffsetDateTime>> {
    let present: Option<i64> = row.get(column)?;
    present.map(|_| time(row, column)).transpose()
}

pub(super) fn from_millis(millis: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok()
}

/// The time as it is stored.
pub(super) fn whole_millis(at: OffsetDateTime) -> OffsetDateTime {
    from_millis(millis(at)).unwrap_or(at)
}

pub(super) fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
