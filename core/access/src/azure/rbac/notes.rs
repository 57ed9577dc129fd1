//! What one should know beside a verdict: the next step an attacker, or an
//! administrator, would take.

use super::{AccessAnswer, AccessReason, AccessRequest, Asked, LockLevel, Rbac, State};
use crate::answer::Decision;
use crate::azure::scope::Scope;
use crate::truth::Truth;
use serde::Serialize;

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "note", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Note {
    /// An eligible role would grant it, once activated.
    CanActivate {
        /// The eligible assignment.
        assignment: String,
        /// Its role.
        definition: String,
        /// What activation asks for; empty if that was not collected.
        requirements: Vec<String>,
    },
    /// A Global Administrator may make itself User Access Administrator at the
    /// root, by `Microsoft.Authorization/elevateAccess/action`.
    CanElevate,
    /// A lock stands in the way.
    BlockedByLock {
        /// The lock.
        lock: String,
        /// What it forbids.
        level: LockLevel,
        /// Whether the principal may take the lock away: `None` if not known.
        removable: Option<bool>,
    },
    /// Another way to the same data, which is open to the principal.
    Alternative {
        /// The action that opens it.
        action: String,
        /// Where.
        scope: Scope,
        /// What it gives.
        gives: String,
    },
    /// The principal is disabled: tokens that it has live on until they run out.
    NoNewTokens,
    /// The principal is not in the directory: what is assigned to it, nobody has.
    NoSuchPrincipal,
}

/// Where data actions are refused, control actions that give the data anyway:
/// start of the data action, resource type that holds the key, control action,
/// what it gives.
const ALTERNATIVES: &[(&str, &str, &str, &str)] = &[
    (
        "microsoft.storage/storageaccounts/",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "the account's keys, if allowSharedKeyAccess is not false",
    ),
    (
        "microsoft.storage/storageaccounts/",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.Storage/storageAccounts/listAccountSas/action",
        "a SAS for the account, if allowSharedKeyAccess is not false",
    ),
    (
        "microsoft.keyvault/vaults/",
        "Microsoft.KeyVault/vaults",
        "Microsoft.KeyVault/vaults/accessPolicies/write",
        "an access policy of one's own, if the vault is not in RBAC mode",
    ),
    (
        "microsoft.keyvault/vaults/",
        "Microsoft.KeyVault/vaults",
        "Microsoft.KeyVault/vaults/write",
        "an access policy of one's own, if the vault is not in RBAC mode or can be taken out of it",
    ),
    // recalled:
    (
        "microsoft.documentdb/databaseaccounts/",
        "Microsoft.DocumentDB/databaseAccounts",
        "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
        "the account's keys, if disableLocalAuth is not true",
    ),
    (
        "microsoft.containerservice/managedclusters/",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
        "the cluster's local administrator, if disableLocalAccounts is not true",
    ),
    (
        "microsoft.servicebus/namespaces/",
        "Microsoft.ServiceBus/namespaces",
        "Microsoft.ServiceBus/namespaces/authorizationRules/listKeys/action",
        "the namespace's keys, if disableLocalAuth is not true",
    ),
    (
        "microsoft.eventhub/namespaces/",
        "Microsoft.EventHub/namespaces",
        "Microsoft.EventHub/namespaces/authorizationRules/listKeys/action",
        "the namespace's keys, if disableLocalAuth is not true",
    ),
];

impl Rbac {
    pub(super) fn notes(&self, asked: &Asked<'_>, answer: &AccessAnswer) -> Vec<Note> {
        let mut out = Vec::new();
        match asked.principal {
            None if asked.directory.is_complete() => out.push(Note::NoSuchPrincipal),
            Some(principal) if principal.enabled == Some(false) => out.push(Note::NoNewTokens),
            _ => {}
        }
        if answer.reason == AccessReason::Locked {
            out.extend(self.lock_notes(asked, answer));
        }
        if answer.decision == Decision::Allow || answer.reason == AccessReason::DenyAssignment {
            return out;
        }
        if matches!(answer.reason, AccessReason::NoRole | AccessReason::Undecided) {
            out.extend(self.activations(asked));
            // Elevation gives the right to give roles, and so everything.
            if asked.holds_directly(&self.global_administrators) {
                out.push(Note::CanElevate);
            }
            out.extend(self.alternatives(asked));
        }
        out
    }

    fn activations<'a>(&'a self, asked: &'a Asked<'_>) -> impl Iterator<Item = Note> + 'a {
        let eligible = self.assignments_of(asked).filter(|one| one.state == State::Eligible);
        eligible.filter(|one| self.grants(one, asked) != Truth::No).map(|one| Note::CanActivate {
            assignment: one.id.clone(),
            definition: one.definition.clone(),
            requirements: one.requirements.clone(),
        })
    }

    fn lock_notes(&self, asked: &Asked<'_>, answer: &AccessAnswer) -> Vec<Note> {
        let all = self.locks.values().flatten();
        let named = all.filter(|lock| answer.decided_by.iter().any(|cause| cause.id == lock.id));
        named
            .map(|lock| Note::BlockedByLock {
                lock: lock.id.clone(),
                level: lock.level,
                removable: self.may(asked, "Microsoft.Authorization/locks/delete", lock.scope.clone()),
            })
            .collect()
    }

    fn alternatives(&self, asked: &Asked<'_>) -> Vec<Note> {
        if !asked.request.is_data {
            return Vec::new();
        }
        let fitting = ALTERNATIVES.iter().filter(|(start, ..)| asked.action.starts_with(start));
        fitting
            .filter_map(|(_, kind, action, gives)| {
                let scope = asked.request.scope.enclosing_of_type(kind)?;
                (self.may(asked, action, scope.clone()) == Some(true)).then(|| Note::Alternative {
                    action: (*action).to_owned(),
                    scope,
                    gives: (*gives).to_owned(),
                })
            })
            .collect()
    }

    /// Whether the same principal may do another thing; `None` if not known.
    fn may(&self, asked: &Asked<'_>, action: &str, scope: Scope) -> Option<bool> {
        let request = AccessRequest { action: action.to_owned(), is_data: false, scope, ..asked.request.clone() };
        match self.decide(&Asked::new(self, asked.directory, &request)).decision {
            Decision::Allow => Some(true),
            Decision::Deny => Some(false),
            Decision::Unknown { .. } => None,
        }
    }
}
