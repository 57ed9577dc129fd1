//! From policies and a request to an answer.
//!
//! Source: IAM user guide, "Policy evaluation logic". An explicit deny of any policy wins;
//! then each kind of policy that bears on the caller must allow; else the request is denied
//! implicitly. With three values: a Deny that may apply leaves an Allow unknown, and cannot
//! change an implicit deny.

pub use crate::request::{PolicySet, Request};

use crate::answer::{Answer, Decision, Reason, StatementRef};
use crate::gates::Case;
use crate::policy::Effect;
use crate::principal::Caller;
use crate::truth::{Missing, Truth};
use std::collections::BTreeSet;

/// Actions that the provider serves to every authenticated caller, whatever the
/// policies say (STS reference, `GetCallerIdentity`).
const ALWAYS_ALLOWED: &[&str] = &["sts:GetCallerIdentity"];

/// The answer to a request on which these policies bear.
pub fn evaluate(policies: &PolicySet, request: &Request) -> Answer {
    let caller = request.caller();
    let is_known = caller.as_ref().is_none_or(|caller| *caller != Caller::Anonymous);
    if is_known && ALWAYS_ALLOWED.iter().any(|action| action.eq_ignore_ascii_case(&request.action)) {
        return plain(Decision::Allow, Reason::AlwaysAllowed);
    }
    let completed = completed(request, caller.as_ref());
    let case = Case::new(policies, &completed, caller.as_ref());
    let same = match (&caller, completed.own_account(), completed.target_account()) {
        (None, ..) => Some(true),
        (Some(caller), ..) if !caller.has_account() => Some(false),
        (_, Some(own), Some(target)) => Some(own == target),
        _ => None,
    };
    match same {
        Some(same) => conclude(&case, same),
        None => if_the_same(conclude(&case, true), conclude(&case, false)),
    }
}

/// Where it is not known whose the resource is, both answers must be one.
fn if_the_same(inside: Answer, across: Answer) -> Answer {
    if inside.decision == across.decision {
        return inside;
    }
    let mut missing = BTreeSet::from([Missing::ContextKey("aws:ResourceAccount".into())]);
    for answer in [&inside, &across] {
        if let Decision::Unknown { missing: also } = &answer.decision {
            missing.extend(also.iter().cloned());
        }
    }
    let decided_by: BTreeSet<StatementRef> = inside.decided_by.into_iter().chain(across.decided_by).collect();
    Answer {
        decision: Decision::Unknown { missing },
        reason: Reason::Undecided,
        decided_by: decided_by.into_iter().collect(),
        lacking: Vec::new(),
    }
}

/// With the keys that AWS adds to every request, as far as the request determines them.
/// Source: IAM user guide, "AWS global condition context keys".
fn completed(request: &Request, caller: Option<&Caller>) -> Request {
    let mut completed = request.clone();
    let Some(caller) = caller else {
        return completed;
    };
    let (own, target) = (request.own_account(), request.target_account());
    let user = match caller {
        Caller::User(arn) => arn.rsplit('/').next(),
        _ => None,
    };
    let service = match caller {
        Caller::Service(name) => Some(name.as_str()),
        _ => None,
    };
    let arn = caller.arn(own);
    let keys = [
        ("aws:PrincipalArn", arn.as_deref()),
        ("aws:PrincipalAccount", own.filter(|_| caller.has_account())),
        ("aws:PrincipalType", kind_of(caller)),
        ("aws:PrincipalIsAWSService", Some(if service.is_some() { "true" } else { "false" })),
        ("aws:PrincipalServiceName", service),
        ("aws:username", user),
        ("aws:ResourceAccount", target),
        ("s3:ResourceAccount", target.filter(|_| request.is_of("s3"))),
        ("kms:CallerAccount", own.filter(|_| request.is_of("kms") && caller.has_account())),
    ];
    for (key, value) in keys {
        if let Some(value) = value {
            completed.context = std::mem::take(&mut completed.context).or_with(key, value);
        }
    }
    completed
}

fn kind_of(caller: &Caller) -> Option<&'static str> {
    match caller {
        Caller::Anonymous => Some("Anonymous"),
        Caller::Root => Some("Account"),
        Caller::User(_) => Some("User"),
        Caller::Role { .. } => Some("AssumedRole"),
        Caller::Federated(_) => Some("FederatedUser"),
        Caller::Service(_) | Caller::Provider(_) | Caller::Other(_) => None,
    }
}

fn plain(decision: Decision, reason: Reason) -> Answer {
    Answer { decision, reason, decided_by: Vec::new(), lacking: Vec::new() }
}

fn conclude(case: &Case<'_>, same_account: bool) -> Answer {
    let deny = case.deny();
    if deny.truth == Truth::Yes {
        return Answer { decided_by: sorted(deny.certain), ..plain(Decision::Deny, Reason::ExplicitDeny) };
    }
    let gates = case.gates(same_account);
    let closed = gates.iter().filter(|gate| gate.truth == Truth::No);
    let lacking: Vec<String> = closed.map(|gate| gate.name.clone()).collect();
    if !lacking.is_empty() {
        return Answer { lacking, ..plain(Decision::Deny, Reason::ImplicitDeny) };
    }
    let allow = Truth::all(gates.iter().map(|gate| gate.truth.clone()));
    let cited = gates.into_iter().flat_map(|gate| gate.cited);
    let allowing = |one: &StatementRef| one.effect != Some(Effect::Deny);
    match (allow, deny.truth) {
        (Truth::Yes, Truth::No) => {
            Answer { decided_by: sorted(cited.filter(allowing)), ..plain(Decision::Allow, Reason::Allow) }
        }
        // A certain Allow makes the possible ones idle; only the Denies are open.
        (Truth::Yes, Truth::Unknown(missing)) => undecided(missing, deny.possible),
        (Truth::Unknown(mut missing), other) => {
            if let Truth::Unknown(also) = other {
                missing.extend(also);
            }
            undecided(missing, deny.possible.into_iter().chain(cited))
        }
        (Truth::Yes | Truth::No, _) => plain(Decision::Deny, Reason::ImplicitDeny),
    }
}

fn undecided(missing: BTreeSet<Missing>, open: impl IntoIterator<Item = StatementRef>) -> Answer {
    Answer { decided_by: sorted(open), ..plain(Decision::Unknown { missing }, Reason::Undecided) }
}

fn sorted(cited: impl IntoIterator<Item = StatementRef>) -> Vec<StatementRef> {
    let cited: BTreeSet<StatementRef> = cited.into_iter().collect();
    cited.into_iter().collect()
}
