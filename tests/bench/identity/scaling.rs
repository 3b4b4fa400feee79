//! Reads of one, two and four replicas of resource-service, each of which has a fixed share of a core.

use std::time::Duration;

use serde_json::json;

use super::{
    load::{Connection, Reader, closed, median},
    share::Share,
    support::Stack,
};

const REPLICAS: [u8; 3] = [1, 2, 4];
/// What a replica has of a core, in percent. MongoDB and the load generator need more for four of them than two more replicas would.
const PERCENT: u32 = 15;
const ROUND: Duration = Duration::from_secs(6);
const ROUNDS: usize = 5;
/// Clients of each replica.
const CONNECTIONS: usize = 16;
/// The least that N replicas do of N times what one does.
const ASKED: f64 = 0.9;

pub async fn measure() {
    let mut stack = Stack::replicated().await;
    while stack.resource.len() < usize::from(REPLICAS[REPLICAS.len() - 1]) {
        let another = stack.another("resource-service").await;
        stack.resource.push(another);
    }
    let user = stack.scientist().await;
    let calculation = json!({"name": "n", "code": {"name": "vasp"}, "status": "planned"});
    let made = user.insert("calculations", &calculation).await;
    // For as long as this program runs, which measures once.
    let path = &*format!("/api/calculations/{}", made["_id"].as_str().expect("an id")).leak();
    let token = user.token.clone().expect("a token");
    let _shares: Vec<Share> = stack.resource.iter().map(|replica| Share::of(replica.id(), PERCENT)).collect();
    let mut rates: [Vec<f64>; REPLICAS.len()] = Default::default();
    for _ in 0..ROUNDS {
        for (replicas, rates) in REPLICAS.into_iter().zip(&mut rates) {
            let mut readers = Vec::new();
            for replica in &stack.resource[..replicas.into()] {
                for connection in Connection::several(&replica.base, CONNECTIONS).await {
                    readers.push(Reader { connection, path, token: Some(token.clone()) });
                }
            }
            let figures = closed(readers, ROUND).await;
            println!("{replicas} × {PERCENT} % of a core   {figures}");
            assert_eq!(figures.failed, 0, "every read succeeds");
            rates.push(figures.rate());
        }
    }
    let rates = rates.map(|mut rates| median(&mut rates));
    for (replicas, rate) in REPLICAS.into_iter().zip(rates).skip(1) {
        let share = rate / (rates[0] * f64::from(replicas));
        println!(
            "{replicas} replicas do {share:.2} of {replicas} times what one does (median; asked: {ASKED})"
        );
        assert!(share >= ASKED, "replicas do not scale");
    }
}
