//! From policies and a request to an answer.
//!
//! Source: IAM user guide, "Policy evaluation logic". An explicit deny wins; then
//! an allow; else the request is denied implicitly. With three values: a Deny
//! that may apply leaves an Allow unknown, and cannot change an implicit deny.

use crate::answer::{Answer, Decision, Reason, StatementRef};
use crate::condition::Context;
use crate::glob;
use crate::policy::{Clause, Effect, Policy, Statement, Version};
use crate::resource;
use crate::truth::{Missing, Truth};
use std::collections::BTreeSet;

/// Actions that the provider serves to every authenticated caller, whatever the
/// policies say (STS reference, `GetCallerIdentity`).
const ALWAYS_ALLOWED: &[&str] = &["sts:GetCallerIdentity"];

/// The policies that bear on a request, by kind. All identity policies of the
/// principal: inline, managed, and a user's groups'. Build it with
/// [`PolicySet::of_identity`] or with `..Default::default()`: kinds will be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySet {
    /// Name and document.
    pub identity: Vec<(String, Policy)>,
}

impl PolicySet {
    /// A principal that only identity policies bear on.
    pub fn of_identity<N: Into<String>>(policies: impl IntoIterator<Item = (N, Policy)>) -> Self {
        Self { identity: policies.into_iter().map(|(name, policy)| (name.into(), policy)).collect() }
    }
}

/// What is asked: the action on the resource, in a context. The principal is in
/// the context (`aws:userid`, `aws:PrincipalArn`, …) and in whose policies are
/// brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `s3:GetObject`.
    pub action: String,
    /// ARN, or `*` for an action without resource-level permissions.
    pub resource: String,
    /// Context keys.
    pub context: Context,
}

impl Request {
    /// A request.
    pub fn new(action: impl Into<String>, resource: impl Into<String>, context: Context) -> Self {
        Self { action: action.into(), resource: resource.into(), context }
    }
}

/// Whether `statement` applies to `request`.
pub fn applies(statement: &Statement, version: Version, request: &Request) -> Truth {
    let actions =
        clause(statement.actions.as_ref(), |pattern| Truth::from(glob::matches_ignore_case(pattern, &request.action)));
    let resources = clause(statement.resources.as_ref(), |pattern| {
        if Statement::may_hold_variable(version, pattern) {
            Truth::unsupported(format!("policy variable in {pattern}"))
        } else {
            resource::matches(pattern, &request.resource, &request.action)
        }
    });
    let conditions = Truth::all(statement.conditions.iter().map(|one| one.holds(&request.context)));
    let obstacles = match statement.obstacles.as_slice() {
        [] => Truth::Yes,
        some => Truth::Unknown(some.iter().cloned().collect()),
    };
    actions.and(resources).and(conditions).and(obstacles)
}

/// An unreadable clause settles nothing; the statement's obstacles say why.
fn clause(clause: Option<&Clause>, one: impl Fn(&str) -> Truth) -> Truth {
    clause.map_or(Truth::Yes, |clause| clause.matches(one))
}

#[derive(Default)]
struct Tally {
    certain: Vec<StatementRef>,
    possible: Vec<StatementRef>,
    missing: BTreeSet<Missing>,
}

impl Tally {
    fn add(&mut self, statement: StatementRef, truth: &Truth) {
        match truth {
            Truth::No => {}
            Truth::Yes => self.certain.push(statement),
            Truth::Unknown(missing) => {
                self.possible.push(statement);
                self.missing.extend(missing.iter().cloned());
            }
        }
    }
}

/// The answer for a principal with these policies.
pub fn evaluate(policies: &PolicySet, request: &Request) -> Answer {
    if ALWAYS_ALLOWED.iter().any(|action| action.eq_ignore_ascii_case(&request.action)) {
        return Answer { decision: Decision::Allow, reason: Reason::AlwaysAllowed, decided_by: Vec::new() };
    }
    let mut allow = Tally::default();
    let mut deny = Tally::default();
    for (name, policy) in &policies.identity {
        for statement in &policy.statements {
            let truth = applies(statement, policy.version, request);
            let cite = StatementRef {
                policy: name.clone(),
                index: statement.index,
                sid: statement.sid.clone(),
                effect: statement.effect,
            };
            if statement.effect != Some(Effect::Deny) {
                allow.add(cite.clone(), &truth);
            }
            if statement.effect != Some(Effect::Allow) {
                deny.add(cite, &truth);
            }
        }
    }
    conclude(allow, deny)
}

fn conclude(allow: Tally, deny: Tally) -> Answer {
    if !deny.certain.is_empty() {
        return Answer { decision: Decision::Deny, reason: Reason::ExplicitDeny, decided_by: deny.certain };
    }
    if allow.certain.is_empty() && allow.possible.is_empty() {
        return Answer { decision: Decision::Deny, reason: Reason::ImplicitDeny, decided_by: Vec::new() };
    }
    if !allow.certain.is_empty() && deny.possible.is_empty() {
        return Answer { decision: Decision::Allow, reason: Reason::Allow, decided_by: allow.certain };
    }
    // A certain Allow makes the possible ones idle; only the Denies are open.
    let mut missing = deny.missing;
    let mut decided_by: BTreeSet<StatementRef> = deny.possible.into_iter().collect();
    if allow.certain.is_empty() {
        missing.extend(allow.missing);
        decided_by.extend(allow.possible);
    }
    Answer {
        decision: Decision::Unknown { missing },
        reason: Reason::Undecided,
        decided_by: decided_by.into_iter().collect(),
    }
}
