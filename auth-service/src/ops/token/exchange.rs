//! A job grant (RFC 8693): a user or a service delegates some of its scopes, for one calculation, to a cluster job.
//!
//! The job refreshes its grant for as long as it runs, without a password or a key that would outlive it. The grant
//! ends with the calculation, or with its grantors: the user, and the key or service that acted for them.

use shared_models::{
    claims::{AuthorizationDetail, CALCULATION},
    clients::GrantType,
    scope::ScopeSet,
};

use super::{Issued, OAuthError, may};
use crate::{
    domain::{
        audit::Action,
        client::Client,
        session::{Delegation, Lifetimes, Login, Session},
    },
    ops::{Auth, AuthError, FIRST_PARTY, JOB_CLIENT, Origin, audit::Act},
    store::AT_ONCE,
};

/// Longest id of a calculation, in bytes.
const MAX_ID: usize = 128;

/// A token exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The access token to exchange.
    pub subject_token: String,
    /// What the job may do.
    pub scope: Option<ScopeSet>,
    /// `authorization_details` (RFC 9396): each limit.
    pub details: Vec<AuthorizationDetail>,
    /// What the client calls itself.
    pub device: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
}

impl Auth {
    /// Exchanges a token. `client` is who acts, where it proved who it is: it must have been given this grant. The
    /// token of a client that has a secret is exchanged only by one that proves who it is, that of a login by anyone
    /// who has it.
    pub async fn exchange_token(
        &self,
        client: Option<&Client>,
        asked: Exchange,
    ) -> Result<Issued, OAuthError> {
        if let Some(client) = client {
            may(client, GrantType::TokenExchange)?;
        }
        let calculation = calculation(&asked.details)?;
        let Some(scope) = asked.scope.filter(|scope| !scope.is_empty()) else {
            return Err(OAuthError::InvalidScope("scope: give the scopes of the job".into()));
        };
        let claims = self.verifier.verify(&asked.subject_token);
        let claims = claims.map_err(|why| OAuthError::InvalidGrant(format!("subject_token: {why}")))?;
        if claims.act.is_some() || !claims.authorization_details.is_empty() {
            return Err(OAuthError::InvalidGrant("subject_token: a job grant cannot be exchanged".into()));
        }
        // Read before the token is judged: what ends its user's sessions after that ends this one too.
        let user = self.store.user(&claims.sub).await?;
        let actor = self.actor(&claims, asked.origin.clone()).await?;
        if actor.client_id != FIRST_PARTY {
            let client = client.ok_or(OAuthError::InvalidClient)?;
            // Anybody can make themselves a key: it proves no more than whose token it may exchange.
            if client.owner.is_some() && client.id != actor.client_id {
                return Err(OAuthError::UnauthorizedClient);
            }
        }
        actor.require_all(&scope)?;
        self.throttle_exchange(&actor.subject).await?;
        let acting = client.map_or(JOB_CLIENT, |client| client.id.as_str());
        let delegation = Delegation {
            calculation: calculation.clone(),
            actor: acting.to_owned(),
            through: Some(actor.client_id.clone()).filter(|client| client != FIRST_PARTY),
        };
        let login = Login {
            token_version: user.as_ref().map_or(0, |user| user.token_version),
            user_id: actor.subject.clone(),
            client_id: JOB_CLIENT.into(),
            scope: Some(scope.clone()),
            delegation: Some(delegation),
            device: asked.device,
            address: asked.origin.address.map(|address| address.to_string()),
        };
        let lifetimes = Lifetimes { idle: self.policy.job_idle, absolute: self.policy.job_ttl };
        let (session, token) = Session::open(login, lifetimes, self.now(), self.env.random.as_ref());
        let from_roles = user.as_ref().map_or(&[][..], |user| &user.roles);
        if let Some(why) = self.session_too_wide(&session, &scope, &[], from_roles)? {
            return Err(OAuthError::InvalidScope(format!("scope: {why}")));
        }
        let act = Act::new(Action::JobGranted)
            .by(&actor.subject, acting)
            .to("calculation", &calculation)
            .saying(format!("session {} for {scope}", session.id));
        self.open_session(&session, &self.entry(&asked.origin, act)).await?;
        let grant = self.grant(&session, token, None).await?.ok_or(AuthError::UserGone)?;
        if let Some(client) = client {
            self.touch(client);
        }
        Ok(Issued::of(grant, Some(calculation)))
    }

    /// Ends every grant of a calculation that is finished; how many.
    pub async fn end_job_grants(
        &self,
        actor: &crate::ops::Actor,
        calculation: &str,
    ) -> Result<u64, AuthError> {
        let mut all = 0;
        loop {
            // A step has an entry of its own: each is done by itself.
            let entry = self.entry_of(actor, Act::new(Action::JobGrantsEnded).to("calculation", calculation));
            let clock = &self.revocation_clock;
            let ended = self.store.end_job_grants(calculation, AT_ONCE, clock, &entry).await?;
            all += ended;
            if ended < u64::from(AT_ONCE) {
                return Ok(all);
            }
        }
    }
}

/// The one calculation that the details name.
fn calculation(details: &[AuthorizationDetail]) -> Result<String, OAuthError> {
    let refused = |why: String| Err(OAuthError::InvalidDetails(why));
    let [AuthorizationDetail { kind, identifier }] = details else {
        return refused(format!(
            "expected exactly 1 element, such as [{{\"type\":\"calculation\",\"identifier\":\"ID\"}}], got {}",
            details.len()
        ));
    };
    if kind != CALCULATION {
        return refused(format!("unknown type {kind:?}; expected {CALCULATION:?}"));
    }
    if identifier.is_empty() || identifier.len() > MAX_ID || identifier.chars().any(char::is_control) {
        return refused(format!("identifier: expected 1 to {MAX_ID} bytes without control characters"));
    }
    Ok(identifier.clone())
}
