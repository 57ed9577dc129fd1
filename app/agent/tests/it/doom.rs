//! Death on demand: wrappers that end the process (here: unwind) at the k-th
//! moment before or after a commit or a call.

use async_trait::async_trait;
use selvedge_actions::{Answer, Read};
use selvedge_guard::Permit;
use selvedge_model::{Digest, EventId, IncidentId};
use selvedge_ports::{
    Batch, Canary, CanarySession, CloudAct, CloudError, CloudRead, Entry, Head, Journal, JournalError, Outcome, Probe,
};
use selvedge_sim::SimCloud;
use selvedge_store::MemoryJournal;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

struct Died;

/// Counts down to death; negative: lives for ever.
#[derive(Clone)]
pub(crate) struct Doom(Arc<AtomicI64>);

impl Doom {
    pub(crate) fn at(moment: i64) -> Self {
        Self(Arc::new(AtomicI64::new(moment)))
    }

    fn moment(&self) {
        if self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            // Unwinds without a word on stderr.
            resume_unwind(Box::new(Died));
        }
    }

    /// Runs until death; `None` if it died.
    pub(crate) fn survive<T>(&self, body: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(body)) {
            Ok(value) => Some(value),
            Err(cause) if cause.is::<Died>() => None,
            Err(cause) => resume_unwind(cause),
        }
    }
}

/// A journal that outlives its process.
#[derive(Clone)]
pub(crate) struct Doomed {
    pub(crate) disk: Arc<Mutex<MemoryJournal>>,
    pub(crate) doom: Doom,
}

impl Doomed {
    fn disk(&self) -> std::sync::MutexGuard<'_, MemoryJournal> {
        self.disk.lock().unwrap()
    }
}

impl Journal for Doomed {
    fn head(&self) -> Result<Head, JournalError> {
        self.disk().head()
    }
    fn commit(&mut self, expected: Head, batch: Batch) -> Result<Head, JournalError> {
        self.doom.moment();
        let head = self.disk().commit(expected, batch);
        self.doom.moment();
        head
    }
    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.disk().entries(from, limit)
    }
    fn entries_of(&self, incident: &IncidentId) -> Result<Vec<Entry>, JournalError> {
        self.disk().entries_of(incident)
    }
    fn body(&self, digest: &Digest) -> Result<Option<Vec<u8>>, JournalError> {
        self.disk().body(digest)
    }
    fn erase(&mut self, digest: &Digest) -> Result<bool, JournalError> {
        self.disk().erase(digest)
    }
    fn each_fact(&self, show: &mut dyn FnMut(EventId, &[u8]) -> ControlFlow<()>) -> Result<(), JournalError> {
        self.disk().each_fact(show)
    }
    fn value(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.disk().value(name)
    }
    fn value_names(&self, prefix: &str) -> Result<Vec<String>, JournalError> {
        self.disk().value_names(prefix)
    }
    fn verify(&self) -> Result<(Head, u64), JournalError> {
        self.disk().verify()
    }
}

/// The clouds, called by a process that may die before or after each call.
pub(crate) struct DoomedCloud {
    pub(crate) cloud: SimCloud,
    pub(crate) doom: Doom,
}

#[async_trait]
impl CloudRead for DoomedCloud {
    async fn read(&self, read: &Read) -> Result<Answer, CloudError> {
        self.doom.moment();
        let answer = self.cloud.read(read).await;
        self.doom.moment();
        answer
    }
}

#[async_trait]
impl CloudAct for DoomedCloud {
    async fn act(&self, permit: Permit) -> Outcome {
        self.doom.moment();
        let outcome = self.cloud.act(permit).await;
        self.doom.moment();
        outcome
    }
}

#[async_trait]
impl Canary for DoomedCloud {
    async fn open(&self, account: &str) -> Result<Option<CanarySession>, CloudError> {
        self.doom.moment();
        self.cloud.open(account).await
    }
    async fn probe(&self, session: &CanarySession) -> Result<Probe, CloudError> {
        self.doom.moment();
        self.cloud.probe(session).await
    }
}
