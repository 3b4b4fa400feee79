//! Types that cannot be wrong and the rules over them. Nothing here is async, does I/O or knows a store.

pub mod audit;
mod characters;
pub mod client;
pub mod device;
pub mod email;
pub mod ending;
pub mod id;
pub mod key_ring;
mod legacy_hash;
pub mod name;
pub mod password;
pub mod password_hash;
pub mod project;
pub mod refresh_token;
pub mod revocation;
pub mod roles;
pub mod session;
pub mod step;
pub mod throttle;
pub mod user;
