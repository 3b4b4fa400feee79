//! The log of memberships, for those who decide by them without asking.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::{Bytes, Data},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use service_kit::{
    parameters::{FromParameters, ParameterReader, Parameters},
    problem::Problem,
    server::Draining,
};
use shared_models::{problem::ProblemCode, projects::MembershipPage};

use super::{acting::Acting, refusals, state::State};

/// The longest wait, in seconds.
const MAX_WAIT: u64 = 30;
/// Facts that are sent together.
const TOGETHER: usize = 200;

/// Where the log is read from, and how long to wait for something new, in seconds.
pub(super) struct LogParameters {
    after: Option<i64>,
    wait: u64,
}

impl FromParameters for LogParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self {
            after: reader.size("after", 0, i64::MAX),
            wait: reader.size("wait", 0, MAX_WAIT).unwrap_or_default(),
        }
    }
}

/// Follow memberships
///
/// Without `after`: everything as it is now, as NDJSON. Its first line has `next` and `personal`, each other one a fact, and the last
/// one `"complete": true`; without it the answer is incomplete. With `after` a long poll of what was changed since: continue with `next`.
/// Each fact is the state from then on, whatever was sent before, so that reading one twice does no harm. Where `personal` is true
/// each user owns a project that has the user's id, of which the log says nothing. Entries are kept for a day: a reader that was away
/// for longer gets 410 and reads everything again.
#[utoipa::path(
    get, path = "/auth/memberships", tag = "Projects",
    security(("oauth2" = ["memberships:read"]), ("bearer" = [])),
    params(
        ("after" = Option<i64>, Query, description = "`next` of the previous answer; everything if absent", minimum = 0),
        ("wait" = Option<u64>, Query, description = "Seconds to wait for an entry. Default 0", minimum = 0, maximum = 30),
    ),
    responses(
        (status = 200, description = "The entries after the cursor, perhaps none; or everything, as NDJSON", content(
            (MembershipPage = "application/json"),
            (String = "application/x-ndjson"),
        )),
        refusals::Caller, refusals::Scope, refusals::Expired,
    ),
)]
pub(super) async fn follow(
    Acting(_): Acting,
    parameters: Parameters<LogParameters>,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let LogParameters { after, wait } = parameters.accept()?;
    let Some(after) = after else { return everything(&state).await };
    let draining = request.app_data::<Data<Draining>>().cloned();
    let page = tokio::select! {
        page = state.auth.memberships_after(after, Duration::from_secs(wait)) => page?,
        // Those who wait continue at another replica.
        () = Draining::begun(draining.as_ref().map(Data::get_ref)) => Some(state.auth.no_memberships(after)),
    };
    let page = page.ok_or_else(|| {
        Problem::new(
            ProblemCode::Gone,
            "The log no longer has the entries after this one; read everything again, without after",
        )
    })?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(page))
}

async fn everything(state: &State) -> Result<HttpResponse, Problem> {
    let snapshot = state.auth.all_memberships().await?;
    let first = format!("{}\n", json!({"next": snapshot.next, "personal": snapshot.personal}));
    let last = format!("{}\n", json!({"complete": true}));
    let facts = snapshot.facts.map_err(Problem::from).and_then(async |fact| {
        let fact = serde_json::to_string(&fact).map_err(Problem::internal)?;
        Ok(fact + "\n")
    });
    let lines = stream::iter([Ok(first)]).chain(facts).chain(stream::iter([Ok(last)]));
    let pieces = lines.try_chunks(TOGETHER).map(|lines| match lines {
        Ok(lines) => Ok(Bytes::from(lines.concat())),
        // What came before it is left out too: the reader begins again.
        Err(error) => Err(error.1),
    });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .streaming(pieces))
}
