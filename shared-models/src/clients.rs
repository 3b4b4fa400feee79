//! Request and response bodies for clients and API keys.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{listed, scope::ScopeSet};

/// What the secret of every client and API key begins with, so that scanners find one in a repository.
pub const SECRET_PREFIX: &str = "tsk_";

listed! {
    /// A way to get a token (RFC 6749 section 1.3) that a client may be allowed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum GrantType {
        /// The client's own token.
        ClientCredentials,
        /// The next token of a session that the client opened.
        RefreshToken,
        /// A user's token for their password. RFC 9700 section 2.4 advises against it.
        Password,
        /// A narrower token for one calculation, in exchange for another (RFC 8693).
        #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
        TokenExchange,
    }
}

impl GrantType {
    /// Its name in requests and in metadata (RFC 8414 section 2).
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::Password => "password",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// Reads [`GrantType::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }
}

/// Body of `POST /auth/clients`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// The display name.
    #[schema(example = "loader")]
    pub name: String,
    /// The scopes that its tokens may have.
    #[schema(example = json!(["calculations:read", "calculations:write"]))]
    pub scopes: Vec<String>,
    /// The grants that it may use; `client_credentials` if absent.
    #[serde(default)]
    pub grants: Option<Vec<GrantType>>,
}

/// Body of `PATCH /auth/clients/{id}`: what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// The display name.
    #[serde(default)]
    pub name: Option<String>,
    /// The scopes that its tokens may have.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// The grants that it may use.
    #[serde(default)]
    pub grants: Option<Vec<GrantType>>,
    /// Whether it is refused tokens.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// Body of `POST /auth/clients/{id}/secret`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// Seconds for which the current secret stays valid, so that every copy can be replaced; a day if absent.
    #[serde(default)]
    #[schema(example = 86_400)]
    pub keep_old_for: Option<u64>,
}

/// A client, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientView {
    /// The id it authenticates with.
    pub client_id: String,
    /// The display name.
    pub name: String,
    /// The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
    /// and grants nothing.
    #[schema(value_type = Vec<String>)]
    pub scopes: Vec<String>,
    /// The grants that it may use.
    pub grants: Vec<GrantType>,
    /// Whether it is refused tokens.
    pub disabled: bool,
    /// How many secrets are valid now: two while one replaces the other.
    pub secrets: usize,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub created_at: OffsetDateTime,
    /// When it last received a token, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<OffsetDateTime>,
}

/// A client with its new secret, which is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ClientWithSecret {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// The secret.
    pub client_secret: String,
}

/// Body of `POST /auth/api-keys`.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// The display name.
    #[schema(example = "laptop")]
    pub name: String,
    /// The scopes that its tokens may have: a subset of its user's scopes.
    #[schema(example = json!(["calculations:read"]))]
    pub scopes: Vec<String>,
    /// Seconds until it expires: at most 366 days, 90 days if absent.
    #[serde(default)]
    #[schema(example = 7_776_000)]
    pub expires_in: Option<u64>,
    /// The user's password, required if the login is not recent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "password")]
    pub current_password: Option<String>,
}

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// The id it authenticates with.
    pub client_id: String,
    /// The display name.
    pub name: String,
    /// The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
    /// and grants nothing.
    pub scopes: Vec<String>,
    /// Present if true: its user was disabled, or their password was reset, after it was made. It gets no more tokens,
    /// even if the user is enabled again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub created_at: OffsetDateTime,
    /// When it expires.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<OffsetDateTime>,
    /// When it last received a token, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<OffsetDateTime>,
}

/// An API key with its secret, which is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyWithSecret {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKeyView,
    /// The secret.
    pub client_secret: String,
}

/// The single names of a set, as lists show them.
pub fn names(scopes: &ScopeSet) -> Vec<String> {
    scopes.iter().map(str::to_owned).collect()
}
