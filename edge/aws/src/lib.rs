//! AWS behind the ports: reading and acting on IAM roles, and the propagation
//! canary, over AWS's own wire protocol.
//!
//! One thin client of ours speaks the Query protocol (form body, XML answers)
//! that IAM (API version 2010-05-08) and STS (2011-06-15) use. `aws-config`
//! finds the credentials (environment, profile, SSO, web identity, container,
//! instance), `aws-sigv4` signs, reqwest carries. It is our own because an act
//! must be sent once and never again on its own, and because what became of it
//! must be told apart as sharply as the wire allows: refused, not sent, unknown.
//!
//! ```text
//! config    what an operator writes, checked as a whole
//! secret    references to secrets, and secrets that cannot be printed
//! xml       answer bytes -> a small tree          (pure)
//! answers   tree -> typed answers and faults      (pure)
//! fault     a provider's refusal -> what to do next (pure)
//! wire      form, signature, one HTTP exchange
//! identity  credentials, assumed roles, the account behind them
//! client    reads, with bounded retries
//! act       mutations, without any retry
//! canary    our own session whose refusal proves that a deny took hold
//! ```

pub mod answers;
pub mod config;
pub mod secret;
pub mod xml;

mod act;
mod canary;
mod client;
mod doc;
mod fault;
mod general;
mod identity;
mod retry;
mod wire;

pub use client::AwsCloud;
pub use config::{AwsAccount, AwsConfig, AwsCredential, ConfigError};
pub use secret::SecretRef;

#[cfg(test)]
mod tests;
