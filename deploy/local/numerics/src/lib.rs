//! What the sample calculates: numbers alone. Knows no clock, no network and no document.

pub mod fluid;
pub mod poisson;
