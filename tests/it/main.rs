//! End-to-end tests: the built binaries as separate processes, over HTTP, on embedded stores and on MongoDB
//! with two replicas of each service. A module per capability.

#![allow(clippy::expect_used, clippy::panic, reason = "in a test a broken expectation is a failure")]
#![allow(clippy::disallowed_methods, reason = "tests/run hands over its servers in the environment")]

mod accounts;
mod addresses;
mod administration;
mod aggregates;
mod artifacts;
mod bad_input;
mod builds;
mod causes;
mod changes;
mod circles;
mod clients;
mod commands;
mod console;
mod coverage;
mod definitions;
mod discovery;
mod documents;
mod exports;
mod failover;
mod feed;
mod guesses;
mod hang;
mod hot;
mod http2;
mod import;
mod imported_members;
mod keys;
mod local;
mod logs;
mod mates;
mod memory;
mod metrics;
mod openapi;
mod outage;
mod outcomes;
mod owners;
mod paging;
mod problems;
mod programs;
mod projects;
mod publishing;
mod queries;
mod reviews;
mod revocations;
mod series;
mod sessions;
mod settings;
mod slow;
mod spans;
mod start;
mod support;
mod telemetry;
mod tidy;
mod tokens;
mod views;
mod writes;
