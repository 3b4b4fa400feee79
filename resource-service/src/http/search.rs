//! `GET /api/search`.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{
    caller::Caller,
    parameters::{FromParameters, ParameterReader, Parameters},
    problem::Problem,
};

use super::{conditions::UNCACHED, handler::HandlerResult};
use crate::{
    domain::search::Sought,
    ops::{
        Service,
        search::{self, DEFAULT_LIMIT, MAX_LIMIT},
    },
};

/// What is looked for.
pub struct SearchParameters {
    sought: Option<Sought>,
    limit: usize,
}

impl FromParameters for SearchParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let limit = reader.size("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        let text = reader.required("q");
        let sought = if text.is_empty() { None } else { read(&text, reader) };
        Self { sought, limit }
    }
}

fn read(text: &str, reader: &mut ParameterReader) -> Option<Sought> {
    Sought::read(text).map_err(|message| reader.refuse("q", "size", message)).ok()
}

/// Documents of all collections.
pub async fn search(
    parameters: Parameters<SearchParameters>,
    service: web::Data<Service>,
    caller: Caller,
) -> HandlerResult {
    service.readable(&caller.claims)?;
    let SearchParameters { sought, limit } = parameters.accept()?;
    let sought = sought.ok_or_else(|| Problem::internal("a search for nothing was accepted"))?;
    let found = search::search(&service, &caller.claims, &sought, limit);
    let found = service.within_limit(found).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(found))
}
