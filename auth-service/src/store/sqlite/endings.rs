//! Sessions that are still to be ended: a note per act, and the steps that end them.

use async_trait::async_trait;
use rusqlite::{Row, ToSql, Transaction, named_params};
use time::OffsetDateTime;

use super::{
    SqliteStore,
    rows::{millis, time, unreadable},
    sessions::end,
};
use crate::{
    domain::{
        ending::{Ending, Whose},
        revocation::RevocationClock,
        session::EndReason,
    },
    store::{Endings, StoreError},
};

#[async_trait]
impl Endings for SqliteStore {
    async fn pending_endings(&self, before: OffsetDateTime, limit: u32) -> Result<Vec<Ending>, StoreError> {
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(
                    "SELECT id, user_id, token_version, client, except_user, reason, revokes, at \
                     FROM endings WHERE at < ?1 ORDER BY id LIMIT ?2",
                )?;
                let endings = statement.query_map((millis(before), limit), read)?;
                Ok(endings.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn end_some(
        &self,
        ending: &Ending,
        limit: u32,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError> {
        let (ending, clock) = (ending.clone(), clock.clone());
        self.database
            .write(move |tx| {
                let (which, values): (_, Vec<&dyn ToSql>) = match &ending.whose {
                    Whose::User { id, token_version } => {
                        ("user_id = ?3 AND token_version < ?4", vec![id as &dyn ToSql, token_version])
                    }
                    Whose::Client { id, except_user } => (
                        "(through = ?3 OR actor = ?3) AND (?4 IS NULL OR user_id <> ?4)",
                        vec![id as &dyn ToSql, except_user],
                    ),
                };
                let revoking = ending.revokes.then_some(&clock);
                let ended = match ending.reason {
                    Some(reason) => end(tx, which, &values, limit, reason, revoking)?,
                    None => remove(tx, &ending, limit)?,
                };
                let none_left = ended < u64::from(limit);
                if none_left {
                    tx.prepare_cached("DELETE FROM endings WHERE id = ?1")?.execute([&ending.id])?;
                }
                Ok(none_left)
            })
            .await
    }
}

#[cfg(test)]
impl SqliteStore {
    /// Notes endings as an act does that is broken off before it ends anything.
    pub(crate) async fn note_endings(&self, endings: &[Ending]) {
        let endings = endings.to_vec();
        let noted = self.database.write(move |tx| endings.iter().try_for_each(|ending| insert(tx, ending)));
        noted.await.expect("endings can be noted");
    }
}

/// Removes sessions whose user is gone; how many.
fn remove(tx: &Transaction<'_>, ending: &Ending, limit: u32) -> Result<u64, StoreError> {
    let Whose::User { id, .. } = &ending.whose else { return Ok(0) };
    let mut statement = tx.prepare_cached(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = ?1 LIMIT ?2)",
    )?;
    Ok(statement.execute((id, limit))? as u64)
}

/// Notes what is to be ended, within the transaction of the act.
pub(super) fn insert(tx: &Transaction<'_>, ending: &Ending) -> Result<(), StoreError> {
    let (user_id, token_version, client, except_user) = match &ending.whose {
        Whose::User { id, token_version } => (Some(id), Some(token_version), None, None),
        Whose::Client { id, except_user } => (None, None, Some(id), except_user.as_ref()),
    };
    tx.prepare_cached(
        "INSERT INTO endings (id, user_id, token_version, client, except_user, reason, revokes, at) \
         VALUES (:id, :user_id, :token_version, :client, :except_user, :reason, :revokes, :at)",
    )?
    .execute(named_params! {
        ":id": ending.id,
        ":user_id": user_id,
        ":token_version": token_version,
        ":client": client,
        ":except_user": except_user,
        ":reason": ending.reason.map(EndReason::name),
        ":revokes": ending.revokes,
        ":at": millis(ending.at),
    })?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Ending> {
    let whose = match (row.get("user_id")?, row.get("token_version")?, row.get("client")?) {
        (Some(id), Some(token_version), None) => Whose::User { id, token_version },
        (None, None, Some(id)) => Whose::Client { id, except_user: row.get("except_user")? },
        _ => return Err(unreadable(row, "user_id")),
    };
    let reason: Option<String> = row.get("reason")?;
    Ok(Ending {
        id: row.get("id")?,
        whose,
        reason: reason.map(|name| EndReason::from_name(&name).unwrap_or(EndReason::Revoked)),
        revokes: row.get("revokes")?,
        at: time(row, "at")?,
    })
}
