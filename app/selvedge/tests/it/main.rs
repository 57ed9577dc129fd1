//! One binary for the integration tests of the product.
#![allow(missing_docs, clippy::print_stdout, reason = "tests")]

mod agreement;
mod chains;
mod cli;
mod corpus;
mod demo;
mod evaluation;
mod hostile;
mod ministack;
mod orders;
mod schema;
mod world;
