//! Follows the changes of collections as a caller may see them: by policy, and of one collection filtered like a list.

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
    policy::{Permit, Verb},
};
use crate::{
    domain::{
        change::{Change, ChangeKind, Image},
        collection::Collection,
        hidden::Hidden,
        progress::Progress,
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

/// A caller who follows the changes of some collections.
pub struct Follower {
    store: Arc<dyn Store>,
    names: Arc<[Arc<str>]>,
    /// Of each collection.
    views: Vec<CollectionView>,
    subscription: Subscription,
    /// Up to where the caller was sent everything.
    progress: Progress,
}

/// What is sent to a follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where to continue from.
    pub id: String,
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
    Beat(String),
}

/// Why a caller may not follow any longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What has ended.
    pub lapse: Lapse,
    /// The collection whose definition has changed, where the stream is of several.
    pub collection: Option<String>,
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
    let (given, rest) = controls(parameters)?;
    let query = Query::parse(&permit.target(), &rest).map_err(ResourceError::Invalid)?;
    let filter = permit.condition()?.and(query.filter);
    let shown = Shown { documents: true, collection: false };
    let view = CollectionView::new(service, claims, &permit, filter, query.projection, shown);
    begin(service, vec![view], last.or(given.as_deref())).await
}

/// Lets a caller follow several collections at once. `last` is the id of the last event that they received, if any;
/// without `documents` they are sent what happened to which document, and not the document.
pub async fn follow_several(
    service: &Service,
    claims: &AccessClaims,
    names: &[String],
    documents: bool,
    last: Option<&str>,
) -> Result<Follower, ResourceError> {
    let mut views = Vec::with_capacity(names.len());
    for name in names {
        let permit = service.admit(claims, name, Verb::Read)?;
        let (filter, shown) = (permit.condition()?, Shown { documents, collection: true });
        views.push(CollectionView::new(service, claims, &permit, filter, None, shown));
    }
    begin(service, views, last).await
}

/// Subscribes to the collections of these views.
async fn begin(
    service: &Service,
    views: Vec<CollectionView>,
    last: Option<&str>,
) -> Result<Follower, ResourceError> {
    let names: Arc<[Arc<str>]> = views.iter().map(|view| Arc::from(view.collection.name())).collect();
    let start = match last.filter(|last| !last.is_empty()) {
        None => Start::Now,
        Some(last) => {
            let progress = Progress::read(last, &names).map_err(|_| ResourceError::PositionLost)?;
            for (at, view) in views.iter().enumerate() {
                if service.catalog.is_before(view.collection.name(), progress.position(at)) {
                    return Err(match view.named() {
                        None => ResourceError::PositionLost,
                        Some(name) => ResourceError::RemovedSince(name.to_owned()),
                    });
                }
            }
            Start::Behind(progress)
        }
    };
    let subscription = service.feed.subscribe(Arc::clone(&names), start).await?;
    let (store, progress) = (Arc::clone(&service.store), subscription.progress().clone());
    Ok(Follower { store, names, views, subscription, progress })
}

/// Decoded parameters.
type Parameters = Vec<(String, String)>;

/// The last event that is named, and the parameters that are those of a list.
fn controls(parameters: &[(String, String)]) -> Result<(Option<String>, Parameters), ResourceError> {
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
    let last = values("last_event_id").next().cloned();
    if faults.is_empty() { Ok((last, rest)) } else { Err(ResourceError::Invalid(faults)) }
}

impl Follower {
    /// The id of an event here: what continues the stream.
    pub fn id(&self) -> String {
        self.progress.id(&self.names).to_string()
    }

    /// Waits for what comes next; the error in it is why the caller's leave has ended.
    pub async fn next(&mut self) -> Result<Result<Next, Ended>, SubscriptionEnd> {
        let received = tokio::select! {
            received = self.subscription.next() => received?,
            ended = lapsed(&self.views) => return Ok(Err(ended)),
        };
        let next = match received {
            Received::Beat(progress) => {
                self.progress = progress;
                Next::Beat(self.id())
            }
            Received::Changes(changes) => Next::Events(self.events(&changes).await?),
        };
        Ok(still_good(&self.views).map(|()| next))
    }

    /// The events of these changes.
    async fn events(&mut self, changes: &[Arc<Change>]) -> Result<Vec<Event>, SubscriptionEnd> {
        let mut events: Vec<(usize, &Change, Event)> = Vec::new();
        for change in changes {
            let Some(at) = self.names.iter().position(|name| *name == change.collection) else { continue };
            self.progress.pass(at, change.position);
            if let Some((name, data)) = self.views[at].event(change) {
                events.push((at, change, Event { id: self.id(), name, data }));
            }
        }
        let mut shown = Vec::with_capacity(self.views.len());
        for (at, view) in self.views.iter().enumerate() {
            let own = events.iter().filter(|(of, ..)| *of == at).map(|(_, change, _)| *change);
            shown.push(view.shown(&*self.store, own).await?);
        }
        let readable = |at: usize, change: &Change| {
            change.kind == ChangeKind::Delete
                || shown[at].as_ref().is_none_or(|shown| shown.contains(&change.id))
        };
        let events = events.into_iter().filter(|(at, change, _)| readable(*at, change));
        Ok(events.map(|(.., event)| event).collect())
    }
}

/// Whether all the leaves still hold.
fn still_good(views: &[CollectionView]) -> Result<(), Ended> {
    for view in views {
        if let Err(lapse) = view.admission.still_good() {
            let collection = view.named().filter(|_| lapse == Lapse::Redefined).map(str::to_owned);
            return Err(Ended { lapse, collection });
        }
    }
    Ok(())
}

/// Waits until another definition of one of the collections is served.
async fn lapsed(views: &[CollectionView]) -> Ended {
    let Some(view) = views.first() else { return std::future::pending().await };
    let mut changes = view.admission.changes();
    loop {
        if let Err(ended) = still_good(views) {
            return ended;
        }
        if changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What a stream says of a change beside what happened to which document.
#[derive(Clone, Copy)]
struct Shown {
    /// The document as it was right after.
    documents: bool,
    /// The name of its collection.
    collection: bool,
}

/// What a caller sees of a collection, and for how long.
struct CollectionView {
    collection: Arc<Collection>,
    admission: Admission,
    filter: Expr,
    projection: Option<Projection>,
    hidden: Hidden,
    shown: Shown,
}

impl CollectionView {
    fn new(
        service: &Service,
        claims: &AccessClaims,
        permit: &Permit<'_>,
        filter: Expr,
        projection: Option<Projection>,
        shown: Shown,
    ) -> Self {
        let (collection, hidden) = (Arc::clone(&permit.collection), permit.hidden.clone());
        let admission = service.admission(claims, permit);
        Self { collection, admission, filter, projection, hidden, shown }
    }

    /// The name of the collection, where the stream says it.
    fn named(&self) -> Option<&str> {
        self.shown.collection.then(|| self.collection.name())
    }

    /// The event of a change, its name and data; none if it is not one of the documents that the caller sees.
    fn event(&self, change: &Change) -> Option<(&'static str, String)> {
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
            json!({"_id": change.id, "_revision": revision, "type": name, "at": timestamp(change.at)});
        if let Some(name) = self.named() {
            data["collection"] = name.into();
        }
        let mut data = data.to_string();
        if let Some(after) = after.filter(|_| self.shown.documents) {
            data.pop();
            data.push_str(",\"document\":");
            data.push_str(&self.document(after));
            data.push('}');
        }
        Some((name, data))
    }

    fn document(&self, document: &Image) -> String {
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

    /// Of the documents of these changes those that somebody reads by now; nothing where that is all of them. A change of
    /// a series or a review that is sent again may be of one that was hidden since, or went with its calculation. One
    /// query for up to [`AT_ONCE`] of them.
    async fn shown<'c>(
        &self,
        store: &dyn Store,
        events: impl Iterator<Item = &'c Change>,
    ) -> Result<Option<HashSet<String>>, SubscriptionEnd> {
        if !self.collection.belongs_to_calculations() {
            return Ok(None);
        }
        let kept = events.filter(|change| change.kind != ChangeKind::Delete);
        let ids: BTreeSet<String> = kept.map(|change| change.id.clone()).collect();
        let (ids, mut shown) = (Vec::from_iter(ids), HashSet::new());
        for ids in ids.chunks(AT_ONCE) {
            shown.extend(store.shown(&self.collection, ids).await?);
        }
        Ok(Some(shown))
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
