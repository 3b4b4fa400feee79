//! Changes some members of a document: by a merge patch (RFC 7396) or by a JSON patch (RFC 6902).

use serde_json::{Map, Value};
use shared_models::problem::FieldError;

pub use super::change::WriteTarget;
use super::{
    Service,
    change::{Effect, without_echo},
    error::ResourceError,
    policy::Verb,
    shown::{Record, Shown},
};
use crate::domain::{
    document::Meta,
    merge::merge,
    patch::{MAX_OPERATIONS, Patch, apply, reads},
    pointer,
};

/// Merges `patch`, which had so many bytes of text, into the document.
pub async fn patch(
    service: &Service,
    target: WriteTarget<'_>,
    patch: Map<String, Value>,
    bytes: usize,
) -> Result<Shown, ResourceError> {
    let change = move |record: &Record, mut members| {
        merge(&mut members, without_echo(record, &patch)?);
        Ok(members)
    };
    target.update(service, Effect::Changes, bytes, change).await
}

/// Applies the operations of `patch`, which had so many bytes of text, to the document, all or none. They see those system
/// members that the caller is shown, and may test them.
/// Operations that read what is stored need the scope that reads it.
pub async fn operate(
    service: &Service,
    target: WriteTarget<'_>,
    patch: Patch,
    bytes: usize,
) -> Result<Shown, ResourceError> {
    if patch.len() > MAX_OPERATIONS {
        let message =
            format!("a patch may have at most {MAX_OPERATIONS} operations; this one has {}", patch.len());
        return Err(ResourceError::Invalid(vec![FieldError::at("", "maxItems", message)]));
    }
    let reader = service.admit(target.claims, target.collection, Verb::Read);
    let may_read = reader.is_ok();
    if reads(&patch) {
        reader?;
    }
    let change = move |record: &Record, members| patched(record, members, &patch);
    let patched = target.update(service, Effect::Changes, bytes, change).await;
    patched.map_err(|error| match error {
        // Which operation fails, and what is wrong with the result, would reveal what is stored.
        ResourceError::Invalid(_) | ResourceError::Unpatchable(_) if !may_read => unexplained(),
        error => error,
    })
}

fn unexplained() -> ResourceError {
    let message =
        "the patch does not apply, or its result is not valid; why is shown to callers with the read scope";
    ResourceError::Invalid(vec![FieldError::at("", "patch", message)])
}

fn patched(
    record: &Record,
    members: Map<String, Value>,
    patch: &Patch,
) -> Result<Map<String, Value>, ResourceError> {
    let own = record.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let mut document = Value::Object(own.chain(members).collect());
    apply(&mut document, patch)?;
    let fault = |place: String, code: &str, message: String| {
        ResourceError::Invalid(vec![FieldError::at(place, code, message)])
    };
    let Value::Object(mut members) = document else {
        return Err(fault(String::new(), "type", "the result of the patch is not a JSON object".into()));
    };
    for (name, value) in record {
        if members.get(*name) != Some(value) {
            let message = format!("{name:?} is set by the service; leave it as it is");
            return Err(fault(pointer("", name), "readOnly", message));
        }
        members.shift_remove(*name);
    }
    let faults = Meta::take_echo(&[], &mut members);
    if !faults.is_empty() {
        return Err(ResourceError::Invalid(faults));
    }
    Ok(members)
}
