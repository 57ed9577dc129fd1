//! Clock and configuration for the tests.

use crate::{GraphConfig, GraphCredential, GraphTenant, SecretRef};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use selvedge_ports::Clock;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub(crate) const TENANT: &str = "5f0c2a9e-7d14-4b3a-8e61-0c9d2f7b6a35";
pub(crate) const USER: &str = "5a1c93e4-0000-4f60-8d15-c3e97a40b62f";

/// Stands still and notes for how long it was asked to sleep.
pub(crate) struct StillClock {
    slept: Mutex<Vec<SignedDuration>>,
}

impl StillClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { slept: Mutex::new(Vec::new()) })
    }

    pub(crate) fn now_is() -> Timestamp {
        "2026-05-18T17:30:00Z".parse().unwrap()
    }

    pub(crate) fn slept_ms(&self) -> Vec<i128> {
        self.slept.lock().unwrap().iter().map(SignedDuration::as_millis).collect()
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Self::now_is()
    }

    async fn sleep(&self, duration: SignedDuration) {
        self.slept.lock().unwrap().push(duration);
    }
}

/// A fixed token in a file of `folder`, by reference.
pub(crate) fn token(folder: &Path, value: &str) -> GraphCredential {
    let path = folder.join(value);
    std::fs::write(&path, value).unwrap();
    GraphCredential::Token { token: SecretRef::File(path.display().to_string()) }
}

/// A configuration of one tenant at a loopback endpoint.
pub(crate) fn config(url: &str, tenant: GraphTenant) -> GraphConfig {
    GraphConfig {
        endpoint: Some(url.into()),
        timeout_secs: 1,
        tenants: BTreeMap::from([(TENANT.to_owned(), tenant)]),
        ..GraphConfig::default()
    }
}
