//! AWS role sessions, put together from the records that mention them.
//!
//! Federation facts, F6: a later call belongs to the session whose access key it
//! uses; the console mints further keys, so principal id and creation date join
//! too.

use crate::factset::FactSet;
use selvedge_model::fact::{AwsSessionKey, AwsUse, RoleAssumption};
use selvedge_model::{Fact, SignedDuration, arn, time};
use std::collections::{BTreeMap, BTreeSet};

/// Creation date and the time of the call that began a session may differ by
/// this much.
pub const CREATION_SLACK: SignedDuration = SignedDuration::from_secs(5);

/// One set of temporary credentials of a role and all that was done with it.
#[derive(Debug, Clone)]
pub struct AwsSession<'a> {
    /// Principal id and creation date.
    pub key: AwsSessionKey,
    /// Account that owns the role.
    pub account: String,
    /// Role ARN.
    pub role_arn: String,
    /// Access keys seen.
    pub access_keys: BTreeSet<String>,
    /// The calls that gave it out: one, or one per account that logged it.
    pub assumptions: Vec<&'a RoleAssumption>,
    /// The session that assumed this one (role chaining).
    pub parent: Option<AwsSessionKey>,
    /// Calls made with it, by time.
    pub uses: Vec<&'a AwsUse>,
}

impl AwsSession<'_> {
    /// The role's unique id: the part of the principal id before the colon.
    pub fn role_id(&self) -> &str {
        self.key.principal_id.split(':').next().unwrap_or_default()
    }

    /// The session name: the part after the colon.
    pub fn session_name(&self) -> &str {
        self.key.principal_id.split_once(':').map_or("", |(_, name)| name)
    }

    /// The role's name.
    pub fn role_name(&self) -> &str {
        arn::Arn::parse(&self.role_arn).map_or("", |a| a.name())
    }

    /// `SourceIdentity`, which survives role chaining.
    pub fn source_identity(&self) -> Option<&str> {
        let given = self.assumptions.iter().find_map(|a| a.source_identity.as_deref());
        given.or_else(|| self.uses.iter().find_map(|u| u.source_identity.as_deref()))
    }

    /// Bytes that left by this session for an address outside AWS's private
    /// side: reads through a VPC endpoint or from a private address stay within.
    pub fn egress_bytes(&self) -> u64 {
        self.uses.iter().filter(|u| leaves(u)).map(|u| u.bytes_out).fold(0, u64::saturating_add)
    }
}

/// Whether bytes of this call left for a public address.
pub fn leaves(used: &AwsUse) -> bool {
    used.vpc_endpoint.is_none() && !is_private(&used.ip)
}

/// Whether an address is of a private network, or none at all.
pub fn is_private(ip: &str) -> bool {
    match ip.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        Ok(std::net::IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        // A service name: AWS called on somebody's behalf.
        Err(_) => true,
    }
}

/// All role sessions of a set, by key.
pub fn sessions(set: &FactSet) -> BTreeMap<AwsSessionKey, AwsSession<'_>> {
    let mut builder = Builder::default();
    let mut assumptions: Vec<&RoleAssumption> = Vec::new();
    let mut uses: Vec<&AwsUse> = Vec::new();
    for fact in set.facts() {
        match fact {
            Fact::RoleAssumption(a) => assumptions.push(a),
            Fact::AwsUse(u) if u.session.is_some() => uses.push(u),
            _ => {}
        }
    }
    assumptions.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
    uses.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
    for assumption in assumptions {
        builder.assume(assumption);
    }
    for used in uses {
        builder.add_use(used);
    }
    builder.finish()
}

#[derive(Default)]
struct Builder<'a> {
    sessions: BTreeMap<AwsSessionKey, AwsSession<'a>>,
    by_key: BTreeMap<&'a str, AwsSessionKey>,
}

impl<'a> Builder<'a> {
    fn assume(&mut self, assumption: &'a RoleAssumption) {
        let known = self.by_key.get(assumption.access_key_id.as_str()).filter(|_| !assumption.access_key_id.is_empty());
        let key = known.cloned().unwrap_or_else(|| AwsSessionKey {
            principal_id: assumption.principal_id.clone(),
            created: time::to_second(assumption.cite.at),
        });
        let session = self.sessions.entry(key.clone()).or_insert_with(|| AwsSession {
            key: key.clone(),
            account: assumption.account.clone(),
            role_arn: assumption.role_arn.clone(),
            access_keys: BTreeSet::new(),
            assumptions: Vec::new(),
            parent: None,
            uses: Vec::new(),
        });
        session.assumptions.push(assumption);
        if !assumption.access_key_id.is_empty() {
            session.access_keys.insert(assumption.access_key_id.clone());
            self.by_key.insert(&assumption.access_key_id, key);
        }
    }

    fn add_use(&mut self, used: &'a AwsUse) {
        let Some(session) = &used.session else {
            return;
        };
        let key = self
            .by_key
            .get(used.access_key_id.as_str())
            .filter(|key| key.principal_id == session.principal_id)
            .cloned()
            .or_else(|| self.near(session))
            .unwrap_or_else(|| session.clone());
        let entry = self.sessions.entry(key.clone()).or_insert_with(|| AwsSession {
            key: key.clone(),
            account: used.account.clone(),
            role_arn: used.role_arn.clone().unwrap_or_default(),
            access_keys: BTreeSet::new(),
            assumptions: Vec::new(),
            parent: None,
            uses: Vec::new(),
        });
        // Records of the session itself know the role's path; STS requests may not.
        if let Some(arn) = &used.role_arn {
            entry.role_arn.clone_from(arn);
        }
        if !used.access_key_id.is_empty() {
            entry.access_keys.insert(used.access_key_id.clone());
            self.by_key.entry(&used.access_key_id).or_insert(key);
        }
        entry.uses.push(used);
    }

    /// A session of the same principal that began within the slack.
    fn near(&self, wanted: &AwsSessionKey) -> Option<AwsSessionKey> {
        let from = AwsSessionKey {
            principal_id: wanted.principal_id.clone(),
            created: wanted.created.checked_sub(CREATION_SLACK).ok()?,
        };
        let to = AwsSessionKey {
            principal_id: wanted.principal_id.clone(),
            created: wanted.created.checked_add(CREATION_SLACK).ok()?,
        };
        let nearest = |key: &&AwsSessionKey| key.created.duration_since(wanted.created).abs();
        self.sessions.range(from..=to).map(|(key, _)| key).min_by_key(nearest).cloned()
    }

    fn finish(mut self) -> BTreeMap<AwsSessionKey, AwsSession<'a>> {
        let parents: Vec<(AwsSessionKey, AwsSessionKey)> = self
            .sessions
            .values()
            .filter_map(|session| {
                let caller = session.assumptions.iter().find_map(|a| a.caller_key.as_deref())?;
                let parent = self.by_key.get(caller)?;
                (*parent != session.key).then(|| (session.key.clone(), parent.clone()))
            })
            .collect();
        for (child, parent) in parents {
            if let Some(session) = self.sessions.get_mut(&child) {
                session.parent = Some(parent);
            }
        }
        self.sessions
    }
}
