//! What a job grant may write: one calculation, and what belongs to it, until that is finished. Pure.

use serde_json::{Map, Value};
use shared_models::claims::{AccessClaims, AuthorizationDetail, CALCULATION};

/// The collection whose documents a grant is for.
pub const CALCULATIONS: &str = "calculations";
/// The states in which a calculation, and every grant for it, has come to its end.
const ENDED: [&str; 2] = ["finished", "failed"];

/// The one calculation that a token may write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant<'c> {
    calculation: &'c str,
}

/// Why a token that is limited may not write this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outside {
    /// It is limited to something else.
    #[error("this token writes to the calculation {0:?} and to what belongs to it, and to nothing else")]
    Elsewhere(String),
    /// The calculation has come to its end.
    #[error("the calculation {0:?} is finished, and with it every grant for it")]
    Ended(String),
    /// The token is limited in a way that is unknown here.
    #[error("this token has a limitation that this service does not know, so it may not write")]
    Unknown,
}

impl<'c> Grant<'c> {
    /// The limit that a token carries; nothing where it is not limited.
    pub fn of(claims: &'c AccessClaims) -> Result<Option<Self>, Outside> {
        match claims.authorization_details.as_slice() {
            [] => Ok(None),
            [AuthorizationDetail { kind, identifier }] if kind == CALCULATION => {
                Ok(Some(Self { calculation: identifier }))
            }
            _ => Err(Outside::Unknown),
        }
    }

    /// The id of its calculation.
    pub fn calculation(&self) -> &'c str {
        self.calculation
    }

    /// Whether a document belongs to the calculation; `id` is absent on one that is to be made.
    pub fn covers(
        &self,
        collection: &str,
        id: Option<&str>,
        members: &Map<String, Value>,
    ) -> Result<(), Outside> {
        let theirs = if collection == CALCULATIONS {
            id == Some(self.calculation)
        } else {
            members.get("calculation").and_then(Value::as_str) == Some(self.calculation)
        };
        if theirs { Ok(()) } else { Err(Outside::Elsewhere(self.calculation.to_owned())) }
    }

    /// Whether the calculation has not ended; one that is gone has.
    pub fn goes_on(&self, calculation: Option<&Map<String, Value>>) -> Result<(), Outside> {
        match calculation {
            Some(members) if !has_ended(members) => Ok(()),
            _ => Err(Outside::Ended(self.calculation.to_owned())),
        }
    }
}

/// Whether a calculation has come to its end.
pub fn has_ended(calculation: &Map<String, Value>) -> bool {
    calculation.get("status").and_then(Value::as_str).is_some_and(|status| ENDED.contains(&status))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_models::claims::Audience;

    use super::*;

    fn claims(details: &[(&str, &str)]) -> AccessClaims {
        let detail = |(kind, id): &(&str, &str)| AuthorizationDetail {
            kind: (*kind).into(),
            identifier: (*id).into(),
        };
        AccessClaims {
            iss: "i".into(),
            sub: "ada".into(),
            aud: Audience::One("a".into()),
            exp: 0,
            iat: 0,
            nbf: None,
            jti: "j".into(),
            client_id: "c".into(),
            scope: "a:write".parse().unwrap(),
            roles: Vec::new(),
            from_roles: Vec::new(),
            roles_at: None,
            sid: None,
            auth_time: None,
            act: None,
            authorization_details: details.iter().map(detail).collect(),
        }
    }

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_token_without_details_is_not_limited_and_one_with_odd_details_writes_nothing() {
        assert_eq!(Grant::of(&claims(&[])), Ok(None));
        assert_eq!(Grant::of(&claims(&[("account", "c")])), Err(Outside::Unknown));
        let two = claims(&[("calculation", "c"), ("calculation", "d")]);
        assert_eq!(Grant::of(&two), Err(Outside::Unknown));
    }

    #[test]
    fn a_grant_covers_its_calculation_and_what_names_it() {
        let claims = claims(&[("calculation", "c")]);
        let grant = Grant::of(&claims).unwrap().unwrap();
        let (own, other) = (members(&json!({"calculation": "c"})), members(&json!({"calculation": "d"})));
        let none = Map::new();
        assert!(grant.covers("calculations", Some("c"), &none).is_ok());
        assert!(
            grant.covers("series", None, &own).is_ok() && grant.covers("series", Some("x"), &own).is_ok()
        );
        for (collection, id, members) in [
            ("calculations", None, &own),
            ("calculations", Some("d"), &own),
            ("series", Some("c"), &other),
            ("molecules", Some("c"), &none),
        ] {
            let refusal = grant.covers(collection, id, members);
            assert_eq!(refusal, Err(Outside::Elsewhere("c".into())), "{collection} {id:?}");
        }
    }

    #[test]
    fn a_grant_ends_with_its_calculation() {
        let claims = claims(&[("calculation", "c")]);
        let grant = Grant::of(&claims).unwrap().unwrap();
        for (status, goes_on) in
            [("planned", true), ("running", true), ("finished", false), ("failed", false)]
        {
            let calculation = members(&json!({"status": status}));
            assert_eq!(grant.goes_on(Some(&calculation)).is_ok(), goes_on, "{status}");
        }
        assert!(grant.goes_on(None).is_err());
    }
}
