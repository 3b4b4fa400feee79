//! The claims of an access token (RFC 9068).

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};

use crate::scope::ScopeSet;

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
    /// The first second at which the token is no longer good.
    pub exp: i64,
    /// When the token was issued.
    pub iat: i64,
    /// The first second at which the token is good; at once where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's own id.
    pub jti: String,
    /// The client that asked for the token.
    pub client_id: String,
    /// What the token allows.
    #[serde(default)]
    pub scope: ScopeSet,
    /// The roles of the user when the token was issued; none of a service, or of what is narrower than its user.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The session the token belongs to; absent for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// When the user last proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// Who acts for the subject, where that is somebody else (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// What the token is limited to beside its scope (RFC 9396 section 9.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<AuthorizationDetail>,
}

/// `act`: who acts for the subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The client that acts.
    pub sub: String,
}

/// One limit of RFC 9396.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationDetail {
    /// What is limited: [`CALCULATION`].
    #[serde(rename = "type")]
    pub kind: String,
    /// To which one.
    pub identifier: String,
}

/// The kind of detail that lets a token write to one calculation and to what belongs to it.
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
