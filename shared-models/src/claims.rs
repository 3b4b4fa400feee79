//! The claims of an access token (RFC 9068).

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};

use crate::scope::ScopeSet;

/// The client id of sessions opened at Tessera's own login.
pub const FIRST_PARTY: &str = "tessera";
/// The client of job grants, which has no secret: the holder of the refresh token is the job.
pub const JOB_CLIENT: &str = "tessera-job";

/// The media type that the `typ` header of an access token names (RFC 9068 section 2.1).
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What an access token says. Times are whole seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued the token.
    pub iss: String,
    /// The user's id, or the client's for a service.
    pub sub: String,
    /// Whom the token is meant for.
    pub aud: Audience,
    /// The first second at which the token is no longer valid.
    pub exp: i64,
    /// When the token was issued.
    pub iat: i64,
    /// The first second at which the token is valid; immediately if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's own id.
    pub jti: String,
    /// The client that asked for the token.
    pub client_id: String,
    /// What the token allows.
    #[serde(default)]
    pub scope: ScopeSet,
    /// The roles of the user when the token was issued; empty for a service, an API key and a job grant.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The roles of the user from which a narrower token (of an API key or a job) has its scopes. They authorize
    /// nothing: they let a change of a role reach the token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_roles: Vec<String>,
    /// When the scopes of the roles were read, if that is not `iat`: a revocation of a role is compared with it. It may be
    /// further ahead of the clock than an `iat` may, and is never compared with a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles_at: Option<i64>,
    /// The session the token belongs to; absent for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// When the user last proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// Who acts for the subject, if it is another party (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// What the token is limited to in addition to its scope (RFC 9396 section 9.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<AuthorizationDetail>,
}

crate::listed! {
    /// The kind of principal that makes a request. The claims of a token say the kind; which of the three kinds of
    /// login it is depends on the user and the session, so only auth-service distinguishes those.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Principal {
        /// A person's own session at Tessera's login, with all scopes of its user.
        Login,
        /// The same, opened with fewer scopes than its user has.
        NarrowedLogin,
        /// The same, of a user who must choose another password first.
        MustChangeLogin,
        /// A session that a client opened with the `password` grant.
        ClientSession,
        /// An API key: a client that acts for its user.
        ApiKey,
        /// A service: a client that acts for itself.
        Service,
        /// A job grant (RFC 8693): a session that was delegated for one calculation.
        Job,
    }
}

impl Principal {
    /// The name that the OpenAPI documents give to the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::NarrowedLogin => "narrowed_login",
            Self::MustChangeLogin => "must_change_login",
            Self::ClientSession => "client_session",
            Self::ApiKey => "api_key",
            Self::Service => "service",
            Self::Job => "job",
        }
    }

    /// Whether this is a person's own session, narrowed or not.
    pub const fn is_login(self) -> bool {
        matches!(self, Self::Login | Self::NarrowedLogin | Self::MustChangeLogin)
    }
}

impl AccessClaims {
    /// The kind of principal that the token was issued to, as its claims say: each login is [`Principal::Login`].
    pub fn principal(&self) -> Principal {
        if self.act.is_some() || !self.authorization_details.is_empty() {
            Principal::Job
        } else if self.sub == self.client_id {
            Principal::Service
        } else if self.sid.is_none() {
            Principal::ApiKey
        } else if self.client_id == FIRST_PARTY {
            Principal::Login
        } else {
            Principal::ClientSession
        }
    }
}

/// `act`: who acts for the subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The client that acts.
    pub sub: String,
}

/// One limit of RFC 9396. A token with a limit that has other members is not understood, and refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationDetail {
    /// What is limited: [`CALCULATION`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub identifier: String,
}

/// The type of detail that lets a token write to one calculation and to what belongs to it.
pub const CALCULATION: &str = "calculation";

/// `aud`: one name, or several (RFC 7519 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// One audience, as Tessera itself writes it.
    One(String),
    /// Several audiences.
    Many(Vec<String>),
}

impl Audience {
    /// Whether `name` is among the audiences.
    pub fn includes(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Many(many) => many.iter().any(|each| each == name),
        }
    }
}

/// By hand, because an untagged enum would copy every value before it looks at it, on every request.
impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Audience;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Audience, E> {
                Ok(Audience::One(one.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Audience, A::Error> {
                let mut many = Vec::new();
                while let Some(each) = items.next_element()? {
                    many.push(each);
                }
                Ok(Audience::Many(many))
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(sub: &str, client_id: &str, sid: Option<&str>) -> AccessClaims {
        AccessClaims {
            iss: "i".into(),
            sub: sub.into(),
            aud: Audience::One("a".into()),
            exp: 1,
            iat: 0,
            nbf: None,
            jti: "j".into(),
            client_id: client_id.into(),
            scope: ScopeSet::default(),
            roles: Vec::new(),
            from_roles: Vec::new(),
            roles_at: None,
            sid: sid.map(str::to_owned),
            auth_time: None,
            act: None,
            authorization_details: Vec::new(),
        }
    }

    #[test]
    fn the_claims_of_a_token_tell_what_kind_of_principal_has_it() {
        assert_eq!(claims("u", FIRST_PARTY, Some("s")).principal(), Principal::Login);
        assert_eq!(claims("u", "c", Some("s")).principal(), Principal::ClientSession);
        assert_eq!(claims("u", "c", None).principal(), Principal::ApiKey);
        assert_eq!(claims("u", FIRST_PARTY, None).principal(), Principal::ApiKey);
        assert_eq!(claims("c", "c", None).principal(), Principal::Service);
        let act = Some(Actor { sub: "j".into() });
        assert_eq!(AccessClaims { act, ..claims("u", FIRST_PARTY, Some("s")) }.principal(), Principal::Job);
        let detail = AuthorizationDetail { kind: CALCULATION.into(), identifier: "c-1".into() };
        let limited = AccessClaims { authorization_details: vec![detail], ..claims("c", "c", None) };
        assert_eq!(limited.principal(), Principal::Job);
    }

    #[test]
    fn every_kind_of_principal_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Principal::ALL.map(Principal::name).into();
        assert_eq!(names.len(), Principal::ALL.len());
    }
}
