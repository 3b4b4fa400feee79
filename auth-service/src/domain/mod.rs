//! Types that cannot be wrong and the rules over them. Nothing here is async, does I/O or knows a store.

pub mod email;
pub mod id;
pub mod name;
pub mod password;
pub mod password_hash;
pub mod refresh_token;
pub mod roles;
pub mod session;
pub mod step;
pub mod user;
