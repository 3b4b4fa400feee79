//! Follows the changes of a collection as a caller may see them: filtered like a list, and by policy.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use serde_json::{Value, json};
use shared_models::{claims::AccessClaims, problem::FieldError};

use super::{
    Service,
    admission::{Admission, Lapse},
    error::ResourceError,
    feed::{Received, Start, Subscription, SubscriptionEnd},
    policy::Verb,
};
use crate::{
    domain::{
        change::{Change, ChangeKind, Image, Position},
        collection::Collection,
        hidden::Hidden,
        ticket::{self, Ticket},
    },
    query::{expr::Expr, parse::Query, projection::Projection, timestamp},
    store::Store,
};

/// Parameters of a list that mean nothing for changes.
const OF_LISTS: [&str; 5] = ["sort", "limit", "after", "count", "explain"];
/// Documents that are asked for in one query.
const AT_ONCE: usize = 1000;
/// The name of the event for a document that no longer meets the filter.
const LEAVE: &str = "leave";

/// A caller who follows the changes of a collection.
pub struct Follower {
    store: Arc<dyn Store>,
    collection: Arc<Collection>,
    admission: Admission,
    subscription: Subscription,
    view: EventFilter,
}

/// What is sent to a follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where to continue from.
    pub position: Position,
    /// `insert`, `replace`, `patch`, `delete` or `leave`.
    pub name: &'static str,
    /// One line of JSON.
    pub data: String,
}

/// What comes next for a follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Changes that concern them; none where others happened.
    Events(Vec<Event>),
    /// Nothing up to here.
    Beat(Position),
}

/// Lets a caller follow a collection. `last` is the id of the last event that they received, if any; it goes
/// before `last_event_id` among the decoded `parameters`.
pub async fn follow(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    parameters: &[(String, String)],
    last: Option<&str>,
) -> Result<Follower, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let (start, rest) = start(parameters, last)?;
    let query = Query::parse(&permit.target(), &rest).map_err(ResourceError::Invalid)?;
    let filter = permit.condition()?.and(query.filter);
    let view = EventFilter { filter, projection: query.projection, hidden: permit.hidden.clone() };
    if let Start::Behind(position) = start
        && service.catalog.is_before(permit.collection.name(), position)
    {
        return Err(ResourceError::PositionLost);
    }
    let subscription = service.feed.subscribe(permit.collection.name(), start).await?;
    let (store, collection) = (Arc::clone(&service.store), Arc::clone(&permit.collection));
    Ok(Follower { store, collection, admission: service.admission(claims, &permit), subscription, view })
}

/// Where to begin, and the parameters that are those of a list.
fn start(
    parameters: &[(String, String)],
    last: Option<&str>,
) -> Result<(Start, Vec<(String, String)>), ResourceError> {
    let (own, rest): (Vec<_>, Vec<_>) = parameters
        .iter()
        .cloned()
        .partition(|(name, _)| ["since", "last_event_id", "ticket"].contains(&name.as_str()));
    let refused = |name: &str, code: &str, message: String| FieldError::in_parameter(name, code, message);
    let mut faults: Vec<FieldError> = rest
        .iter()
        .filter(|(name, _)| OF_LISTS.contains(&name.as_str()))
        .map(|(name, _)| {
            refused(
                name,
                "parameter",
                "this parameter is for lists; changes accept filters, and fields or view".into(),
            )
        })
        .collect();
    let values =
        |wanted: &'static str| own.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
    faults.extend(values("since").filter(|value| *value != "now").map(|value| {
        let message =
            format!("since expects now, got {value:?}; use last_event_id to continue after an event");
        refused("since", "type", message)
    }));
    for name in ["since", "last_event_id", "ticket"] {
        if values(name).count() > 1 {
            faults.push(refused(name, "duplicate", format!("parameter {name:?} is given more than once")));
        }
    }
    if !faults.is_empty() {
        return Err(ResourceError::Invalid(faults));
    }
    let given = last.or_else(|| values("last_event_id").next().map(String::as_str));
    let start = match given.filter(|given| !given.is_empty()) {
        None => Start::Now,
        Some(given) => Start::Behind(given.parse().map_err(|_| ResourceError::PositionLost)?),
    };
    Ok((start, rest))
}

impl Follower {
    /// Where the next event will be behind.
    pub fn position(&self) -> Position {
        self.subscription.position()
    }

    /// Waits for what comes next; the error in it is why the caller's leave has ended.
    pub async fn next(&mut self) -> Result<Result<Next, Lapse>, SubscriptionEnd> {
        let received = tokio::select! {
            received = self.subscription.next() => received?,
            lapse = self.admission.redefined() => return Ok(Err(lapse)),
        };
        let next = match received {
            Received::Beat(position) => Next::Beat(position),
            Received::Changes(changes) => {
                let events = changes.iter().filter_map(|change| Some((change, self.view.event(change)?)));
                Next::Events(self.readable(events.collect()).await?)
            }
        };
        Ok(self.admission.still_good().map(|()| next))
    }

    /// The events, less those of series and reviews that nobody reads by now: a change that is sent again may be of one that
    /// was hidden since, or went with its calculation. One query for up to [`AT_ONCE`] of them.
    async fn readable(&self, events: Vec<(&Arc<Change>, Event)>) -> Result<Vec<Event>, SubscriptionEnd> {
        let shown = if self.collection.belongs_to_calculations() {
            let shown = events.iter().filter(|(change, _)| change.kind != ChangeKind::Delete);
            let ids: BTreeSet<String> = shown.map(|(change, _)| change.id.clone()).collect();
            let (ids, mut shown) = (Vec::from_iter(ids), HashSet::new());
            for ids in ids.chunks(AT_ONCE) {
                shown.extend(self.store.shown(&self.collection, ids).await?);
            }
            Some(shown)
        } else {
            None
        };
        let readable = |change: &Change| {
            change.kind == ChangeKind::Delete || shown.as_ref().is_none_or(|shown| shown.contains(&change.id))
        };
        let events = events.into_iter().filter(|(change, _)| readable(change));
        Ok(events.map(|(_, event)| event).collect())
    }
}

/// What a caller sees of a collection.
struct EventFilter {
    filter: Expr,
    projection: Option<Projection>,
    hidden: Hidden,
}

impl EventFilter {
    /// The event of a change; none if it is not one of the documents that the caller sees.
    fn event(&self, change: &Arc<Change>) -> Option<Event> {
        let seen = |image: &&Image| self.filter.is_everything() || self.filter.holds(&image.value());
        let (before, after) = (change.before.as_ref().filter(seen), change.after.as_ref().filter(seen));
        let name = match (before, after) {
            (None, None) => return None,
            (Some(_), None) if change.kind != ChangeKind::Delete => LEAVE,
            _ => change.kind.name(),
        };
        // The revision that is now; of a document that was removed the one that is no more.
        let revision = change.after.as_ref().or(before)?.revision;
        let mut data =
            json!({"_id": change.id, "_revision": revision, "type": name, "at": timestamp(change.at)})
                .to_string();
        if let Some(after) = after {
            data.pop();
            data.push_str(",\"document\":");
            data.push_str(&self.shown(after));
            data.push('}');
        }
        Some(Event { position: change.position, name, data })
    }

    fn shown(&self, document: &Image) -> String {
        if self.projection.is_none() && self.hidden.is_empty() {
            return document.json.clone();
        }
        let mut value = document.value().into_owned();
        if let Value::Object(members) = &mut value {
            self.hidden.withhold(members);
        }
        match &self.projection {
            None => value.to_string(),
            Some(projection) => projection.apply(value).to_string(),
        }
    }
}

/// A ticket that opens the changes of a collection once to its bearer, in the place of the caller's token.
pub async fn ticket(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
) -> Result<String, ResourceError> {
    service.admit(claims, collection, Verb::Read)?;
    let (text, ticket) = Ticket::issue(claims, collection, service.clock.now(), &*service.random);
    service.store.keep_ticket(ticket).await?;
    Ok(text)
}

/// The claims of the token that a ticket stands for. It is used up.
pub async fn redeem(service: &Service, text: &str, collection: &str) -> Result<AccessClaims, ResourceError> {
    let now = service.clock.now();
    let ticket = service.store.take_ticket(&ticket::hash(text), collection, now).await?;
    ticket.map(|ticket| ticket.claims).ok_or(ResourceError::InvalidTicket)
}
