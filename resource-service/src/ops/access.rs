//! Shows an administrator of a collection why somebody can, or cannot, see and change a document.

use shared_models::{
    claims::AccessClaims,
    documents::{AccessReport, HiddenField, Verdict},
    scope::ScopeSet,
};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::domain::hidden::Hidden;

/// Somebody who is asked about.
pub struct Person {
    /// Their `sub`.
    pub subject: String,
    /// The scope that their tokens carry.
    pub scope: ScopeSet,
}

/// What this person may do with the document, and why.
pub async fn access(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    person: &Person,
) -> Result<AccessReport, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Administer)?;
    let found = service.store.get(&permit.collection, id, service.clock.now()).await?;
    let access = &permit.collection.access;
    let hidden = Hidden::from(&access.hidden, |scope| person.scope.covers(scope));
    let hidden = hidden.fields().iter();
    let shared = found.as_ref().is_some_and(|found| access.shares(&found.json));
    let owner = found.map(|found| found.owner);
    let verdict = |needed: &str, shared| {
        verdict(&permit, id, owner.as_deref().map(|owner| (owner, shared)), person, needed)
    };
    let mut write = verdict(&access.write, false);
    if write.allowed && !person.scope.covers(&access.read) {
        write.reasons.push(format!(
            "they lack the scope {}: answers to their writes show _id and _revision only, and restoring or reading by a JSON Patch is refused",
            access.read
        ));
    }
    Ok(AccessReport {
        id: id.to_owned(),
        exists: owner.is_some(),
        read: verdict(&access.read, shared),
        write,
        hidden: hidden
            .map(|(field, scope)| HiddenField { field: field.to_string(), scope: scope.clone() })
            .collect(),
        owner,
        subject: person.subject.clone(),
    })
}

/// Whether the person may do what takes the scope `needed`, by the rules of [`Service::admit`] and [`Permit::reached`].
/// `found` says whose the document is, and whether it is open to others for this.
fn verdict(
    permit: &Permit<'_>,
    id: &str,
    found: Option<(&str, bool)>,
    person: &Person,
    needed: &str,
) -> Verdict {
    let access = &permit.collection.access;
    let (mut against, mut reasons) = (Vec::new(), Vec::new());
    if person.scope.covers(needed) {
        reasons.push(format!("they hold the scope {needed}"));
    } else {
        against.push(format!("they lack the scope {needed}"));
    }
    match found {
        None => against.push(format!("there is no document {id:?} now")),
        Some(_) if !access.owner_only => {}
        Some((owner, _)) if owner == person.subject => reasons.push("the document is theirs".to_owned()),
        Some(_) if person.scope.covers(&access.admin) => {
            reasons.push(format!("the document is another's, and they hold the scope {}", access.admin));
        }
        Some((_, true)) => reasons.push("the document is another's, and is shared".to_owned()),
        Some((owner, false)) => against.push(format!(
            "the document is {owner}'s, and without the scope {} one reaches only one's own",
            access.admin
        )),
    }
    if against.is_empty() {
        Verdict { allowed: true, reasons }
    } else {
        Verdict { allowed: false, reasons: against }
    }
}
