//! What the clouds hold.

use super::faults::Faults;
use super::things::Things;
use super::{Actor, Delays, MutationCount, Range};
use crate::clock::plus;
use crate::delayed::Delayed;
use crate::entra::Tenant;
use crate::records::{LogRecord, LogSource};
use crate::rng::Rng;
use crate::session::AwsSession;
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::Mutation;
use serde_json::Value;
use std::collections::BTreeMap;

/// A role's policies: what an IAM change replaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RolePolicies {
    /// Name to document.
    pub(crate) inline: BTreeMap<String, String>,
    /// ARN to document.
    pub(crate) attached: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) trust: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created: Timestamp,
    pub(crate) policies: Delayed<RolePolicies>,
}

impl Role {
    pub(crate) fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.name)
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// By name.
    pub(crate) roles: BTreeMap<String, Role>,
    /// ARN to issuer.
    pub(crate) saml_providers: BTreeMap<String, String>,
    /// IAM users, as the authorization details show them.
    pub(crate) users: Vec<Value>,
    /// By access key.
    pub(crate) sessions: BTreeMap<String, AwsSession>,
    /// Name of the canary role.
    pub(crate) canary: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    pub(crate) account: String,
    /// Key to size.
    pub(crate) objects: BTreeMap<String, u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Scheduled {
    pub(crate) at: Timestamp,
    pub(crate) who: String,
    pub(crate) mutation: Mutation,
}

pub(crate) struct State {
    pub(crate) seed: u64,
    pub(crate) rng: Rng,
    pub(crate) delays: Delays,
    pub(crate) faults: Faults,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) tenants: BTreeMap<String, Tenant>,
    /// Everything that has no shape of its own here.
    pub(crate) things: Things,
    pub(crate) mutations: BTreeMap<String, MutationCount>,
    pub(crate) scheduled: Vec<Scheduled>,
    pub(crate) logs: Vec<LogRecord>,
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: Rng::labelled(seed, "cloud"),
            delays: Delays::default(),
            faults: Faults::none(),
            accounts: BTreeMap::new(),
            buckets: BTreeMap::new(),
            tenants: BTreeMap::new(),
            things: Things::default(),
            mutations: BTreeMap::new(),
            scheduled: Vec::new(),
            logs: Vec::new(),
        }
    }

    /// `now` and a seeded delay.
    pub(crate) fn after(&mut self, now: Timestamp, (low, high): Range) -> Timestamp {
        plus(now, SignedDuration::from_millis(self.rng.between(low, high).cast_signed()))
    }

    pub(crate) fn carry_out_scheduled(&mut self, now: Timestamp) {
        while self.scheduled.first().is_some_and(|one| one.at <= now) {
            let Scheduled { at, who, mutation } = self.scheduled.remove(0);
            self.change(&mutation, &Actor::Other(who), at);
        }
    }

    pub(crate) fn log(&mut self, source: LogSource, container: &str, at: Timestamp, (id, record): (String, Value)) {
        let range = match source {
            LogSource::CloudTrail | LogSource::VpcFlow | LogSource::GuardDuty => self.delays.cloudtrail,
            LogSource::SignIn | LogSource::EntraAudit => self.delays.sign_in,
            LogSource::Activity | LogSource::KeyVault | LogSource::AppService => self.delays.activity,
        };
        let arrives_at = self.after(at, range);
        self.logs.push(LogRecord { source, container: container.into(), id, occurred_at: at, arrives_at, record });
    }

    pub(crate) fn take_logs(&mut self, until: Timestamp) -> Vec<LogRecord> {
        let (mut taken, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.logs).into_iter().partition(|record| record.arrives_at <= until);
        self.logs = kept;
        taken.sort_by_key(|record| record.arrives_at);
        taken
    }
}
