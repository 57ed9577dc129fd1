//! One binary for the integration tests of the product.
#![allow(missing_docs, clippy::print_stdout, reason = "tests")]

mod corpus;
mod demo;
mod orders;
mod schema;
mod world;
