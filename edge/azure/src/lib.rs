//! Microsoft Graph v1.0 behind the ports: reading an Entra user, revoking its
//! sessions, disabling and enabling it.
//!
//! `azure_identity` gets the tokens (client secret, workload identity, managed
//! identity, Azure CLI). The requests themselves go through reqwest and not
//! through azure_core's pipeline, because that one repeats failed requests by
//! itself, mutations too, and does not tell a request that never left from one
//! whose answer was lost. Both use the same HTTP client, rustls with ring.
//!
//! ```text
//! config    what an operator writes, checked as a whole
//! secret    references to secrets, and secrets that cannot be printed
//! answers   answer bytes -> typed answers and faults (pure)
//! fault     a refusal -> what to do next             (pure)
//! token     credentials -> bearer tokens
//! wire      one HTTP exchange
//! client    reads, with bounded retries
//! act       mutations, without any retry
//! ```

pub mod answers;
pub mod config;
pub mod secret;

mod act;
mod client;
mod fault;
mod retry;
mod token;
mod wire;

pub use client::GraphCloud;
pub use config::{ConfigError, GraphConfig, GraphCredential, GraphTenant, NationalCloud};
pub use secret::SecretRef;

#[cfg(test)]
mod tests;
