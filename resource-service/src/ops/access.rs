//! Tells an administrator of a collection why somebody can, or cannot, see and change a document.

use shared_models::{
    claims::AccessClaims,
    documents::{AccessReport, HiddenField, Verdict},
    problem::FieldError,
    scope::ScopeSet,
};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::domain::hidden::Hidden;

/// Somebody who is asked about.
struct Person {
    subject: String,
    scope: ScopeSet,
}

/// What the decoded `parameters` ask: `subject`, and the `scope` that their tokens carry.
pub async fn access(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    parameters: &[(String, String)],
) -> Result<AccessReport, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Administer)?;
    let person = person(parameters).map_err(ResourceError::Invalid)?;
    let found = service.store.get(&permit.collection, id, service.clock.now()).await?;
    let owner = found.map(|found| found.owner);
    let access = &permit.collection.access;
    let hidden = Hidden::from(&access.hidden, |scope| person.scope.covers(scope));
    let hidden = hidden.fields().iter();
    let verdict = |needed: &str| verdict(&permit, id, owner.as_deref(), &person, needed);
    let mut write = verdict(&access.write);
    if write.allowed && !person.scope.covers(&access.read) {
        write.reasons.push(format!(
            "they lack the scope {}: answers to their writes show _id and _revision only, and restoring or reading by a JSON Patch is refused",
            access.read
        ));
    }
    Ok(AccessReport {
        id: id.to_owned(),
        exists: owner.is_some(),
        read: verdict(&access.read),
        write,
        hidden: hidden
            .map(|(field, scope)| HiddenField { field: field.to_string(), scope: scope.clone() })
            .collect(),
        owner,
        subject: person.subject,
    })
}

fn person(parameters: &[(String, String)]) -> Result<Person, Vec<FieldError>> {
    let mut faults = Vec::new();
    let mut given = |name: &str| {
        let mut values =
            parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => return Some(value),
            (None, _) => {
                faults.push(FieldError::in_parameter(name, "required", format!("{name} is missing")));
            }
            (Some(_), Some(_)) => {
                let message = format!("parameter {name:?} is given more than once");
                faults.push(FieldError::in_parameter(name, "duplicate", message));
            }
        }
        None
    };
    let (subject, scope) = (given("subject"), given("scope"));
    let scope = scope.and_then(|scope| {
        scope
            .parse()
            .map_err(|fault| faults.push(FieldError::in_parameter("scope", "type", format!("{fault}"))))
            .ok()
    });
    for (name, _) in parameters.iter().filter(|(name, _)| !["subject", "scope"].contains(&name.as_str())) {
        faults.push(FieldError::in_parameter(
            name,
            "parameter",
            "unknown parameter; known are subject and scope",
        ));
    }
    match (subject, scope) {
        (Some(subject), Some(scope)) if faults.is_empty() => {
            Ok(Person { subject: subject.to_owned(), scope })
        }
        _ => Err(faults),
    }
}

/// Whether the person may do what takes the scope `needed`, by the rules of [`Service::admit`] and [`Permit::reaches`].
fn verdict(permit: &Permit<'_>, id: &str, owner: Option<&str>, person: &Person, needed: &str) -> Verdict {
    let access = &permit.collection.access;
    let (mut against, mut reasons) = (Vec::new(), Vec::new());
    if person.scope.covers(needed) {
        reasons.push(format!("they hold the scope {needed}"));
    } else {
        against.push(format!("they lack the scope {needed}"));
    }
    match owner {
        None => against.push(format!("there is no document {id:?} now")),
        Some(_) if !access.owner_only => {}
        Some(owner) if owner == person.subject => reasons.push("the document is theirs".to_owned()),
        Some(_) if person.scope.covers(&access.admin) => {
            reasons.push(format!("the document is another's, and they hold the scope {}", access.admin));
        }
        Some(owner) => against.push(format!(
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
