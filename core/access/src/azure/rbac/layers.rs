//! What refuses though a role grants: a disabled account, locks, policies.
//!
//! Source: "Lock your resources to protect your infrastructure". Locks hold for
//! the control plane, for everybody, and below their scope.

use super::{AccessReason, Asked, Cause, Lock, LockLevel, PolicyDeny, Rbac, Tally, Token};
use crate::azure::action::Pattern;
use crate::azure::scope::{Scope, ScopeKind};
use crate::truth::{Missing, Truth};

const DELETE_GROUP: &str = "microsoft.resources/subscriptions/resourcegroups/delete";

/// Actions by POST that a ReadOnly lock is documented to block. Azure's page
/// says that it blocks POST, and calls these examples.
const BLOCKED_POSTS: &[&str] = &[
    "microsoft.storage/storageaccounts/listkeys/action",
    "microsoft.compute/virtualmachines/start/action",
    "microsoft.compute/virtualmachines/restart/action",
    "microsoft.automation/automationaccounts/jobs/*",
    "microsoft.automation/automationaccounts/runbooks/*/action",
    "microsoft.network/applicationgateways/backendhealth/action",
    "microsoft.containerservice/managedclusters/listclusteradmincredential/action",
    "microsoft.containerservice/managedclusters/listclusterusercredential/action",
    "microsoft.resources/subscriptions/resourcegroups/moveresources/action",
];

/// Locks do not lock themselves.
const NEVER_LOCKED: &str = "microsoft.authorization/locks/";

impl Rbac {
    /// The management groups above a scope, innermost first.
    pub fn groups_above(&self, scope: &Scope) -> Vec<Scope> {
        let mut above = self.hierarchy.above(scope);
        above.retain(|one| one.kind() == ScopeKind::ManagementGroup && one != scope);
        above
    }

    pub(super) fn layers(&self, asked: &Asked<'_>) -> [(Tally, AccessReason); 3] {
        [
            (disabled(asked), AccessReason::Disabled),
            (self.locked(asked), AccessReason::Locked),
            (self.refused_by_policy(asked), AccessReason::Policy),
        ]
    }

    fn locked(&self, asked: &Asked<'_>) -> Tally {
        let mut tally = Tally::default();
        if asked.request.is_data || asked.action.starts_with(NEVER_LOCKED) {
            return tally;
        }
        for lock in asked.above.iter().filter_map(|scope| self.locks.get(scope)).flatten() {
            tally.add(blocks(lock, &asked.action), named(&lock.id));
        }
        if asked.action.ends_with("/delete") {
            for lock in self.locks_below(asked) {
                let truth = if asked.action == DELETE_GROUP {
                    Truth::Yes
                } else {
                    Truth::unsupported("whether a lock on a child resource keeps its parent from being deleted")
                };
                tally.add(truth, named(&lock.id));
            }
        }
        tally
    }

    /// Locks within what is to be deleted.
    fn locks_below<'a>(&'a self, asked: &'a Asked<'_>) -> impl Iterator<Item = &'a Lock> {
        let scope = &asked.request.scope;
        let below = matches!(scope.kind(), ScopeKind::ResourceGroup | ScopeKind::Resource);
        // Ordered by id, what lies within a scope is not far behind it.
        let from = self.locks.range(scope.clone()..).take_while(|(at, _)| at.as_str().starts_with(scope.as_str()));
        from.filter(move |(at, _)| below && *at != scope && at.is_within(scope)).flat_map(|(_, locks)| locks)
    }

    fn refused_by_policy(&self, asked: &Asked<'_>) -> Tally {
        let mut tally = Tally::default();
        if asked.request.is_data {
            return tally;
        }
        for policy in self.reaching(&self.policies, asked) {
            tally.add(refuses(policy, asked).and(self.reaches(&policy.scope, asked)), named(&policy.id));
        }
        tally
    }
}

/// A disabled principal gets no new tokens; those it has live on until they run
/// out.
fn disabled(asked: &Asked<'_>) -> Tally {
    let mut tally = Tally::default();
    if asked.principal.is_none_or(|principal| principal.enabled != Some(false)) {
        return tally;
    }
    let truth = match asked.request.token {
        Token::Held => Truth::No,
        Token::New => Truth::Yes,
        Token::Unsaid => {
            Truth::unknown(Missing::ContextKey("whether the disabled principal still holds a token".into()))
        }
    };
    tally.add(truth, named(&asked.request.principal));
    tally
}

fn named(id: &str) -> Cause {
    Cause { id: id.to_owned(), definition: None, principal: None }
}

fn blocks(lock: &Lock, action: &str) -> Truth {
    let deletes = action.ends_with("/delete");
    match lock.level {
        LockLevel::CanNotDelete => Truth::from(deletes),
        LockLevel::ReadOnly if deletes || action.ends_with("/write") => Truth::Yes,
        LockLevel::ReadOnly if action.ends_with("/read") => Truth::No,
        LockLevel::ReadOnly if BLOCKED_POSTS.iter().any(|known| Pattern::new(known).matches(action)) => Truth::Yes,
        LockLevel::ReadOnly => Truth::unsupported(format!("whether a ReadOnly lock blocks {action}")),
    }
}

fn refuses(policy: &PolicyDeny, asked: &Asked<'_>) -> Truth {
    let wanted = if policy.on_delete { "/delete" } else { "/write" };
    let spared = policy.not_scopes.iter().any(|scope| asked.above.contains(scope));
    if spared || !asked.action.ends_with(wanted) {
        return Truth::No;
    }
    match policy.fits {
        Some(fits) => Truth::from(fits),
        None => Truth::unknown(Missing::NotCollected(format!("whether policy {} fits", policy.id))),
    }
}
