//! Who may ask, as far as the statements of two policies tell people apart: names are exact,
//! so a finite list holds one of every kind.

use super::keys::{Conditions, Known, Literals};
use crate::condition::{Condition, Context};
use crate::layer::is_for;
use crate::policy::{Policy, Statement, Version};
use crate::principal::{Asker, Caller, NameKind, Reach};
use crate::truth::Truth;
use std::collections::BTreeSet;

/// One who asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Person {
    /// As a request names them.
    pub(super) name: String,
    /// Their account, where they have one.
    pub(super) account: Option<String>,
    /// The unique id of theirs that a policy names.
    pub(super) id: Option<String>,
}

/// More are not looked at.
const MOST: usize = 400;

/// An account that no policy names.
fn fresh_account(known: &BTreeSet<String>) -> String {
    let each = (1..=9_u64).map(|digit| digit.to_string().repeat(12));
    let more = (0..u64::MAX).map(|number| format!("{number:012}"));
    each.chain(more).find(|account| !known.contains(account)).unwrap_or_default()
}

fn accounts(names: &BTreeSet<(u8, String)>) -> BTreeSet<String> {
    let digits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let of = |text: &str| {
        let arn = text.split(':').nth(4).filter(digits);
        arn.or(Some(text).filter(|text| text.len() == 12).filter(digits)).map(str::to_owned)
    };
    names.iter().filter_map(|(_, text)| of(text)).collect()
}

/// All names in both policies, by kind.
fn names(policies: [&Policy; 2]) -> BTreeSet<(u8, String)> {
    let statements = policies.into_iter().flat_map(|policy| &policy.statements);
    let named = statements.filter_map(|one| one.principals.as_ref()).flat_map(|principals| &principals.names);
    let kind = |kind: NameKind| match kind {
        NameKind::Anyone => 0,
        NameKind::Aws => 1,
        NameKind::Service => 2,
        NameKind::Federated => 3,
        NameKind::CanonicalUser => 4,
    };
    named.map(|name| (kind(name.kind), name.text.clone())).collect()
}

/// The unique ids that policies name.
pub(super) fn unique_ids(policies: [&Policy; 2]) -> Vec<String> {
    let is_id = |text: &str| !text.contains(':') && !text.bytes().all(|byte| byte.is_ascii_digit());
    names(policies).into_iter().filter(|(kind, text)| *kind == 1 && is_id(text)).map(|(_, text)| text).collect()
}

/// One of every kind of person; `None` if there are too many kinds.
pub(super) fn people(policies: [&Policy; 2]) -> Option<Vec<Person>> {
    let names = names(policies);
    let mut accounts = accounts(&names);
    accounts.insert(fresh_account(&accounts));
    let mut out = BTreeSet::new();
    let outside = |name: &str| Person { name: name.to_owned(), account: None, id: None };
    out.extend(["anonymous", "service.amazonaws.com", "provider.example"].map(outside));
    let ids = unique_ids(policies);
    let mut of_account = |name: String, account: &str| {
        let own = Person { name, account: Some(account.to_owned()), id: None };
        out.extend(ids.iter().map(|id| Person { id: Some(id.clone()), ..own.clone() }));
        out.insert(own);
    };
    for account in &accounts {
        for name in ["iam::N:user/someone", "sts::N:assumed-role/somerole/session", "iam::N:root"] {
            of_account(format!("arn:aws:{}", name.replace('N', account)), account);
        }
    }
    for (_, text) in names.iter().filter(|(kind, _)| *kind == 1) {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [_, partition, service, _, account, path] = parts.as_slice() else {
            continue;
        };
        of_account(text.clone(), account);
        let last = path.rsplit('/').next().unwrap_or_default();
        if *service == "iam" && path.starts_with("role/") {
            of_account(format!("arn:{partition}:sts::{account}:assumed-role/{last}/session"), account);
        }
        // Of a session that is named, another session of the same role.
        if let Some(role) = path.strip_prefix("assumed-role/").and_then(|path| path.split('/').next()) {
            of_account(format!("arn:{partition}:sts::{account}:assumed-role/{role}/session"), account);
        }
    }
    let others = names.iter().filter(|(kind, _)| matches!(kind, 2 | 3));
    out.extend(others.map(|(_, text)| outside(text)));
    let mut out: Vec<Person> = out.into_iter().collect();
    out.sort_by_key(|person| person.rank());
    (out.len() <= MOST).then_some(out)
}

impl Person {
    /// The first are the better examples: a root user may not do all that a policy says.
    fn rank(&self) -> u8 {
        match self.name.as_str() {
            root if root.ends_with(":root") => 3,
            user if user.contains(":user/") => 0,
            "anonymous" => 2,
            _ => 1,
        }
    }

    /// Whether a statement is for them, whatever else the context holds.
    pub(super) fn is_asked_for(&self, statement: &Statement) -> Known {
        let context = match &self.id {
            Some(id) => Context::complete().with("aws:userid", id.clone()),
            None => Context::complete(),
        };
        let caller = Caller::of(&self.name, &context);
        let asker = Asker { caller: &caller, account: self.account.as_deref(), context: &context };
        match is_for(statement, &asker, Reach::Account) {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown(_) => None,
        }
    }

    /// What their unique id says of `aws:userid`: it is this one, and none of the others.
    pub(super) fn settled(&self, ids: &[String], conditions: &mut Conditions) -> Literals {
        let mut out = Literals::new();
        for id in ids {
            let values = vec![id.clone(), format!("{id}:*")];
            let is_it = Condition::new("StringLike", "aws:userid", values, Version::V2008);
            out.push((conditions.add(&is_it), self.id.as_ref() == Some(id)));
        }
        out.sort_unstable();
        out
    }
}
