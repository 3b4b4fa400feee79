//! The metrics of a process. Each is declared once, in a list: its name, kind, labels with their values, and what it says.
//!
//! [`metrics!`](crate::metrics) is the only way to make one, so that nothing is counted that no list has; `.clippy.toml` bans the
//! macros that would.

mod bounded;
mod declared;
mod family;
pub mod kit;
mod page;
mod process;
mod read;
mod recorder;

pub use metrics::{Counter, Gauge, Histogram};

pub(crate) use self::recorder::recorder;
pub use self::{
    declared::{Declare, Declared, Kind, Label, List, Values},
    family::{Family, Instrument},
    page::page,
    process::PROCESS,
    read::{prepare, render},
};

/// Declares metrics, and the list of them:
///
/// ```ignore
/// service_kit::metrics! {
///     /// The metrics of this crate.
///     pub static DECLARED;
///
///     /// Logins, by how they ended.
///     pub static LOGINS: Counter = "tessera_logins_total" { result: Values::Closed(&["ok", "refused"]) };
/// }
/// ```
#[macro_export]
macro_rules! metrics {
    (
        $(#[$about:meta])* $seen:vis static $list:ident;
        $($(#[doc = $help:literal])+ $vis:vis static $name:ident : $kind:ident = $text:literal
            { $($label:ident : $values:expr),* };)*
    ) => {
        $($(#[doc = $help])+
        $vis static $name: $crate::metric::Family<
            $crate::metric::$kind,
            { <[&str]>::len(&[$(stringify!($label)),*]) },
        > = $crate::metric::Family::declare(
            $text,
            concat!($($help),+),
            &[$($crate::metric::Label { name: stringify!($label), values: $values }),*],
        );)*

        $(#[$about])*
        $seen static $list: $crate::metric::List = &[$(&$name),*];
    };
}
