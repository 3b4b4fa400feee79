//! What is wrong with a command line, on one line.

use std::net::SocketAddr;

use super::*;

#[derive(Debug, Parser)]
struct Cli {
    #[arg(long, value_name = "ADDRESS", value_parser = crate::address::listener)]
    listen: Option<SocketAddr>,
    #[arg(long, conflicts_with_all = ["listen", "yes"])]
    no: bool,
    #[arg(long)]
    yes: bool,
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    CreateAdmin {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        file: String,
    },
    Import {
        #[arg(long)]
        format: Option<Format>,
    },
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
}

#[derive(Clone, Debug, clap::ValueEnum)]
enum Format {
    Csv,
    Ndjson,
}

#[derive(Debug, clap::Subcommand)]
enum Keys {
    New,
    Rotate,
    List,
}

fn said(arguments: &[&str]) -> String {
    let arguments = std::iter::once(&"program").chain(arguments).map(OsString::from);
    one_line(&parsed::<Cli>(arguments).unwrap_err())
}

#[test]
fn a_missing_argument_is_named() {
    let text = "the following required arguments were not provided: --email <EMAIL>, --name <NAME>, <FILE>";
    assert_eq!(said(&["create-admin"]), text);
    let text = "the following required arguments were not provided: --name <NAME>";
    assert_eq!(said(&["create-admin", "--email", "a", "b"]), text);
}

#[test]
fn a_missing_subcommand_is_named_with_its_choices() {
    assert_eq!(said(&["keys"]), "a subcommand is needed: new, rotate or list");
}

#[test]
fn what_was_probably_meant_is_named() {
    assert_eq!(
        said(&["creat-admin"]),
        "unrecognized subcommand 'creat-admin'; a similar subcommand exists: 'create-admin'"
    );
    let text = "unexpected argument '--lisen' found; a similar argument exists: '--listen'";
    assert_eq!(said(&["--lisen", "x"]), text);
    assert_eq!(
        said(&["import", "--format", "csw"]),
        "invalid value 'csw' for '--format <FORMAT>' [possible values: csv, ndjson]; a similar value exists: 'csv'"
    );
}

#[test]
fn the_other_faults_are_one_line_too() {
    assert_eq!(
        said(&["--listen", "8080"]),
        "invalid value '8080' for '--listen <ADDRESS>': expected an IP address and a port, such as 127.0.0.1:8080"
    );
    let clash = said(&["--no", "--yes", "--listen", "127.0.0.1:1"]);
    assert!(clash.starts_with("the argument '--no' cannot be used with: "), "{clash}");
    assert!(
        clash.contains("--listen <ADDRESS>") && clash.contains("--yes") && !clash.contains('\n'),
        "{clash}"
    );
    assert_eq!(said(&["keys", "list", "x"]), "unexpected argument 'x' found");
}

#[test]
fn help_and_a_good_command_line_are_no_fault() {
    let parse = |arguments: &[&str]| parsed::<Cli>(arguments.iter().map(OsString::from));
    assert!(!parse(&["program", "keys", "--help"]).unwrap_err().use_stderr());
    assert!(parse(&["program", "keys", "new"]).is_ok() && parse(&["program"]).is_ok());
}
