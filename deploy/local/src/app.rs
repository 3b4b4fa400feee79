//! Composition root: data directory and settings, both services on one origin, a tour for who started them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Result, anyhow};
use auth_service::{admin::Admin, domain::roles::SCIENTIST};
use resource_service::app::Env;
use service_kit::{
    clock::SystemClock, metric::List, random::OsRandom, server::Listeners, start::StartError, telemetry,
};

use crate::{
    banner::Ready,
    browser,
    cli::Cli,
    console::Plan,
    data_dir::DataDir,
    demo, settings, terminal,
    tour::{self, Scientist},
};

/// The metrics of both services.
fn metrics() -> Vec<List> {
    [auth_service::app::METRICS, resource_service::app::METRICS].concat()
}

/// Runs both services until SIGTERM or SIGINT.
pub async fn run(cli: Cli) -> Result<()> {
    let data = DataDir::open(&cli.data_dir)?;
    // Tokens are issued in the name of the address that was bound, and how to bind is a setting too.
    let listeners =
        Listeners::bind(&settings::auth(&cli, &data, &origin(cli.listen))?.http).map_err(bind_elsewhere)?;
    let place = Place {
        origin: origin(listeners.public_address()),
        management: origin(listeners.management_address()),
        data,
    };
    let auth_settings = settings::auth(&cli, &place.data, &place.origin)?;
    let resource_settings = settings::resource(&cli, &place.data, &auth_settings)?;
    let _telemetry = telemetry::init("tessera", &auth_settings.telemetry, "warn", &metrics())?;

    place.data.make_key_ring(&SystemClock, &OsRandom)?;
    let auth = auth_service::app::App::open(&auth_settings, auth_service::app::system()).await?;
    let operator = auth.admin();
    let mut resource_settings = settings::calling(resource_settings, &operator, &place.origin).await?;
    let plan = Plan::new(&cli, resource_settings.console.dir.as_deref());
    resource_settings.console.dir = match &plan {
        Plan::Folder(folder) => Some(folder.clone()),
        Plan::Sources(_) | Plan::Nothing(_) => None,
    };
    let env = Env::default();
    let building = plan.begin(&env.console, place.data.console_log()).await;
    let resource = resource_service::app::part(&resource_settings, env);
    let resource = resource.await.map_err(|error| console_of_option(error, &cli))?;
    let mut serving = std::pin::pin!(listeners.serve(vec![auth.part(), resource]));
    let finished = async {
        if let Some(building) = building {
            building.finish(&place.origin).await;
        }
        Ok(())
    };
    tokio::select! {
        served = &mut serving => served?,
        done = async { tokio::try_join!(welcome(&cli, &place, &operator), finished) } => {
            done?;
            serving.await?;
        }
    }
    Ok(())
}

/// Where everything is.
struct Place {
    origin: String,
    management: String,
    data: DataDir,
}

/// Makes the people a start comes with, says where everything is, and shows the sample.
async fn welcome(cli: &Cli, place: &Place, operator: &Admin) -> Result<()> {
    let Place { origin, management, data } = place;
    tour::until_ready(management).await?;
    let administrator = demo::administrator(operator, cli.new_admin.as_deref(), &OsRandom).await?;
    terminal::print(&Ready { origin, management, administrator: &administrator, demo_users: &data.demo() });
    let console = format!("{origin}/");
    if cli.open
        && let Err(error) = browser::open(&console)
    {
        terminal::report(&format!("tessera: cannot open the browser at {console}: {error}"));
    }
    // Who pastes may be in another directory.
    let file = std::path::absolute(data.demo_login(SCIENTIST))?;
    match demo::users(operator, data, &OsRandom).await {
        Ok(login) => {
            let scientist = Scientist { login: &login, file: &file };
            tour::show(origin, scientist, !cli.no_sample, &SystemClock).await;
        }
        Err(error) => terminal::report(&format!("tessera: there are no demo users: {error:#}")),
    }
    Ok(())
}

/// Names the options where an address cannot be listened on.
fn bind_elsewhere(error: StartError) -> anyhow::Error {
    match error {
        StartError::Listen { .. } => {
            anyhow!("{error}; --listen and --management-listen take other addresses")
        }
        other => other.into(),
    }
}

/// Names the option where it gave the folder of the console.
fn console_of_option(error: StartError, cli: &Cli) -> anyhow::Error {
    let fault = match &error {
        StartError::Settings(fault) if cli.console.is_some() => fault.fault_of("console.dir"),
        _ => None,
    };
    match fault {
        Some(fault) => anyhow!("--console: {fault}"),
        None => error.into(),
    }
}

/// The URL under which a client on this machine reaches a bound address.
fn origin(bound: SocketAddr) -> String {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, bound.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_here_reaches_every_bound_address() {
        let origin = |bound: &str| origin(bound.parse().unwrap());
        assert_eq!(origin("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(origin("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(origin("[::]:80"), "http://[::1]:80");
        assert_eq!(origin("192.0.2.7:80"), "http://192.0.2.7:80");
    }
}
