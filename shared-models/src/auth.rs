//! Request and response bodies of auth-service.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Body of `POST /auth/users`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// The address the user logs in with.
    #[schema(format = "email", example = "ada@example.org")]
    pub email: String,
    /// 12 to 128 characters.
    #[schema(format = "password", example = "a long sentence only I know")]
    pub password: String,
    /// The name others see.
    #[serde(default)]
    #[schema(example = "Ada Lovelace")]
    pub full_name: Option<String>,
}

/// A user, as the user and administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The user's id: `sub` of their tokens.
    pub id: String,
    /// The address the user logs in with.
    pub email: String,
    /// The name others see.
    pub full_name: Option<String>,
    /// The user's roles, by name.
    pub roles: Vec<String>,
    /// Whether the user may not log in.
    pub disabled: bool,
    /// Present if true: the user must choose another password before their tokens allow anything else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must_change_password: bool,
    /// When the user signed up.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub created_at: OffsetDateTime,
    /// When the user last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub updated_at: OffsetDateTime,
}

/// Body of `PATCH /auth/users/me`: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// The new name; `null` removes it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub full_name: Option<Option<String>>,
}

/// Body of `PATCH /auth/users/{id}`: what is absent stays as it is.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// The new name; `null` removes it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub full_name: Option<Option<String>>,
    /// The roles the user has from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Whether the user may not log in. Disabling ends their sessions, tokens and API keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Whether the user must choose another password before their tokens allow anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_change_password: Option<bool>,
    /// A password to log in with once: unless `must_change_password` says otherwise, the user must then choose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "password")]
    pub password: Option<String>,
}

/// Body of `PUT /auth/users/me/password`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The current password.
    #[schema(format = "password")]
    pub current: String,
    /// The new password.
    #[schema(format = "password")]
    pub new: String,
}

/// Body of `DELETE /auth/users/me` and `DELETE /auth/sessions`; it may be absent where the login is recent.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The user's password, required if the login is not recent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "password")]
    pub current_password: Option<String>,
}

/// Body of `POST /auth/login`, as a form (RFC 6749 section 4.3.2) or as JSON.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// `password`, if a client sends it at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
    /// The user's e-mail address.
    pub username: String,
    /// The user's password.
    #[schema(format = "password")]
    pub password: String,
    /// A subset of the user's scopes; all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Accepted and ignored: first-party login has no clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Accepted and ignored: first-party login has no clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// A fresh access token (RFC 6749 section 5.1).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenResponse {
    /// The token, to be sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds until the token expires.
    pub expires_in: u64,
    /// What the token allows.
    pub scope: String,
    /// Present if true: the token allows nothing but to choose another password.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must_change_password: bool,
}

/// A session of the user, as `GET /auth/sessions` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// The session's id: `sid` of its tokens.
    pub id: String,
    /// Whether the request was made with a token of this session.
    pub current: bool,
    /// The client it was opened with: `tessera` at a login, `tessera-job` for a job grant.
    pub client_id: String,
    /// The calculation it is limited to, if it is a job grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculation: Option<String>,
    /// What the client called itself (`User-Agent`) at login.
    pub device: Option<String>,
    /// The address the login came from.
    pub address: Option<String>,
    /// When the user logged in.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub created_at: OffsetDateTime,
    /// When the session last received a token.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub last_used_at: OffsetDateTime,
    /// When the session ends at the latest.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: OffsetDateTime,
}

#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
/// Distinguishes a member that is `null` from one that is absent.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
