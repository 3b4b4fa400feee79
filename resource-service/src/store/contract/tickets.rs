//! What every store must do with tickets and secrets.

use std::sync::Arc;

use shared_models::claims::{AccessClaims, Audience};
use time::Duration;

use super::{Fixture, NOW, on_both_stores};
use crate::domain::ticket::Ticket;

on_both_stores! {
    a_ticket_is_given_out_once
    a_ticket_opens_its_own_collection_until_it_expires
    a_secret_stays_what_it_was_first
}

pub fn ticket(hash: &str) -> Ticket {
    let claims = AccessClaims {
        iss: "i".into(),
        sub: "ada".into(),
        aud: Audience::One("a".into()),
        exp: 9,
        iat: 1,
        nbf: None,
        jti: "j".into(),
        client_id: "c".into(),
        scope: "things:read".parse().expect("a scope"),
        roles: vec!["scientist".into()],
        from_roles: Vec::new(),
        roles_at: None,
        sid: Some("s".into()),
        auth_time: None,
        act: None,
        authorization_details: Vec::new(),
    };
    let expires_at = NOW + Duration::seconds(30);
    Ticket { hash: hash.into(), collection: "things".into(), claims, expires_at }
}

async fn a_ticket_is_given_out_once(f: &Fixture) {
    f.store.keep_ticket(ticket("t")).await.expect("ok");
    f.store.keep_ticket(ticket("u")).await.expect("ok");
    let takers = (0..8).map(|_| {
        let store = Arc::clone(&f.store);
        tokio::spawn(async move { store.take_ticket("t", "things", NOW).await })
    });
    let takers: Vec<_> = takers.collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.expect("ok").expect("ok"));
    }
    assert_eq!(taken, [ticket("t")]);
    assert_eq!(f.store.take_ticket("u", "things", NOW).await, Ok(Some(ticket("u"))));
}

async fn a_ticket_opens_its_own_collection_until_it_expires(f: &Fixture) {
    f.store.keep_ticket(ticket("t")).await.expect("ok");
    let late = NOW + Duration::seconds(30);
    for (hash, collection, now) in
        [("t", "others", NOW), ("t", "things", late), ("T", "things", NOW), ("", "things", NOW)]
    {
        assert_eq!(f.store.take_ticket(hash, collection, now).await, Ok(None), "{hash} {collection}");
    }
    let early = late - Duration::milliseconds(1);
    assert_eq!(f.store.take_ticket("t", "things", early).await, Ok(Some(ticket("t"))));
}

async fn a_secret_stays_what_it_was_first(f: &Fixture) {
    let makers = (1..=8).map(|n| {
        let store = Arc::clone(&f.store);
        tokio::spawn(async move { store.secret("s", [n; 32]).await })
    });
    let makers: Vec<_> = makers.collect();
    let mut made = Vec::new();
    for maker in makers {
        made.push(maker.await.expect("ok").expect("ok"));
    }
    let first = made[0];
    assert!((1..=8).contains(&first[0]) && made.iter().all(|secret| *secret == first), "{made:?}");
    assert_eq!(f.store.secret("s", [9; 32]).await, Ok(first));
    assert_eq!(f.store.secret("t", [9; 32]).await, Ok([9; 32]));
}
