//! MongoDB at a distance: a relay that holds each byte back for half of a round trip, and what that costs one caller and
//! several.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::support::{Stack, store};

/// A round trip to MongoDB.
const ROUND_TRIP: Duration = Duration::from_millis(10);
/// Callers at once.
const CALLERS: usize = 8;

/// Relays to `target`, and where it listens.
async fn relay(target: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(&target).await else { return };
            near.set_nodelay(true).expect("TCP_NODELAY");
            far.set_nodelay(true).expect("TCP_NODELAY");
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            hold_back(near_in, far_out);
            hold_back(far_in, near_out);
        }
    });
    address
}

/// Passes on what comes in, half of a round trip later.
fn hold_back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let (sender, mut held) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now() + ROUND_TRIP / 2, buffer[..read].to_vec())).is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((due, bytes)) = held.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
}

/// Reads, lists and inserts of one caller and of several, with MongoDB at a distance.
pub async fn measure(calculation: &Value) {
    let shared = store::shared();
    let host = shared.trim_start_matches("mongodb://").split('/').next().expect("a host").to_owned();
    let far = relay(host).await;
    let url = format!("mongodb://{far}/?directConnection=true");
    let stack = Stack::replicated_on(&url, &[]).await;
    let scientist = stack.scientist().await;
    let made = scientist.insert("calculations", calculation).await;
    let one = [format!("/api/calculations/{}", made["_id"].as_str().expect("an id"))];
    let (list, all) = (["/api/calculations?limit=20".to_owned()], ["/api/calculations".to_owned()]);
    let body = calculation.to_string();
    let base = stack.resource[0].base.clone();
    for (name, method, paths, body) in
        [("read", "GET", &one, ""), ("list of 20", "GET", &list, ""), ("insert", "POST", &all, &body)]
    {
        let token = scientist.token.as_ref();
        let alone = super::load(&base, method, paths, token, body, 1).await;
        let several = super::load(&base, method, paths, token, body, CALLERS).await;
        let ratio = several.percentile(50) / alone.percentile(50);
        println!("{name:16} at {ROUND_TRIP:?}: one caller {alone}");
        println!(
            "{name:16} at {ROUND_TRIP:?}: {CALLERS} callers {several}; p50 is {ratio:.2} of one's (asked: 1.1)"
        );
    }
}
