//! The two clouds in one value.

mod export;
pub(crate) mod faults;
mod fingerprint;
mod iam;
mod ports;
mod serve;
mod state;
pub(crate) mod sts;
mod things;

use crate::clock::SimClock;
use crate::records::LogRecord;
use crate::rng::Rng;
use faults::Faults;
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::Mutation;
use selvedge_ports::{Clock, Outcome};
pub(crate) use state::{Bucket, Scheduled, State};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Milliseconds, from the least to the most, both included.
pub type Range = (u64, u64);

/// How long things take, in milliseconds; each draw is seeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// From a stored IAM change to its effect.
    pub iam: Range,
    /// From a stored change of a user to its effect on new sign-ins.
    pub entra: Range,
    /// From a call to its CloudTrail record.
    pub cloudtrail: Range,
    /// From a sign-in or directory change to its row.
    pub sign_in: Range,
    /// From an ARM operation to its row.
    pub activity: Range,
    /// How long a call of the agent takes, both ways.
    pub call: Range,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            iam: (3_000, 5_000),
            entra: (15_000, 45_000),
            cloudtrail: (60_000, 420_000),
            sign_in: (120_000, 900_000),
            activity: (60_000, 600_000),
            call: (30, 120),
        }
    }
}

/// Who made a change, as the logs will name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Selvedge's acting credential.
    Agent,
    /// Somebody else, by the name of a session or an application.
    Other(String),
}

/// A role to be created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleSpec {
    /// Name.
    pub name: String,
    /// Path; `/` if empty.
    pub path: String,
    /// Unique id; drawn if empty.
    pub id: String,
    /// Trust policy.
    pub trust: String,
    /// Inline policies, name to document.
    pub inline: BTreeMap<String, String>,
    /// Attached managed policies, ARN to document.
    pub attached: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// What became of the mutations of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MutationCount {
    /// So many reached the provider, from the agent.
    pub received: u64,
    /// So many of them changed something (or confirmed it as it was).
    pub applied: u64,
}

/// AWS accounts and Entra tenants in memory. Clones share the state.
#[derive(Clone)]
pub struct SimCloud {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

impl SimCloud {
    /// Two empty clouds on a virtual clock. The seed decides ids and delays.
    pub fn new(seed: u64, clock: SimClock) -> Self {
        Self::on_clock(seed, Arc::new(clock))
    }

    /// The same on any clock, such as the wall clock behind the HTTP face.
    pub fn on_clock(seed: u64, clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Arc::new(Mutex::new(State::new(seed))) }
    }

    /// Now, on its clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The state, with changes that others scheduled until now carried out.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        let now = self.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.carry_out_scheduled(now);
        state
    }

    /// Sets the delays.
    pub fn set_delays(&self, delays: Delays) {
        self.lock().delays = delays;
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// Adds an account without anything in it.
    pub fn add_account(&self, account: &str) {
        self.lock().accounts.entry(account.into()).or_default();
    }

    /// Adds a bucket with its objects, key to size in bytes.
    pub fn add_bucket(&self, account: &str, bucket: &str, objects: impl IntoIterator<Item = (String, u64)>) {
        let objects = objects.into_iter().collect();
        self.lock().buckets.insert(bucket.into(), Bucket { account: account.into(), objects });
    }

    /// Adds a SAML provider to an account and returns its ARN. `issuer` is the
    /// entity id of the identity provider.
    pub fn add_saml_provider(&self, account: &str, name: &str, issuer: &str) -> String {
        let arn = format!("arn:aws:iam::{account}:saml-provider/{name}");
        let mut state = self.lock();
        state.accounts.entry(account.into()).or_default().saml_providers.insert(arn.clone(), issuer.into());
        arn
    }

    /// Creates a role, or recreates it under a new unique id if there is one of
    /// that name: the sessions of the old one are dead. Returns the unique id.
    pub fn add_role(&self, account: &str, spec: RoleSpec) -> String {
        let now = self.now();
        self.lock().add_role(account, spec, now)
    }

    /// Puts an object as its provider shows it: container (account,
    /// subscription, tenant), kind, id.
    pub fn add_thing(&self, container: &str, kind: &str, id: &str, document: impl Into<selvedge_actions::Doc>) {
        self.lock().things.put(container, kind, id, document.into());
    }

    /// Deletes a role. Its sessions are dead at once.
    pub fn delete_role(&self, account: &str, name: &str) {
        if let Some(account) = self.lock().accounts.get_mut(account) {
            account.roles.remove(name);
        }
    }

    /// Sets up a canary role in an account: a role of our own that may list
    /// buckets and that only our session uses. Returns its unique id.
    pub fn add_canary(&self, account: &str, role_name: &str) -> String {
        let allow = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"selvedge"},"Action":"sts:AssumeRole"}]}"#;
        let id = self.add_role(
            account,
            RoleSpec {
                name: role_name.into(),
                trust: trust.into(),
                inline: BTreeMap::from([("CanaryProbe".into(), allow.into())]),
                ..RoleSpec::default()
            },
        );
        if let Some(account) = self.lock().accounts.get_mut(account) {
            account.canary = Some(role_name.into());
        }
        id
    }

    /// Makes a change as somebody else, at once and without faults.
    pub fn change_as(&self, who: &str, mutation: &Mutation) -> Outcome {
        let now = self.now();
        self.lock().change(mutation, &Actor::Other(who.into()), now)
    }

    /// Has somebody else make a change at a moment to come.
    pub fn schedule(&self, at: Timestamp, who: &str, mutation: Mutation) {
        let mut state = self.lock();
        state.scheduled.push(Scheduled { at, who: who.into(), mutation });
        state.scheduled.sort_by_key(|one| one.at);
    }

    /// Mutations of the agent that reached a provider, per operation.
    pub fn mutations(&self) -> BTreeMap<String, MutationCount> {
        self.lock().mutations.clone()
    }

    /// Records that have arrived until `until` and were not taken before, in the
    /// order of their arrival.
    pub fn take_logs(&self, until: Timestamp) -> Vec<LogRecord> {
        self.lock().take_logs(until)
    }

    /// All records that were not taken, arrived or not, in the order in which
    /// they happened.
    pub fn logs(&self) -> Vec<LogRecord> {
        self.lock().logs.clone()
    }

    /// All sessions that were ever opened.
    pub(crate) fn sessions(&self) -> Vec<crate::AwsSession> {
        self.lock().accounts.values().flat_map(|account| account.sessions.values().cloned()).collect()
    }

    pub(crate) async fn wait_for_call(&self) {
        let half = {
            let mut state = self.lock();
            let (low, high) = state.delays.call;
            state.rng.between(low, high) / 2
        };
        self.clock.sleep(SignedDuration::from_millis(half.cast_signed())).await;
    }

    /// A number generator of its own, for scripts.
    pub(crate) fn rng(&self, label: &str) -> Rng {
        Rng::labelled(self.lock().seed, label)
    }
}

impl std::fmt::Debug for SimCloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimCloud").field("now", &self.now()).finish_non_exhaustive()
    }
}
