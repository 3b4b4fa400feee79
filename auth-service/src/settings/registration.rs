//! Who may sign up.

use serde::{Deserialize, Serialize};
use service_kit::settings::SettingsError;

use crate::domain::roles::RoleTable;

/// Scopes that change permissions or what is recorded.
const ADMINISTRATIVE: [&str; 7] = [
    "audit:read",
    "clients:write",
    "collections:write",
    "projects:admin",
    "revocations:write",
    "roles:write",
    "users:write",
];

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Anyone.
    Open,
    /// Only callers with the scope `users:write` register users.
    Closed,
}

impl RegistrationMode {
    /// The word in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The mode in force if the setting is `given`: open by default only on a loopback listener, or if the settings
    /// allow open registration on the network.
    pub(super) fn in_force(given: Option<Self>, anyone_may: bool) -> Self {
        given.unwrap_or(if anyone_may { Self::Open } else { Self::Closed })
    }

    /// Refuses open registration on the network unless it is allowed, and one whose users could administrate.
    pub(super) fn check(self, anyone_may: bool, new_user_role: &str) -> Result<(), SettingsError> {
        if self == Self::Closed {
            return Ok(());
        }
        if !anyone_may {
            let fault = "open lets anyone who reaches http.listen sign up; set closed, or set \
                registration_on_network (AUTH__REGISTRATION_ON_NETWORK) to true if that is intended";
            return Err(SettingsError::at("registration", fault));
        }
        if administrates(new_user_role) {
            let fault = format!(
                "{new_user_role:?} can administrate, and with registration = \"open\" anyone could; name \
                another role, or set registration to closed"
            );
            return Err(SettingsError::at("new_user_role", fault));
        }
        Ok(())
    }
}

/// Whether a role, as it ships, has a scope that changes permissions.
fn administrates(role: &str) -> bool {
    let shipped = RoleTable::new([]);
    let scopes = shipped.get(role);
    scopes.is_some_and(|scopes| ADMINISTRATIVE.iter().any(|scope| scopes.granted.covers(scope)))
}
