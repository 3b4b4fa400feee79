//! The use cases, one file each. Nothing here knows HTTP or a driver.

pub mod change;
pub mod delete;
pub mod describe;
pub mod error;
pub mod get;
pub mod insert;
pub mod list;
pub mod patch;
pub mod policy;
pub mod replace;

use std::sync::Arc;

use service_kit::{clock::Clock, random::Random};

use crate::{domain::catalog::Catalog, store::Store};

/// What every use case works with.
pub struct Service {
    /// The collections served.
    pub catalog: Catalog,
    /// Where their documents are.
    pub store: Arc<dyn Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub random: Arc<dyn Random>,
}
