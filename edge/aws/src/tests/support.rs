//! Clocks and configurations for the tests.

use crate::{AwsAccount, AwsCloud, AwsConfig, AwsCredential, SecretRef};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use selvedge_ports::Clock;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

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

/// A key pair in files of `folder`, by reference.
pub(crate) fn keys(folder: &Path, id: &str, secret: &str) -> AwsCredential {
    let put = |name: &str, value: &str| {
        let path = folder.join(format!("{id}.{name}"));
        std::fs::write(&path, value).unwrap();
        SecretRef::File(path.display().to_string())
    };
    AwsCredential::Keys { access_key_id: put("id", id), secret_access_key: put("secret", secret), session_token: None }
}

/// A configuration of one account at a loopback endpoint.
pub(crate) fn config(url: &str, account: &str, link: AwsAccount) -> AwsConfig {
    AwsConfig {
        endpoint: Some(url.into()),
        timeout_secs: 5,
        accounts: BTreeMap::from([(account.to_owned(), link)]),
        ..AwsConfig::default()
    }
}

pub(crate) async fn connect(config: &AwsConfig, clock: Arc<dyn Clock>) -> AwsCloud {
    AwsCloud::connect(config, clock).await.unwrap()
}
