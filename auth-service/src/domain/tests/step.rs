//! `step` by example and by property.

use std::collections::HashMap;

use proptest::prelude::*;
use service_kit::random::OsRandom;
use time::macros::datetime;

use super::*;
use crate::domain::session::{Lifetimes, Login};

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const LIFETIMES: Lifetimes =
    Lifetimes { idle: Duration::from_secs(3600), absolute: Duration::from_secs(43200) };

/// A session, the token of each generation, and a store that writes what `step` says.
struct World {
    session: Session,
    issued: Vec<RefreshToken>,
    now: OffsetDateTime,
}

impl World {
    fn new() -> Self {
        let login = Login {
            user_id: "u".into(),
            token_version: 0,
            client_id: "tessera".into(),
            scope: None,
            delegation: None,
            device: None,
            address: None,
        };
        let (session, token) = Session::open(login, LIFETIMES, START, &OsRandom);
        Self { session, issued: vec![token], now: START }
    }

    fn after(mut self, seconds: i64) -> Self {
        self.now += time::Duration::seconds(seconds);
        self
    }

    fn present(&mut self, token: RefreshToken, client_id: &str) -> Step {
        self.present_late(token, client_id, 0)
    }

    /// A request that waited so many seconds before it was looked at.
    fn present_late(&mut self, token: RefreshToken, client_id: &str, waited: u64) -> Step {
        let presented = Presented {
            token,
            client_id: client_id.into(),
            successor: Secret::new(&OsRandom),
            idle_ttl: LIFETIMES.idle,
            arrived: Instant::now(),
        };
        let moment = Moment { now: self.now, waited: Duration::from_secs(waited) };
        let step = step(&self.session, &presented, moment);
        if let Some(next) = &step.write {
            self.session = next.clone();
        }
        if let Rotation::Refreshed(_, secret) = &step.rotation {
            let token = presented.token.followed_by(secret.clone());
            if !self.issued.contains(&token) {
                self.issued.push(token);
            }
        }
        step
    }

    fn latest(&self) -> RefreshToken {
        self.issued.last().unwrap().clone()
    }

    fn rotate(&mut self, token: RefreshToken) -> Rotation {
        self.present(token, "tessera").rotation
    }
}

fn secret_of(rotation: &Rotation) -> Secret {
    match rotation {
        Rotation::Refreshed(_, secret) => secret.clone(),
        other => panic!("not refreshed: {other:?}"),
    }
}

#[test]
fn a_current_token_is_replaced_and_the_session_lives_on() {
    let mut world = World::new().after(60);
    let rotation = world.rotate(world.latest());
    assert!(secret_of(&rotation).is_behind(&world.session.current));
    assert_eq!(world.session.generation, 1);
    assert_eq!(world.session.last_used_at, world.now);
    assert_eq!(world.session.idle_expires_at, world.now + LIFETIMES.idle);
}

#[test]
fn a_lost_response_is_repeated_with_the_same_successor() {
    let mut world = World::new();
    let first = world.latest();
    let once = secret_of(&world.rotate(first.clone()));
    let mut world = world.after(30);
    assert_eq!(secret_of(&world.rotate(first)), once);
    assert_eq!(world.issued.len(), 2);
}

#[test]
fn a_replay_after_the_grace_ends_the_session_and_its_successor() {
    let mut world = World::new();
    let first = world.latest();
    world.rotate(first.clone());
    let mut world = world.after(31);
    assert!(matches!(world.rotate(first), Rotation::Stolen(_)));
    assert_eq!(world.rotate(world.latest()), Rotation::Refused);
}

#[test]
fn a_token_older_than_the_previous_one_ends_the_session_at_once() {
    let mut world = World::new();
    let first = world.latest();
    world.rotate(first.clone());
    world.rotate(world.latest());
    assert!(matches!(world.rotate(first), Rotation::Stolen(_)));
}

#[test]
fn fifty_concurrent_arrivals_share_one_successor_and_write_once() {
    let mut world = World::new();
    let first = world.latest();
    let successors: Vec<Secret> = (0..50).map(|_| secret_of(&world.rotate(first.clone()))).collect();
    assert!(successors.iter().all(|each| *each == successors[0]));
    assert_eq!(world.session.version, 1);
}

#[test]
fn however_often_a_token_is_repeated_within_its_grace_it_yields_one_successor_and_writes_nothing() {
    let mut world = World::new();
    let first = world.latest();
    let successor = secret_of(&world.rotate(first.clone()));
    let after_it = world.session.clone();
    for _ in 0..30 {
        world = world.after(1);
        for _ in 0..10 {
            let step = world.present(first.clone(), "tessera");
            assert_eq!((secret_of(&step.rotation), step.write), (successor.clone(), None));
        }
    }
    assert_eq!(world.session, after_it);
    assert!(matches!(world.after(1).rotate(first), Rotation::Stolen(_)));
}

#[test]
fn a_repeat_that_arrived_within_the_grace_is_no_theft_however_long_it_waited() {
    let mut world = World::new();
    let first = world.latest();
    let successor = secret_of(&world.rotate(first.clone()));
    let mut world = world.after(38);
    assert_eq!(secret_of(&world.present_late(first.clone(), "tessera", 8).rotation), successor);
    assert!(matches!(world.present_late(first, "tessera", 7).rotation, Rotation::Stolen(_)));
}

#[test]
fn a_session_that_was_alive_when_the_request_arrived_continues() {
    let mut world = World::new().after(3603);
    assert!(matches!(world.present_late(world.latest(), "tessera", 4).rotation, Rotation::Refreshed(..)));
    let mut world = World::new().after(3603);
    assert_eq!(world.present_late(world.latest(), "tessera", 3).rotation, Rotation::Refused);
}

#[test]
fn a_rotation_by_a_clock_that_was_ahead_counts_as_one_of_now() {
    let mut world = World::new().after(3500);
    let first = world.latest();
    let successor = secret_of(&world.rotate(first.clone()));
    let mut world = world.after(-3500);
    assert_eq!(secret_of(&world.rotate(first)), successor);
}

#[test]
fn a_session_cannot_be_renewed_past_its_last_hour() {
    let mut world = World::new();
    for _ in 0..13 {
        world.rotate(world.latest());
        world.now += time::Duration::seconds(3599);
    }
    assert_eq!(world.session.idle_expires_at, world.session.absolute_expires_at);
    assert_eq!(world.rotate(world.latest()), Rotation::Refused);
}

/// What may arrive: an issued token (counted from the newest), or one that is wrong in one part.
#[derive(Clone, Debug)]
enum Arrival {
    Issued(usize),
    ForgedSecret,
    WrongSessionSecret,
    WrongClient,
}

fn arrivals() -> impl Strategy<Value = Vec<(i64, Arrival)>> {
    let arrival = prop_oneof![
        6 => Just(Arrival::Issued(0)),
        3 => Just(Arrival::Issued(1)),
        1 => (2usize..5).prop_map(Arrival::Issued),
        1 => Just(Arrival::ForgedSecret),
        2 => Just(Arrival::WrongSessionSecret),
        2 => Just(Arrival::WrongClient),
    ];
    prop::collection::vec((0i64..40, arrival), 1..60)
}

proptest! {
    #[test]
    fn no_token_ever_has_two_successors_and_theft_is_final(arrivals in arrivals()) {
        let mut world = World::new();
        let mut successors: HashMap<Secret, Secret> = HashMap::new();
        for (wait, arrival) in arrivals {
            world.now += time::Duration::seconds(wait);
            let before = world.session.clone();
            let newest = world.latest();
            let (token, client, opens) = match arrival {
                Arrival::Issued(age) => {
                    let at = world.issued.len().saturating_sub(1 + age);
                    (world.issued[at].clone(), "tessera", true)
                }
                Arrival::ForgedSecret => (newest.followed_by(Secret::new(&OsRandom)), "tessera", true),
                Arrival::WrongSessionSecret => {
                    (RefreshToken { session_secret: Secret::new(&OsRandom), ..newest.clone() }, "tessera", false)
                }
                Arrival::WrongClient => (newest.clone(), "another", false),
            };
            let step = world.present(token.clone(), client);

            if !opens {
                prop_assert_eq!(&step, &Step { rotation: Rotation::Refused, write: None });
            }
            if before.ended.is_some() {
                prop_assert_eq!(&step, &Step { rotation: Rotation::Refused, write: None });
            } else if opens && token == newest {
                prop_assert!(matches!(step.rotation, Rotation::Refreshed(..)), "{:?}", step.rotation);
            }
            if let Some(next) = &step.write {
                prop_assert_eq!(next.version, before.version + 1);
            }
            if let Rotation::Refreshed(session, secret) = &step.rotation {
                prop_assert!(secret.is_behind(&session.current));
                let known = successors.entry(token.secret.clone()).or_insert_with(|| secret.clone());
                prop_assert_eq!(&*known, secret);
            }
            if let Rotation::Stolen(session) = &step.rotation {
                prop_assert_eq!(session.ended, Some(EndReason::Theft));
            }
        }
    }
}
