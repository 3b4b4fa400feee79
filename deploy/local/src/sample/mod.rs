//! The sample: a real calculation, run and stored as a job on a cluster would do it.

mod calculation;
pub mod client;
mod documents;
mod fluid;
mod fluid_documents;
mod fluid_job;
pub mod job;
mod progress;
mod stored;
mod values;
