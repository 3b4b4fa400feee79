//! The command line: what each subcommand does.

mod import;
mod keys;
mod projects;
mod scopes;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use service_kit::{healthcheck::healthcheck, random::OsRandom, settings::reference::Format};
use shared_models::{auth::SignUp, scope::ScopeSet};

use crate::{
    admin::{Admin, generate_password},
    app, check,
    domain::roles,
    ops::{Auth, AuthError},
    settings::Settings,
};

/// The authorization server of Tessera.
#[derive(Debug, Parser)]
#[command(name = "auth-service", version)]
pub struct Cli {
    /// Settings in TOML; the environment (AUTH__…) takes precedence
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until asked to stop (the default)
    Serve,
    /// Check settings, keys and the store; print the settings in force and what is wrong
    Check,
    /// Ask the service that runs with these settings on this machine whether it is ready
    Healthcheck,
    /// Create a user with the role admin
    CreateAdmin {
        /// The address to log in with
        #[arg(long)]
        email: String,
        /// A file with the password; without it a random password is made and printed
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Create a client for a service, and print its id and secret
    CreateClient {
        /// The display name
        #[arg(long)]
        name: String,
        /// The scopes that its tokens may have, separated by spaces
        #[arg(long)]
        scope: String,
    },
    /// Create a project, and print its id and slug
    CreateProject {
        /// What people read
        #[arg(long)]
        title: String,
        /// What addresses show: lower-case letters, digits and - [default: made from the title]
        #[arg(long)]
        slug: Option<String>,
        /// The address of the user who owns it
        #[arg(long, value_name = "EMAIL")]
        owner: String,
    },
    /// Import users of another system, with their bcrypt, PBKDF2, scrypt or argon2 hashes, and put users into projects
    ImportUsers {
        /// NDJSON or CSV with `email`, `full_name`, `roles`, `password_hash`, `project` and `role`; - for standard input
        file: PathBuf,
        /// The format of the file [default: by its name, or its first character]
        #[arg(long)]
        format: Option<import::Format>,
        /// Check every line and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Create, rotate or list the keys that sign tokens
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Print all settings with their defaults, bounds and meaning
    Settings {
        /// `markdown`, or `toml`: a file for --config
        #[arg(long, default_value = "markdown")]
        format: Format,
    },
}

impl Cli {
    /// Whether it asks for the service itself.
    pub fn serves(&self) -> bool {
        matches!(self.command, None | Some(Command::Serve))
    }

    /// Does what the command line says.
    pub async fn run(self) -> Result<ExitCode> {
        let settings = || Settings::load(self.config.as_deref());
        let done = match self.command.unwrap_or(Command::Serve) {
            Command::ImportUsers { file, format, dry_run } => {
                return import::run(&settings()?, &file, format, dry_run).await;
            }
            Command::Serve => Ok(app::serve(&settings()?).await?),
            Command::Check => check(&settings()?).await,
            Command::Healthcheck => {
                healthcheck(&settings()?.http).await?;
                say("ready")
            }
            Command::CreateAdmin { email, password_file } => {
                create_admin(&settings()?, email, password_file.as_deref()).await
            }
            Command::CreateClient { name, scope } => create_client(&settings()?, &name, &scope).await,
            Command::CreateProject { title, slug, owner } => {
                projects::create(&settings()?, &title, slug.as_deref(), &owner).await
            }
            Command::Keys { command } => keys::run(command, &settings()?),
            Command::Settings { format } => say(Settings::reference(format)?.trim_end()),
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}

async fn check(settings: &Settings) -> Result<()> {
    say(&check::in_force(settings)?.to_string())?;
    say(&check::store(settings).await?)
}

/// The use cases on a store that is ready; the error says why it cannot be used.
async fn prepared(settings: &Settings) -> Result<Auth> {
    let auth = app::assemble(settings, app::system()).await?;
    app::reach(&auth).await?;
    auth.prepare_store().await.context("store")?;
    Ok(auth)
}

async fn create_admin(settings: &Settings, email: String, password_file: Option<&Path>) -> Result<()> {
    let admin = Admin::new(Arc::new(prepared(settings).await?));
    let password = match password_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        None => generate_password(&OsRandom),
    };
    let input = SignUp { email, password, full_name: None };
    match admin.create_user(&input, roles::ADMIN).await {
        Ok(user) if password_file.is_some() => say(&format!("{} is an admin", user.email)),
        Ok(user) => say(&format!("{} is an admin with the password {}", user.email, input.password)),
        Err(AuthError::Taken { .. }) => refuse(&admin, &input.email).await,
        Err(error) => Err(error.into()),
    }
}

async fn create_client(settings: &Settings, name: &str, scope: &str) -> Result<()> {
    let admin = Admin::new(Arc::new(prepared(settings).await?));
    match admin.service_client(name, scope, false).await {
        Ok((id, secret)) => {
            say(&format!("client_id={id}\nclient_secret={secret}"))?;
            // Standard output is piped into a Secret.
            if let [first, more @ ..] =
                scopes::unknown(&ScopeSet::from_names(scope.split_whitespace())?).as_slice()
            {
                let names = more.iter().fold((*first).to_owned(), |names, name| format!("{names}, {name}"));
                eprintln!("note: no scope that this version ships is called {names}");
            }
            Ok(())
        }
        Err(AuthError::Taken { .. }) => bail!("the client {name} exists already; nothing was changed"),
        Err(error) => Err(error.into()),
    }
}

/// Says why the address cannot be used, and what to do.
async fn refuse(admin: &Admin, email: &str) -> Result<()> {
    let user = admin.user_by_email(email).await?;
    let roles = user.map(|user| user.roles.join(", ")).unwrap_or_default();
    if roles.split(", ").any(|role| role == roles::ADMIN) {
        bail!("{email} is an admin already; nothing was changed");
    }
    bail!(
        "{email} belongs to a user with the role {roles}; use another address, or have that user remove their account"
    );
}

/// Prints a line for the person at the terminal.
fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
