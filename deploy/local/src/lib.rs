//! Both services in one process on embedded stores, and the sample that uses them as a client would.

pub mod app;
mod banner;
mod browser;
pub mod cli;
mod console;
mod data_dir;
mod demo;
mod sample;
mod settings;
mod terminal;
mod tour;
