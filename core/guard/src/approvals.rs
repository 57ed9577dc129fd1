//! Which approvals count.

use crate::facts::GuardFacts;
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::{Approval, Plan};
use selvedge_model::untrusted::quote_for_log;
use std::collections::BTreeMap;

/// The approvals of a plan that hold now.
pub(crate) struct Approvals {
    /// Who approved, and until when it holds.
    valid: BTreeMap<String, Timestamp>,
    /// Why others do not count, for people.
    void: Vec<String>,
}

impl Approvals {
    pub(crate) fn of(plan: &Plan, facts: &GuardFacts) -> Self {
        let hash = plan.hash();
        let mut out = Self { valid: BTreeMap::new(), void: Vec::new() };
        for approval in &facts.approvals {
            let who = approval.by.trim().to_lowercase();
            let shown = quote_for_log(approval.by.trim());
            let ends = until(approval, facts);
            if approval.plan != hash {
                out.void.push(format!("the approval by {shown} is for another plan ({})", approval.plan.0.short(12)));
            } else if who.is_empty() {
                out.void.push("an approval names nobody".into());
            } else if is_listed(&facts.lists.own_principals, &who) {
                out.void.push(format!("{shown} is the agent itself, which cannot approve"));
            } else if is_target(plan, &who) {
                out.void.push(format!("{shown} is a target of the plan and cannot approve it"));
            } else if approval.at > facts.now {
                out.void.push(format!("the approval by {shown} is dated {}, after now", approval.at));
            } else if facts.now >= ends {
                out.void.push(format!("the approval by {shown} expired at {ends}"));
            } else {
                let longest = out.valid.entry(who).or_insert(ends);
                *longest = ends.max(*longest);
            }
        }
        out
    }

    /// How many different people.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.valid.len()).unwrap_or(u32::MAX)
    }

    /// When the first of them ends.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        self.valid.values().min().copied()
    }

    /// Why the others do not count.
    pub(crate) fn void(&self) -> &[String] {
        &self.void
    }
}

/// An approval holds until it says, but never longer than the operator's cap.
fn until(approval: &Approval, facts: &GuardFacts) -> Timestamp {
    let ttl = SignedDuration::from_secs(i64::from(facts.caps.approval_ttl));
    approval.at.checked_add(ttl).map_or(approval.expires_at, |cap| cap.min(approval.expires_at))
}

fn is_listed(list: &std::collections::BTreeSet<String>, name: &str) -> bool {
    list.iter().any(|entry| entry.trim().to_lowercase() == name)
}

/// Whoever is being contained does not approve it.
fn is_target(plan: &Plan, who: &str) -> bool {
    plan.steps.iter().any(|step| {
        let target = step.action.target();
        [target.id, target.name].iter().any(|name| name.to_lowercase() == who)
    })
}
