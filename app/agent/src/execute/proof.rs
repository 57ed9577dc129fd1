//! Proof from the providers' own logs that a step has taken hold.

use super::report::{Enforcement, Execution};
use selvedge_actions::{Action, DenyScope, Plan, StepId, StepPurpose};
use selvedge_model::fact::{AwsUse, Cite, SignIn};
use selvedge_model::{Fact, RecordId, Timestamp};

/// A step that the logs prove enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// The step.
    pub step: StepId,
    /// When the first refused call or sign-in happened.
    pub at: Timestamp,
    /// The record that shows it.
    pub record: RecordId,
}

/// Entra's result codes for "the account is disabled".
const DISABLED: &[&str] = &["50057"];
/// … and for "the session or token was revoked", which a disabled account also
/// answers.
const REVOKED: &[&str] = &["50173", "50133", "50057"];
/// AWS's words for "refused".
const REFUSED: &[&str] =
    &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation"];
/// Calls that AWS serves to everybody, whatever is denied.
const ALWAYS_SERVED: &[(&str, &str)] = &[("sts.amazonaws.com", "GetCallerIdentity")];

/// Which containing steps the facts prove enforced: after the provider accepted
/// the step, the session was refused a call that it had been served before, on
/// the same target (or the user a sign-in), and nothing was served after that.
pub fn prove_from_logs(plan: &Plan, execution: &Execution, facts: &[Fact]) -> Vec<LogProof> {
    let contain = plan.steps.iter().filter(|step| step.purpose == StepPurpose::Contain);
    let proofs = contain.filter_map(|step| {
        let report = execution.steps.iter().find(|report| report.step == step.id)?;
        if matches!(report.enforced, Enforcement::Enforced { .. }) {
            return None;
        }
        let accepted = report.accepted.or(report.stored)?;
        let cite = match &step.action {
            Action::DenySession(deny) if deny.scope == DenyScope::All => refused_call(facts, &deny.user_id, accepted),
            Action::DenySession(_) => None,
            Action::RevokeSignInSessions(revoke) => refused_sign_in(facts, &revoke.user_id, accepted, REVOKED),
            Action::DisableUser(disable) => refused_sign_in(facts, &disable.user_id, accepted, DISABLED),
            _ => None,
        }?;
        Some(LogProof { step: step.id.clone(), at: cite.at, record: cite.record.clone() })
    });
    proofs.collect()
}

fn refused_call<'f>(facts: &'f [Fact], user_id: &str, accepted: Timestamp) -> Option<&'f Cite> {
    let calls: Vec<&AwsUse> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::AwsUse(call) if call.principal_id == user_id => Some(&**call),
            _ => None,
        })
        .filter(|call| !ALWAYS_SERVED.contains(&(call.service.as_str(), call.operation.as_str())))
        .collect();
    let last_served = calls.iter().filter(|call| call.error.is_none()).map(|call| call.cite.at).max()?;
    // A call that never was allowed proves nothing by being refused. Where the
    // record names no target, the refusal itself must say that a deny made it.
    let was_served = |call: &AwsUse| {
        let same_call = |earlier: &AwsUse| {
            (&earlier.service, &earlier.operation, &earlier.target) == (&call.service, &call.operation, &call.target)
        };
        let earlier = calls.iter().any(|earlier| earlier.error.is_none() && same_call(earlier));
        earlier && (call.target.is_some() || call.explicit_deny)
    };
    calls
        .iter()
        .filter(|call| call.error.as_deref().is_some_and(|error| REFUSED.contains(&error)))
        .filter(|call| call.cite.at >= accepted && call.cite.at > last_served && was_served(call))
        .map(|call| &call.cite)
        .min_by_key(|cite| (cite.at, &cite.record))
}

fn refused_sign_in<'f>(facts: &'f [Fact], user: &str, accepted: Timestamp, codes: &[&str]) -> Option<&'f Cite> {
    let sign_ins = facts.iter().filter_map(|fact| match fact {
        Fact::SignIn(sign_in) if sign_in.user_id.eq_ignore_ascii_case(user) => Some(&**sign_in),
        _ => None,
    });
    let sign_ins: Vec<&SignIn> = sign_ins.collect();
    let last_served = sign_ins.iter().filter(|sign_in| sign_in.succeeded()).map(|sign_in| sign_in.cite.at).max();
    sign_ins
        .iter()
        .filter(|sign_in| codes.contains(&sign_in.result.as_str()) && sign_in.cite.at >= accepted)
        .filter(|sign_in| last_served.is_none_or(|served| sign_in.cite.at > served))
        .map(|sign_in| &sign_in.cite)
        .min_by_key(|cite| (cite.at, &cite.record))
}
