//! The fluid as a cluster job: announces each calculation, streams its points, stores its results, reviews them.
//!
//! Talks to the services over HTTP only.

use anyhow::{Context as _, Result};
use service_kit::clock::Clock;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{
    client::{Client, Handle},
    documents::failure,
    fluid::{Batch, CASES, Case, calculate},
    fluid_documents::{self as documents, TAG},
    progress::Progress,
    stored::{Stored, left},
};

/// Runs the cases of which no result is stored, and gives verdicts on what it ran.
pub async fn run(client: &mut Client, clock: &dyn Clock, host: &str, progress: &Progress) -> Result<()> {
    let stored = left(client, clock, TAG).await?;
    for case in CASES.iter().filter(|case| !is_stored(case, &stored)) {
        run_case(client, clock, case, host, progress).await.with_context(|| case.name())?;
    }
    Ok(())
}

fn is_stored(case: &Case, stored: &[Stored]) -> bool {
    stored.iter().any(|stored| stored.name == case.name() && stored.status == case.end())
}

async fn run_case(
    client: &mut Client,
    clock: &dyn Clock,
    case: &Case,
    host: &str,
    progress: &Progress,
) -> Result<()> {
    let announced = client.create("calculations", &documents::announcement(case, clock.now(), host)).await?;
    let (sender, batches) = unbounded_channel();
    let calculated = *case;
    let calculation = tokio::task::spawn_blocking(move || calculate(&calculated, &sender));
    let streamed = stream(client, &announced.id, batches).await;
    let outcome = calculation.await?;
    let end = match &streamed {
        Ok(()) => documents::results(case, &outcome, clock.now()),
        Err(_) => failure(clock.now()),
    };
    let changed = client.change("calculations", &announced, &end).await;
    let ended = streamed.and(changed)?;
    progress.line(&documents::line(case, &outcome));
    review(client, case, &ended).await
}

/// Verdicts of the same person: on a run that was changed since, on the one that broke, and one that is asked for.
async fn review(client: &mut Client, case: &Case, ended: &Handle) -> Result<()> {
    client.create("reviews", &documents::review(case, ended)).await?;
    if let Some(note) = documents::later_note(case) {
        client.change("calculations", ended, &note).await?;
    }
    Ok(())
}

/// Appends the points of all metrics as they come.
async fn stream(client: &mut Client, calculation: &str, mut batches: UnboundedReceiver<Batch>) -> Result<()> {
    while let Some(batch) = batches.recv().await {
        for points in documents::points(calculation, &batch) {
            client.append(&points).await?;
        }
    }
    Ok(())
}
