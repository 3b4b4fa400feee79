//! The settings of both services as this process wants them: its own defaults under what the environment says.

use std::{ffi::OsString, path::Path};

use auth_service::{admin::Admin, ops::AuthError, settings::Settings as AuthSettings};
use resource_service::settings::Settings as ResourceSettings;
use service_kit::settings::{HttpSettings, SettingsError};

use crate::{cli::Cli, data_dir::DataDir};

/// The settings of auth-service, which issues its tokens as `issuer`.
pub fn auth(cli: &Cli, data: &DataDir, issuer: &str) -> Result<AuthSettings, SettingsError> {
    let loader = AuthSettings::loader()
        .default("store.url", data.store_url("auth"))
        .default("keys.file", text(&data.key_ring()))
        .default("tokens.issuer", issuer)
        .default("telemetry.format", "pretty");
    let mut settings = AuthSettings::read(loader)?;
    listen(&mut settings.http, cli);
    // What the address decides, such as who may sign up, was decided by another one until now.
    settings.validate()?;
    Ok(settings)
}

/// The settings of resource-service, which accepts what `auth` issues.
pub fn resource(cli: &Cli, data: &DataDir, auth: &AuthSettings) -> Result<ResourceSettings, SettingsError> {
    let loader = ResourceSettings::loader()
        .default("store.url", data.store_url("resource"))
        .default("keys.file", text(&auth.keys.file))
        .default("tokens.issuer", &auth.tokens.issuer)
        .default("tokens.audience", &auth.tokens.audience);
    let mut settings = ResourceSettings::read(loader)?;
    listen(&mut settings.http, cli);
    Ok(settings)
}

/// Lets resource-service follow what auth-service cuts off, and ask it for names: with a client that gets a new secret
/// at every start, unless the settings name another.
pub async fn calling(
    mut settings: ResourceSettings,
    operator: &Admin,
    origin: &str,
) -> Result<ResourceSettings, AuthError> {
    if settings.auth.client_id.is_none() {
        let scopes = "revocations:read revocations:write users:read";
        let (id, secret) = operator.service_client("resource-service", scopes, true).await?;
        settings.auth.url.get_or_insert_with(|| origin.to_owned());
        settings.auth.client_id = Some(id);
        settings.auth.client_secret = Some(secret.into());
    }
    Ok(settings)
}

/// The variables of the environment that may be settings of the services.
pub fn variables() -> Vec<OsString> {
    let ours = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("AUTH__") || name.starts_with("RESOURCE__")
    };
    std::env::vars_os().map(|(name, _)| name).filter(ours).collect()
}

/// Both services share the listeners, which the command line names.
fn listen(http: &mut HttpSettings, cli: &Cli) {
    http.listen = cli.listen;
    http.management_listen = cli.management();
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use auth_service::settings::RegistrationMode;
    use clap::Parser as _;

    use super::*;

    #[test]
    fn both_services_share_the_key_ring_the_issuer_and_the_address_and_no_store() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let cli = Cli::parse_from(["tessera", "--listen", "127.0.0.1:1234"]);
        let auth = auth(&cli, &data, "http://127.0.0.1:1234").unwrap();
        let resource = resource(&cli, &data, &auth).unwrap();
        assert_eq!(auth.keys.file, directory.path().join("keys.json"));
        assert_eq!(resource.keys.file.as_ref(), Some(&auth.keys.file));
        assert_eq!(resource.tokens.issuer, "http://127.0.0.1:1234");
        assert_eq!(resource.http.listen.port(), 1234);
        assert!(format!("{:?}", auth.store.url).ends_with("/auth.db"));
        assert!(format!("{:?}", resource.store.url).ends_with("/resource.db"));
    }

    #[test]
    fn registration_is_open_to_this_machine_and_closed_to_a_network() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let mode = |listen: &str| {
            let cli = Cli::parse_from(["tessera", "--listen", listen]);
            auth(&cli, &data, "http://127.0.0.1:1234").unwrap().registration()
        };
        assert_eq!(mode("127.0.0.1:1234"), RegistrationMode::Open);
        assert_eq!(mode("0.0.0.0:1234"), RegistrationMode::Closed);
    }
}
