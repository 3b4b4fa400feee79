//! The client against a real server on loopback that plays auth-service.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;
use crate::{clock::ManualClock, random::OsRandom};

/// What the server counts, and what it answers next.
#[derive(Default)]
struct Peer {
    tokens: AtomicU32,
    reads: AtomicU32,
    writes: AtomicU32,
    answers: Mutex<Vec<u16>>,
}

impl Peer {
    fn next(&self) -> u16 {
        self.answers.lock().unwrap().pop().unwrap_or(200)
    }
}

async fn token(peer: web::Data<Peer>, request: HttpRequest, body: String) -> HttpResponse {
    let basic = format!("Basic {STANDARD_OF_TEST}");
    assert_eq!(request.headers().get("authorization").unwrap(), basic.as_str());
    assert_eq!(body, "grant_type=client_credentials");
    rt::time::sleep(Duration::from_millis(20)).await;
    let number = peer.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    HttpResponse::Ok()
        .json(json!({"access_token": format!("t{number}"), "token_type": "Bearer", "expires_in": 100}))
}

/// `base64("a%3Ab:s+%25")`: the client `a:b` with the secret `s %`.
const STANDARD_OF_TEST: &str = "YSUzQWI6cyslMjU=";

async fn thing(peer: web::Data<Peer>, request: HttpRequest) -> HttpResponse {
    let token = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
    let counter = if request.method() == "GET" { &peer.reads } else { &peer.writes };
    counter.fetch_add(1, Ordering::SeqCst);
    match peer.next() {
        200 => HttpResponse::Ok().json(json!({"token": token})),
        status => HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap())
            .insert_header(("retry-after", "0"))
            .body("no"),
    }
}

/// A running peer, a clock, and a client of it.
fn world() -> (web::Data<Peer>, Arc<ManualClock>, ServiceClient) {
    let peer = web::Data::new(Peer::default());
    let state = peer.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/auth/token", web::post().to(token))
            .route("/thing", web::to(thing))
    })
    .workers(1)
    .disable_signals()
    .bind("127.0.0.1:0")
    .unwrap();
    let base_url = format!("http://{}", server.addrs()[0]);
    rt::spawn(server.run());
    let clock = Arc::new(ManualClock::new(time::macros::datetime!(2026-01-01 0:00 UTC)));
    let config = ClientConfig { base_url, client_id: "a:b".into(), client_secret: "s %".into() };
    let client = ServiceClient::new(config, Arc::clone(&clock) as _, Arc::new(OsRandom)).unwrap();
    (peer, clock, client)
}

#[actix_web::test]
async fn many_at_once_share_one_token_which_is_renewed_before_it_expires() {
    let (peer, clock, client) = world();
    let calls = (0..8).map(|_| client.get::<Value>("/thing", &[]));
    for answer in join_all(calls).await {
        assert_eq!(answer.unwrap()["token"], "Bearer t1");
    }
    clock.advance(Duration::from_secs(79));
    client.get::<Value>("/thing", &[]).await.unwrap();
    assert_eq!(peer.tokens.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get::<Value>("/thing", &[]).await.unwrap()["token"], "Bearer t2");
}

#[actix_web::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let (peer, _, client) = world();
    *peer.answers.lock().unwrap() = vec![200, 401];
    assert_eq!(client.get::<Value>("/thing", &[]).await.unwrap()["token"], "Bearer t2");
    *peer.answers.lock().unwrap() = vec![401, 401];
    let refused = client.get::<Value>("/thing", &[]).await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 401, .. }), "{refused}");
    assert_eq!(peer.tokens.load(Ordering::SeqCst), 3);
}

#[actix_web::test]
async fn a_read_is_tried_again_and_a_write_is_not() {
    let (peer, _, client) = world();
    *peer.answers.lock().unwrap() = vec![200, 503, 502];
    assert!(client.get::<Value>("/thing", &[]).await.is_ok());
    assert_eq!(peer.reads.load(Ordering::SeqCst), 3);
    *peer.answers.lock().unwrap() = vec![200, 503];
    let away = client.post::<_, Value>("/thing", &json!({})).await.unwrap_err();
    assert!(matches!(away, ClientError::Unavailable(_)), "{away}");
    assert_eq!(peer.writes.load(Ordering::SeqCst), 1);
    *peer.answers.lock().unwrap() = vec![404];
    assert!(matches!(
        client.get::<Value>("/thing", &[]).await,
        Err(ClientError::Refused { status: 404, .. })
    ));
}

#[actix_web::test]
async fn a_peer_that_is_down_is_spared() {
    let (peer, clock, client) = world();
    *peer.answers.lock().unwrap() = vec![503; 5];
    for _ in 0..2 {
        assert!(client.get::<Value>("/thing", &[]).await.is_err());
    }
    assert_eq!(client.get::<Value>("/thing", &[]).await, Err(ClientError::Open));
    assert_eq!(peer.reads.load(Ordering::SeqCst), 5);
    clock.advance(Duration::from_secs(5));
    assert!(client.get::<Value>("/thing", &[]).await.is_ok());
}

#[actix_web::test]
async fn nobody_there_is_an_error_that_names_no_address() {
    let clock = Arc::new(ManualClock::new(time::macros::datetime!(2026-01-01 0:00 UTC)));
    let config = ClientConfig {
        base_url: "http://127.0.0.1:1".into(),
        client_id: "c".into(),
        client_secret: "s".into(),
    };
    let client = ServiceClient::new(config, clock, Arc::new(OsRandom)).unwrap();
    let away = client.get::<Value>("/thing", &[]).await.unwrap_err();
    assert!(matches!(&away, ClientError::Unavailable(why) if !why.contains("127.0.0.1")), "{away}");
}
