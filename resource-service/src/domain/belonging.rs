//! Which documents belong to a calculation: its series and its reviews. They are hidden while it is removed, and go for
//! good when it does. Pure.

pub use super::review::{CALCULATION, REVIEWS};
use super::{collection::Collection, grant::CALCULATIONS, series::SERIES};

/// The collections of what belongs to calculations.
pub const BELONGING: [&str; 2] = [SERIES, REVIEWS];

impl Collection {
    /// Whether documents of this collection belong to a calculation. Those that do are hidden with it also under a
    /// definition that no longer has the member that names it.
    pub fn belongs_to_calculations(&self) -> bool {
        BELONGING.contains(&self.name())
    }

    /// Whether documents of this collection can be removed and restored, and others belong to them.
    pub fn hides_others(&self) -> bool {
        self.name() == CALCULATIONS && self.keeps_removed()
    }
}
