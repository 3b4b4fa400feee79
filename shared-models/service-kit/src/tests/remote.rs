//! A ring by URL against a real server on loopback.

use std::sync::{
    Mutex as StdMutex,
    atomic::{AtomicU32, Ordering},
};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, rt, web};

use super::*;
use crate::{
    clock::{Clock as _, SystemClock},
    keys::{Algorithm, JwkSet, KeyOperation, generate},
    random::OsRandom,
};

#[derive(Default)]
struct Peer {
    asked: AtomicU32,
    text: StdMutex<String>,
}

fn keys(algorithms: &[Algorithm]) -> JwkSet {
    let made = algorithms.iter().map(|algorithm| generate(*algorithm, SystemClock.now(), &OsRandom).unwrap());
    JwkSet { keys: made.collect() }
}

fn public(set: &JwkSet) -> String {
    serde_json::to_string(Ring::new(set).unwrap().public()).unwrap()
}

fn world() -> (web::Data<Peer>, Arc<KeyRing>, ServerHandle) {
    let peer = web::Data::new(Peer::default());
    let state = peer.clone();
    let answer = |peer: web::Data<Peer>| async move {
        peer.asked.fetch_add(1, Ordering::SeqCst);
        HttpResponse::Ok().body(peer.text.lock().unwrap().clone())
    };
    let server =
        HttpServer::new(move || App::new().app_data(state.clone()).route("/jwks", web::get().to(answer)))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
    let url = format!("http://{}/jwks", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    rt::spawn(server);
    (peer, Arc::new(KeyRing::remote(&url).unwrap()), handle)
}

#[actix_web::test]
async fn an_unknown_key_is_fetched_for_once_in_ten_seconds() {
    let (peer, ring, _server) = world();
    let set = keys(&[Algorithm::EdDSA]);
    *peer.text.lock().unwrap() = public(&set);
    assert!(!ring.is_loaded() && ring.current().find(&set.keys[0].kid).is_none());
    ring.refetch().await;
    assert!(ring.is_loaded() && ring.current().find(&set.keys[0].kid).is_some());
    let both = JwkSet { keys: [set.keys.clone(), keys(&[Algorithm::ES256]).keys].concat() };
    *peer.text.lock().unwrap() = public(&both);
    futures_util::future::join_all((0..8).map(|_| ring.refetch())).await;
    assert_eq!(peer.asked.load(Ordering::SeqCst), 1);
    ring.fetch_once().await.unwrap();
    assert!(ring.current().find(&both.keys[1].kid).is_some());
}

#[actix_web::test]
async fn a_peer_that_is_gone_or_talks_nonsense_leaves_the_keys_as_they_are() {
    let (peer, ring, server) = world();
    let set = keys(&[Algorithm::EdDSA]);
    *peer.text.lock().unwrap() = public(&set);
    ring.fetch_once().await.unwrap();
    let mut shared = keys(&[Algorithm::HS256]);
    shared.keys[0].key_ops = vec![KeyOperation::Verify];
    let nonsense = [
        "{".into(),
        r#"{"keys":[]}"#.into(),
        serde_json::to_string(&shared).unwrap(),
        " ".repeat(MAX_BYTES + 1),
    ];
    for text in nonsense {
        *peer.text.lock().unwrap() = text;
        assert!(ring.fetch_once().await.is_err());
    }
    server.stop(false).await;
    assert!(ring.fetch_once().await.is_err());
    assert!(ring.current().find(&set.keys[0].kid).is_some());
}
