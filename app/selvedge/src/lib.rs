//! The command line: the only place that names concrete adapters.

#[macro_use]
mod out;

mod clouds;
pub mod cmd;
pub mod config;
pub mod content;
mod demo;
pub mod error;
mod folder;
mod logs;
mod progress;
mod render;
