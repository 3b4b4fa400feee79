//! The feed of revocations, for those who check tokens by themselves.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::header::CACHE_CONTROL, web::Data};
use service_kit::{
    body::Json,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    problem::Problem,
    server::Draining,
};
use shared_models::revocations::{CalculationEnd, CalculationEnded, RevocationPage};

use super::{acting::Acting, refusals, state::State};

/// The longest wait, in seconds.
const MAX_WAIT: u64 = 30;

/// Where the feed is read from, and how long to wait for something new, in seconds.
pub(super) struct FeedParameters {
    after: i64,
    wait: u64,
}

impl FromParameters for FeedParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self {
            after: reader.size("after", 0, i64::MAX).unwrap_or_default(),
            wait: reader.size("wait", 0, MAX_WAIT).unwrap_or_default(),
        }
    }
}

/// Follow revocations
///
/// A long poll: returns immediately if there are entries after the cursor, else as soon as there is one, or after
/// `wait` seconds with none. Start at 0 and continue with `next`. Refuse an access token if an entry names its `sub`
/// (`subject`), its `sid` or else its `jti` (`session`), its `client_id` (`key`) or one of its `roles` or `from_roles`
/// (`role`), and its `iat` is before `not_before`. For a `role`, compare its `roles_at` if it has one; for a `session`,
/// refuse it whatever its `iat` is. Forget the entry at `expires_at`. No entry is ever added before a cursor that was
/// returned.
#[utoipa::path(
    get, path = "/auth/revocations", tag = "Revocation",
    security(("oauth2" = ["revocations:read"]), ("bearer" = [])),
    params(
        ("after" = Option<i64>, Query, description = "`next` of the previous answer. Default 0", minimum = 0),
        ("wait" = Option<u64>, Query, description = "Seconds to wait for an entry. Default 0", minimum = 0, maximum = 30),
    ),
    responses((status = 200, description = "The revocations after the cursor, perhaps none", body = RevocationPage), refusals::Caller, refusals::Scope),
)]
pub(super) async fn follow(
    Acting(_): Acting,
    parameters: Parameters<FeedParameters>,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let FeedParameters { after, wait } = parameters.accept()?;
    let draining = request.app_data::<Data<Draining>>().cloned();
    let page = tokio::select! {
        page = state.auth.revocations(after, Duration::from_secs(wait)) => page?,
        // Those who wait continue at another replica.
        () = Draining::begun(draining.as_ref().map(Data::get_ref)) => RevocationPage { entries: Vec::new(), next: after },
    };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(page))
}

/// End the job grants of a calculation
///
/// Called by resource-service when a calculation is finished.
#[utoipa::path(
    post, path = "/auth/revocations", tag = "Revocation", request_body = CalculationEnd,
    security(("oauth2" = ["revocations:write"]), ("bearer" = [])),
    responses((status = 200, description = "What was revoked", body = CalculationEnded), refusals::Caller, refusals::Scope, refusals::Body),
)]
pub(super) async fn end_calculation(
    Acting(actor): Acting,
    _: NoParameters,
    input: Json<CalculationEnd>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let ended = state.auth.end_job_grants(&actor, &input.calculation).await?;
    Ok(HttpResponse::Ok().json(CalculationEnded { ended }))
}
