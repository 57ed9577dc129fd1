//! The real clock, for a face that outlives a test.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use selvedge_ports::Clock;

/// Real time. Sleeping needs a tokio runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

#[async_trait]
impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: SignedDuration) {
        // A negative duration has no counterpart, and is no wait.
        if let Ok(duration) = duration.try_into() {
            tokio::time::sleep(duration).await;
        }
    }
}
