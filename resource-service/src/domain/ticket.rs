//! A ticket: stands for an access token once, for a client that cannot send one.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::random::{self, Random};
use shared_models::claims::AccessClaims;
use time::{Duration, OffsetDateTime};

/// How long a ticket can be redeemed, in seconds.
pub const TICKET_TTL: u32 = 30;
/// What a ticket begins with, so that one that was leaked is known for what it is.
const PREFIX: &str = "tkt_";

/// What is kept of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The SHA-256 of the ticket's text, as base64url.
    pub hash: String,
    /// The collection whose changes it opens.
    pub collection: String,
    /// The claims of the token it stands for.
    pub claims: AccessClaims,
    /// When it can no longer be redeemed.
    pub expires_at: OffsetDateTime,
}

impl Ticket {
    /// A new ticket, and its text: 256 random bits that are kept nowhere.
    pub fn issue(
        claims: &AccessClaims,
        collection: &str,
        now: OffsetDateTime,
        random: &dyn Random,
    ) -> (String, Self) {
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::bytes::<32>(random)));
        let ticket = Self {
            hash: hash(&text),
            collection: collection.to_owned(),
            claims: claims.clone(),
            expires_at: now + Duration::seconds(TICKET_TTL.into()),
        };
        (text, ticket)
    }
}

/// What a ticket of this text is kept under.
pub fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}
