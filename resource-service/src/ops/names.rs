//! The names that people are shown by, asked of auth-service beside requests: batched, kept for a while, and left out
//! where they are not known in time.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use moka::sync::Cache;
use serde_json::{Map, Value};
use service_kit::{client::ServiceClient, telemetry::spans};
use shared_models::{auth::User, documents::Page};
use tokio::time::timeout;

/// How many names are kept.
const KEPT: u64 = 10_000;
/// How long a name is kept, and that there is none.
const TTL: Duration = Duration::from_secs(300);
/// How long a request waits for names.
const PATIENCE: Duration = Duration::from_millis(300);
/// How many ids one question names.
const BATCH: usize = 100;

/// Who is called what.
#[derive(Clone, Default)]
pub struct Names(Option<Arc<Inner>>);

struct Inner {
    client: ServiceClient,
    known: Cache<String, Option<Arc<str>>>,
}

impl Names {
    /// Names that `client` asks for.
    pub fn by(client: ServiceClient) -> Self {
        let known = Cache::builder().max_capacity(KEPT).time_to_live(TTL).build();
        Self(Some(Arc::new(Inner { client, known })))
    }

    /// The names of those of these users for whom it is known in time.
    pub async fn of(&self, ids: BTreeSet<String>) -> HashMap<String, Arc<str>> {
        let Some(inner) = &self.0 else { return HashMap::new() };
        inner.learn(ids.iter().filter(|id| !inner.known.contains_key(*id)).cloned().collect()).await;
        let named = |id: String| inner.known.get(&id).flatten().map(|name| (id, name));
        ids.into_iter().filter_map(named).collect()
    }

    /// Puts `_owner_name` behind `_owner` in each of the documents for whose owner it is known in time: null for one
    /// who has no name.
    pub async fn put_into(&self, documents: &mut [String]) -> Result<(), serde_json::Error> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let parsed: Result<Vec<Map<String, Value>>, _> =
            documents.iter().map(|document| serde_json::from_str(document)).collect();
        let parsed = parsed?;
        let owner =
            |document: &Map<String, Value>| document.get("_owner").and_then(Value::as_str).map(str::to_owned);
        let unknown: BTreeSet<String> =
            parsed.iter().filter_map(owner).filter(|id| !inner.known.contains_key(id)).collect();
        inner.learn(unknown).await;
        for (text, document) in documents.iter_mut().zip(parsed) {
            if let Some(name) = owner(&document).and_then(|id| inner.known.get(&id)) {
                *text = serde_json::to_string(&with_name(document, name.as_deref()))?;
            }
        }
        Ok(())
    }
}

impl Inner {
    /// Asks for names, and waits a little for them. What comes later is there for the next request.
    async fn learn(self: &Arc<Self>, unknown: BTreeSet<String>) {
        if !unknown.is_empty() {
            let asking = tokio::spawn(spans::onwards(Arc::clone(self).ask(unknown.into_iter().collect())));
            let _ = timeout(PATIENCE, asking).await;
        }
    }

    async fn ask(self: Arc<Self>, ids: Vec<String>) {
        for batch in ids.chunks(BATCH) {
            let query = [("id", batch.join(",")), ("limit", BATCH.to_string())];
            let page: Page<User> = match self.client.get("/auth/users", &query).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::debug!(%error, "names could not be read");
                    return;
                }
            };
            for id in batch {
                let user = page.items.iter().find(|user| user.id == *id);
                let name = user.and_then(|user| user.full_name.as_deref()).map(Arc::from);
                self.known.insert(id.clone(), name);
            }
        }
    }
}

fn with_name(document: Map<String, Value>, name: Option<&str>) -> Map<String, Value> {
    let mut named = Map::with_capacity(document.len() + 1);
    for (member, value) in document {
        let is_owner = member == "_owner";
        named.insert(member, value);
        if is_owner {
            named.insert("_owner_name".into(), name.into());
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_behind_the_owner_and_numbers_stay_what_they_are() {
        let text = r#"{"_id":"i","_owner":"u","n":9007199254740993,"x":0.1}"#;
        for (name, written) in [(Some("Ada \"A\" L."), r#""Ada \"A\" L.""#), (None, "null")] {
            let named = with_name(serde_json::from_str(text).unwrap(), name);
            assert_eq!(
                serde_json::to_string(&named).unwrap(),
                format!(r#"{{"_id":"i","_owner":"u","_owner_name":{written},"n":9007199254740993,"x":0.1}}"#)
            );
        }
    }

    #[tokio::test]
    async fn without_a_client_nothing_is_changed() {
        let mut documents = vec![r#"{"_owner":"u"}"#.to_owned()];
        Names::default().put_into(&mut documents).await.unwrap();
        assert_eq!(documents, [r#"{"_owner":"u"}"#]);
    }
}
