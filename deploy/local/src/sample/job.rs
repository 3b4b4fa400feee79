//! The sample as a cluster job: announces each calculation, streams its residuals, stores its results.
//!
//! Talks to the services over HTTP only.

use anyhow::{Context as _, Result};
use service_kit::clock::Clock;
use shared_models::documents::Page;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{
    calculation::{Case, Outcome, calculate},
    client::Client,
    documents, fluid_job,
    progress::Progress,
    stored::{Stored, left},
    values::Point,
};

/// Runs those of the sample's calculations that have no results yet: the two series beside each other, each with a login of
/// its own.
pub async fn run(poisson: &mut Client, fluid: &mut Client, clock: &dyn Clock) -> Result<()> {
    let missing = missing(&left(poisson, clock, documents::TAG).await?);
    let progress = Progress::new(missing.len());
    let host = gethostname::gethostname().to_string_lossy().into_owned();
    let grids = async {
        for case in &missing {
            let outcome =
                run_case(poisson, clock, *case, &host, &progress).await.with_context(|| case.name())?;
            progress.stored(*case, &outcome);
        }
        Ok(())
    };
    tokio::try_join!(grids, fluid_job::run(fluid, clock, &host, &progress)).map(|_| ())
}

/// The id of the calculation that was stored last, by anyone.
pub async fn newest(client: &mut Client) -> Result<Option<String>> {
    let query = "/api/calculations?sort=-_created_at&limit=1&fields=name,status";
    let page = client.get::<Page<Stored>>(query).await?;
    Ok(page.items.into_iter().next().map(|stored| stored.id))
}

/// The cases of which no finished calculation is stored.
fn missing(stored: &[Stored]) -> Vec<Case> {
    let finished =
        |case: &Case| stored.iter().any(|stored| stored.status == "finished" && stored.name == case.name());
    Case::all().filter(|case| !finished(case)).collect()
}

async fn run_case(
    client: &mut Client,
    clock: &dyn Clock,
    case: Case,
    host: &str,
    progress: &Progress,
) -> Result<Outcome> {
    let announced = client.create("calculations", &documents::announcement(case, clock.now(), host)).await?;
    let (sender, history) = unbounded_channel();
    let calculation = tokio::task::spawn_blocking(move || calculate(case, &sender));
    let streamed = stream(client, &announced.id, case, history, progress).await;
    let outcome = calculation.await?;
    let end = match &streamed {
        Ok(()) => documents::results(&outcome, clock.now()),
        Err(_) => documents::failure(clock.now()),
    };
    let changed = client.change("calculations", &announced, &end).await;
    streamed.and(changed).map(|_| outcome)
}

/// Stores the residual history chunk by chunk while the calculation runs.
async fn stream(
    client: &mut Client,
    calculation: &str,
    case: Case,
    mut history: UnboundedReceiver<Vec<Point>>,
    progress: &Progress,
) -> Result<()> {
    while let Some(points) = history.recv().await {
        client.create("series", &documents::series(calculation, &points)).await?;
        if let Some(newest) = points.last() {
            progress.reached(case, *newest);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_finished_calculation_is_not_run_again() {
        let stored = |case: Case, status: &str| Stored {
            id: "id".into(),
            revision: 2,
            name: case.name(),
            status: status.into(),
        };
        let cases: Vec<_> = Case::all().collect();
        assert_eq!(missing(&[]), cases);
        assert_eq!(missing(&[stored(cases[0], "finished"), stored(cases[1], "failed")]), cases[1..]);
    }
}
