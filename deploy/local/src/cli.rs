//! The command line. Knows no service and no setting.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;
use service_kit::address::listener;

/// Both services of Tessera in one process, on embedded stores.
///
/// Needs no database, no settings file and no network. Every setting of the services may still be given by
/// AUTH__… and RESOURCE__… environment variables, except the addresses, which are given here.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// Where the key ring, both stores and the demo users' passwords are kept; made if absent
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data_dir: PathBuf,

    /// Address of both services; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listener)]
    pub listen: SocketAddr,

    /// Address of /livez, /readyz and /metrics [default: 127.0.0.1:9080, or a free port if --listen asks for one]
    #[arg(long, value_name = "ADDRESS", value_parser = listener)]
    pub management_listen: Option<SocketAddr>,

    /// Make one more administrator, with a password that is shown once: the way back in when it is lost
    #[arg(long, value_name = "EMAIL")]
    pub new_admin: Option<String>,

    /// Do not run the sample calculation
    #[arg(long)]
    pub no_sample: bool,

    /// Serve the console from this folder of a built one, instead of building it from the sources of the checkout
    #[arg(long, value_name = "DIR")]
    pub console: Option<PathBuf>,

    /// Build the console from the sources in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "console")]
    pub console_sources: Option<PathBuf>,

    /// Neither build nor serve the console
    #[arg(long, conflicts_with_all = ["console", "console_sources"])]
    pub no_console: bool,

    /// Open the browser when ready
    #[arg(long)]
    pub open: bool,
}

impl Cli {
    /// The address of the management listener.
    pub fn management(&self) -> SocketAddr {
        let port = if self.listen.port() == 0 { 0 } else { 9080 };
        self.management_listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn management(arguments: &[&str]) -> String {
        Cli::parse_from(std::iter::once(&"tessera").chain(arguments)).management().to_string()
    }

    #[test]
    fn a_free_port_for_the_services_means_a_free_port_for_management() {
        assert_eq!(management(&[]), "127.0.0.1:9080");
        assert_eq!(management(&["--listen", "127.0.0.1:0"]), "127.0.0.1:0");
        assert_eq!(management(&["--listen", "[::1]:0", "--management-listen", "[::1]:7"]), "[::1]:7");
    }
}
