//! Time as a seam: real in production, virtual in the simulation.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// A clock that can be waited on.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Timestamp;

    /// Returns once `duration` has passed on this clock; at once if it is not
    /// positive.
    async fn sleep(&self, duration: SignedDuration);
}
