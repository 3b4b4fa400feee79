//! The endpoints of reviews beside those that every collection has: a caller's queue, and the verdicts on a calculation.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{
    budget::Lease,
    caller::Caller,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
};

use super::{body::JSON, conditions::UNCACHED, handler::HandlerResult};
use crate::ops::{
    Service,
    reviews::{
        queue::{self, DEFAULT_LIMIT, MAX_LIMIT, QueuePage, Reason},
        verdicts,
    },
};

impl FromParameters for QueuePage {
    fn read(reader: &mut ParameterReader) -> Self {
        let limit = reader.size("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        let names = Reason::ALL.map(Reason::name).join(", ");
        let expected = format!("one or more of {names}, separated by commas");
        let reasons = reader.parsed("reason", "enum", &expected, reasons);
        let reasons = reasons.unwrap_or_else(|| Reason::ALL.into_iter().collect());
        Self { limit, after: reader.text("after"), reasons }
    }
}

fn reasons(text: &str) -> Option<BTreeSet<Reason>> {
    text.split(',').map(|name| Reason::ALL.into_iter().find(|reason| reason.name() == name)).collect()
}

/// `GET /api/reviews/queue`
pub async fn queue(
    parameters: Parameters<QueuePage>,
    service: web::Data<Service>,
    caller: Caller,
) -> HandlerResult {
    service.check_reviews(&caller.claims)?;
    let asked = parameters.accept()?;
    let page = service.within_limit(queue::page(&service, &caller.claims, &asked)).await?;
    Ok(answer(page))
}

/// `GET /api/calculations/{id}/verdicts`
pub async fn verdicts(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    id: web::Path<String>,
) -> HandlerResult {
    let listed = service.within_limit(verdicts::list(&service, &caller.claims, &id)).await?;
    Ok(answer(listed))
}

fn answer((text, lease): (String, Lease)) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, UNCACHED)).content_type(JSON);
    // It is released once the answer has been sent.
    answer.extensions_mut().insert(lease);
    answer.body(text)
}
