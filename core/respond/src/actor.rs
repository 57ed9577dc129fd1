//! Whose a record is, told from its own facts.

use crate::signals::{self, act, instance, root_account};
use selvedge_graph::Record;
use selvedge_model::fact::{AssumeMethod, AwsUse, Signal};
use selvedge_model::{Fact, guid};

/// Who did it; else what it was done to; else where it came from. In the order in
/// which an incident prefers to be named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ActorKey {
    /// An Entra user or service principal, by object id, lower-cased. Object ids
    /// are unique across tenants.
    EntraObject(String),
    /// An Entra user of whom only the UPN is known.
    EntraName(String),
    /// Principal id of an IAM user or a role session (`AROA…:name`).
    AwsPrincipal(String),
    /// One of several who use the same role and session name: with the caller
    /// who made the session.
    AwsPrincipalBy(String, String),
    /// A principal of whom only the ARN is known.
    AwsArn(String),
    /// The root user of an account.
    AwsRoot(String),
    /// A principal of whom only the access key is known.
    AwsKey(String),
    /// An EC2 instance, by its id.
    Instance(String),
    /// Any other resource: what a report is about.
    Resource(String),
    /// An address.
    Address(String),
    /// An account, subscription or tenant.
    Account(String),
    /// Nobody that the records name.
    Unknown,
}

/// Whose the record is.
pub(crate) fn key_of(record: &Record) -> ActorKey {
    record.facts.iter().find_map(who).unwrap_or_else(|| what(record))
}

/// Who did what a fact tells of, where it says.
pub(crate) fn who(fact: &Fact) -> Option<ActorKey> {
    match fact {
        // Federation: whoever signed in is the session that comes of it. Of an
        // `AssumeRole` the caller is told by the call itself.
        Fact::RoleAssumption(a) if a.method == AssumeMethod::Role => None,
        Fact::RoleAssumption(a) => aws_id(&a.principal_id),
        Fact::AwsUse(u) => aws_use(u),
        Fact::SignIn(s) => {
            let workload = s.service_principal_id.as_deref().and_then(entra_object);
            entra_object(&s.user_id).or(workload).or_else(|| entra_name(&s.upn))
        }
        Fact::ArmUse(u) => entra_object(&u.object_id).or_else(|| entra_name(&u.upn)),
        Fact::EntraChange(c) => entra_object(&c.initiator_id).or_else(|| entra_name(&c.initiator_upn)),
        Fact::Signal(s) => signal(s),
        // The call that comes with it says it.
        Fact::Portal(_) => None,
    }
}

fn aws_use(used: &AwsUse) -> Option<ActorKey> {
    if used.principal_type == "Root" {
        let account = root_account(&used.principal_arn).unwrap_or(&used.account);
        return Some(ActorKey::AwsRoot(account.to_owned()));
    }
    aws_id(&used.principal_id).or_else(|| aws_id(&used.principal_arn)).or_else(|| aws_id(&used.access_key_id))
}

/// An AWS principal by whatever names it: ARN, principal id or access key.
pub(crate) fn aws_id(id: &str) -> Option<ActorKey> {
    if id.is_empty() {
        return None;
    }
    Some(if let Some(account) = root_account(id) {
        ActorKey::AwsRoot(account.to_owned())
    } else if id.starts_with("arn:") {
        ActorKey::AwsArn(id.to_owned())
    } else if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        // The principal id of a root user is its account.
        ActorKey::AwsRoot(id.to_owned())
    } else if is_access_key(id) {
        ActorKey::AwsKey(id.to_owned())
    } else {
        ActorKey::AwsPrincipal(id.to_owned())
    })
}

pub(crate) fn is_access_key(id: &str) -> bool {
    id.starts_with("AKIA") || id.starts_with("ASIA")
}

fn entra_object(id: &str) -> Option<ActorKey> {
    // All zeros stand for "unknown".
    let id = guid::parse(id).filter(|id| id.bytes().any(|b| b != b'0' && b != b'-'))?;
    Some(ActorKey::EntraObject(id))
}

fn entra_name(upn: &str) -> Option<ActorKey> {
    (!upn.is_empty()).then(|| ActorKey::EntraName(upn.to_lowercase()))
}

fn signal(signal: &Signal) -> Option<ActorKey> {
    if signal.cloud == "aws" {
        let key = signal.session.as_deref().filter(|key| is_access_key(key));
        return aws_id(&signal.actor).or_else(|| key.and_then(aws_id));
    }
    let named = |text: &str| if text.contains('@') { entra_name(text) } else { None };
    entra_object(&signal.actor).or_else(|| named(&signal.actor)).or_else(|| named(&signal.actor_name))
}

/// Of a record that names nobody.
fn what(record: &Record) -> ActorKey {
    let given = record.facts.iter().find_map(|fact| match fact {
        // A service of AWS called: what it made is what acts from then on.
        Fact::RoleAssumption(a) => aws_id(&a.principal_id),
        _ => None,
    });
    if let Some(session) = given {
        return session;
    }
    let act = act(record);
    let is_report = record.facts.iter().any(|fact| matches!(fact, Fact::Signal(s) if s.report.is_some()));
    let target = act.targets.first().map(|target| match signals::instance(target) {
        Some(id) => ActorKey::Instance(id.to_owned()),
        None => ActorKey::Resource((*target).to_owned()),
    });
    let account = (!act.account.is_empty()).then(|| ActorKey::Account(act.account.to_owned()));
    let address = act.ip.parse::<std::net::IpAddr>().ok().map(|ip| ActorKey::Address(ip.to_string()));
    // A report is about something; a call comes from somewhere.
    let found = if is_report { target.or(account).or(address) } else { address.or(target).or(account) };
    found.unwrap_or(ActorKey::Unknown)
}

/// The instance behind a principal: EC2 names the session of an instance's role
/// after the instance.
pub(crate) fn instance_of(key: &ActorKey) -> Option<ActorKey> {
    let id = match key {
        ActorKey::AwsPrincipal(id) | ActorKey::AwsArn(id) => instance(id)?,
        _ => return None,
    };
    Some(ActorKey::Instance(id.to_owned()))
}
