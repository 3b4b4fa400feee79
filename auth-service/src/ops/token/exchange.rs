//! A job grant (RFC 8693): a user or a service hands some of its scopes, for one calculation, on to a cluster job.
//!
//! The job renews what it got for as long as it runs, without a password or a key that would outlive it. The grant
//! ends with the calculation, or with whoever gave it: the user, and the key or service that asked in their name.

use shared_models::{claims::CALCULATION, scope::ScopeSet};

use super::{Issued, JOB_CLIENT, OAuthError};
use crate::{
    domain::{
        audit::Action,
        client::Client,
        session::{Delegation, Lifetimes, Login, Session},
    },
    ops::{Auth, AuthError, FIRST_PARTY, Origin, audit::Act},
    store::AT_ONCE,
};

/// Longest id of a calculation, in bytes.
const MAX_ID: usize = 128;

/// What is exchanged for what.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The access token of whoever hands on.
    pub subject_token: String,
    /// What the job may do.
    pub scope: Option<ScopeSet>,
    /// `authorization_details` (RFC 9396): the kind and the identifier of each limit.
    pub details: Vec<(String, String)>,
    /// What the client calls itself.
    pub device: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
}

impl Auth {
    /// Hands on. `client` is who acts, where it proved who it is.
    pub async fn exchange_token(
        &self,
        client: Option<&Client>,
        asked: Exchange,
    ) -> Result<Issued, OAuthError> {
        let calculation = calculation(&asked.details)?;
        let Some(scope) = asked.scope.filter(|scope| !scope.is_empty()) else {
            return Err(OAuthError::InvalidScope("scope: name what the job may do".into()));
        };
        let claims = self.verifier.verify(&asked.subject_token);
        let claims = claims.map_err(|why| OAuthError::InvalidGrant(format!("subject_token: {why}")))?;
        if claims.act.is_some() || !claims.authorization_details.is_empty() {
            return Err(OAuthError::InvalidGrant(
                "subject_token: a job cannot hand on what it was given".into(),
            ));
        }
        // Read before the token is judged: what ends its user's sessions after that ends this one too.
        let user = self.store.user(&claims.sub).await?;
        let actor = self.actor(&claims, asked.origin.clone()).await?;
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
        let lifetimes = Lifetimes { absolute: self.policy.job_ttl, ..self.policy.lifetimes };
        let (session, token) = Session::open(login, lifetimes, self.now(), self.env.random.as_ref());
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
fn calculation(details: &[(String, String)]) -> Result<String, OAuthError> {
    let [(kind, identifier)] = details else {
        return Err(OAuthError::InvalidRequest(
            "authorization_details: exactly one, such as [{\"type\":\"calculation\",\"identifier\":\"ID\"}]"
                .into(),
        ));
    };
    if kind != CALCULATION {
        return Err(OAuthError::InvalidTarget(format!("authorization_details: no such type {kind:?}")));
    }
    if identifier.is_empty() || identifier.len() > MAX_ID || identifier.chars().any(char::is_control) {
        return Err(OAuthError::InvalidTarget(
            "authorization_details: that is no id of a calculation".into(),
        ));
    }
    Ok(identifier.clone())
}
