//! A client: a service with tokens of its own, or an API key that acts for its user. Knows no secret, only hashes.

use service_kit::random::Random;
use shared_models::clients::{ApiKeyView, ClientView, GrantType, SECRET_PREFIX};
use time::OffsetDateTime;

use super::{
    refresh_token::{Digest, Secret},
    roles::StoredScopes,
    user::User,
};

/// How many secrets are valid at the same time: the new one and the one that it replaces.
const MAX_SECRETS: usize = 2;

/// A client as the store keeps it. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The id it authenticates with.
    pub id: String,
    /// The display name.
    pub name: String,
    /// The user it acts for, if it is an API key.
    pub owner: Option<String>,
    /// The project that it belongs to, if it is a service account.
    pub project: Option<String>,
    /// The `keys_version` of the user when the key was made; 0 on a service.
    pub keys_version: i64,
    /// The scopes that its tokens may have.
    pub scopes: StoredScopes,
    /// The grants that it may use.
    pub grants: Vec<GrantType>,
    /// Grants that a later version gave it, by name: kept and not used.
    pub other_grants: Vec<String>,
    /// Newest first.
    pub secrets: Vec<ClientSecret>,
    /// Whether it is refused tokens.
    pub disabled: bool,
    /// Access tokens issued before this second since the Unix epoch are refused; 0 refuses none.
    pub not_before: i64,
    /// When it expires.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last received a token, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
    /// Raised by every change; a change names the version that it is based on.
    pub version: i64,
}

/// A secret of a client, as it is kept.
///
/// SHA-256 is enough: 256 random bits cannot be guessed as a password can, and a slow hash would make each token
/// request as expensive as a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// SHA-256 of the secret.
    pub digest: Digest,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it expires; absent on the newest.
    pub expires_at: Option<OffsetDateTime>,
}

/// What a store keeps as the owner of a client: a user's id, or this and a project's id. Programs before service accounts find no
/// user of such an id, and give the client no token.
const OF_PROJECT: &str = "project:";

/// What a store keeps as the owner of a service account of this project.
pub fn owner_of_project(project: &str) -> String {
    format!("{OF_PROJECT}{project}")
}

/// The user and the project of a client, from what a store keeps as its owner.
pub fn read_owner(stored: Option<String>) -> (Option<String>, Option<String>) {
    match stored.as_deref().and_then(|stored| stored.strip_prefix(OF_PROJECT)) {
        Some(project) => (None, Some(project.to_owned())),
        None => (stored, None),
    }
}

/// The grants that this version knows, and the names of the others.
pub fn read_grants(names: Vec<String>) -> (Vec<GrantType>, Vec<String>) {
    let (mut known, mut others) = (Vec::new(), Vec::new());
    for name in names {
        match GrantType::from_name(&name) {
            Some(grant) => known.push(grant),
            None => others.push(name),
        }
    }
    (known, others)
}

impl Client {
    /// The names of all its grants, as the store keeps them.
    pub fn grant_names(&self) -> Vec<String> {
        let known = self.grants.iter().map(|grant| grant.name().to_owned());
        known.chain(self.other_grants.iter().cloned()).collect()
    }

    /// What a store keeps as its owner.
    pub fn stored_owner(&self) -> Option<String> {
        self.owner.clone().or_else(|| self.project.as_deref().map(owner_of_project))
    }

    /// Whether `secret` is a valid one now.
    pub fn is_proven_by(&self, secret: &str, now: OffsetDateTime) -> bool {
        let Some(secret) = secret.strip_prefix(SECRET_PREFIX).and_then(Secret::parse) else { return false };
        self.good_secrets(now).any(|kept| secret.is_behind(&kept.digest))
    }

    /// Whether it may receive tokens now.
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        !self.disabled && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it may use this grant. Every API key may exchange its own token for a job's.
    pub fn may(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant) || (self.owner.is_some() && grant == GrantType::TokenExchange)
    }

    /// Whether it is an API key of this user that was suspended: they were disabled, or their password was reset, since
    /// it was made. Enabling them again does not revive it.
    pub fn is_suspended(&self, owner: &User) -> bool {
        self.owner.is_some() && self.keys_version != owner.keys_version
    }

    /// The client with a new secret; the current one is valid until `old_until`.
    pub fn with_secret(
        &self,
        now: OffsetDateTime,
        old_until: OffsetDateTime,
        random: &dyn Random,
    ) -> (Self, String) {
        let secret = Secret::new(random);
        let new = ClientSecret { digest: secret.digest(), created_at: now, expires_at: None };
        let old = self.good_secrets(now).map(|kept| ClientSecret {
            expires_at: Some(kept.expires_at.map_or(old_until, |end| end.min(old_until))),
            ..*kept
        });
        let secrets = std::iter::once(new).chain(old.filter(|kept| kept.expires_at > Some(now)));
        let next =
            Self { secrets: secrets.take(MAX_SECRETS).collect(), version: self.version + 1, ..self.clone() };
        (next, format!("{SECRET_PREFIX}{}", secret.expose()))
    }

    fn good_secrets(&self, now: OffsetDateTime) -> impl Iterator<Item = &ClientSecret> {
        self.secrets.iter().filter(move |kept| kept.expires_at.is_none_or(|end| now < end))
    }

    /// What administrators may see of a service.
    pub fn view(&self, now: OffsetDateTime) -> ClientView {
        ClientView {
            client_id: self.id.clone(),
            name: self.name.clone(),
            scopes: self.scopes.names(),
            grants: self.grants.clone(),
            disabled: self.disabled,
            secrets: self.good_secrets(now).count(),
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }

    /// What its user, and administrators, may see of an API key.
    pub fn key_view(&self, suspended: bool) -> ApiKeyView {
        ApiKeyView {
            client_id: self.id.clone(),
            name: self.name.clone(),
            scopes: self.scopes.names(),
            suspended,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

    fn client() -> (Client, String) {
        let none = Client {
            id: "c".into(),
            name: "loader".into(),
            owner: None,
            project: None,
            keys_version: 0,
            scopes: StoredScopes::default(),
            grants: vec![GrantType::ClientCredentials],
            other_grants: Vec::new(),
            secrets: Vec::new(),
            disabled: false,
            not_before: 0,
            expires_at: None,
            created_at: NOW,
            last_used_at: None,
            version: 0,
        };
        none.with_secret(NOW, NOW, &OsRandom)
    }

    #[test]
    fn a_secret_proves_its_client_alone() {
        let ((first, secret), (second, _)) = (client(), client());
        assert!(secret.starts_with("tsk_") && first.is_proven_by(&secret, NOW));
        assert!(!second.is_proven_by(&secret, NOW));
        for wrong in ["", "tsk_", &secret[4..], &format!("{secret} ")] {
            assert!(!first.is_proven_by(wrong, NOW), "{wrong:?}");
        }
        assert!(!format!("{first:?}").contains(&secret[4..]));
    }

    #[test]
    fn two_secrets_are_good_while_one_replaces_the_other_and_never_three() {
        let (client, first) = client();
        let day = NOW + Duration::days(1);
        let (client, second) = client.with_secret(NOW, day, &OsRandom);
        assert!(client.is_proven_by(&first, NOW) && client.is_proven_by(&second, NOW));
        assert!(!client.is_proven_by(&first, day) && client.is_proven_by(&second, day));
        let (client, third) = client.with_secret(NOW, day, &OsRandom);
        assert!(!client.is_proven_by(&first, NOW));
        assert!(client.is_proven_by(&second, NOW) && client.is_proven_by(&third, NOW));
        let (client, _) = client.with_secret(NOW, NOW, &OsRandom);
        assert!(!client.is_proven_by(&third, NOW) && client.secrets.len() == 1);
    }

    #[test]
    fn a_client_may_what_it_was_given_and_a_key_exchanges_its_own_token() {
        let (service, _) = client();
        let key = Client { owner: Some("ada".into()), ..service.clone() };
        for (grant, of_service, of_key) in [
            (GrantType::ClientCredentials, true, true),
            (GrantType::RefreshToken, false, false),
            (GrantType::Password, false, false),
            (GrantType::TokenExchange, false, true),
        ] {
            assert_eq!((service.may(grant), key.may(grant)), (of_service, of_key), "{grant:?}");
        }
    }

    #[test]
    fn an_expired_or_disabled_client_gets_nothing() {
        let (client, _) = client();
        let key = Client { expires_at: Some(NOW), ..client.clone() };
        assert!(client.is_live(NOW) && !key.is_live(NOW));
        assert!(!Client { disabled: true, ..client }.is_live(NOW));
    }
}
