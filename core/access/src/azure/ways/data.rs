//! Keys, SAS, public containers and access policies.

use super::network::{Caller, storage_network};
use crate::answer::Decision;
use crate::azure::rbac::AccessAnswer;
use crate::truth::{Missing, Truth};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What one may do without any credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anonymous {
    /// Read blobs whose name one knows.
    pub read: Truth,
    /// List them, too.
    pub list: Truth,
}

fn flag(properties: &Value, key: &str) -> Option<bool> {
    properties.get(key).and_then(Value::as_bool)
}

/// Whether a container's blobs can be read without a credential. The account's
/// switch wins over the container's level; the firewall holds for everybody; the
/// container `$web` of a static website does not ask the switch. An account that
/// never said has the switch on (recalled). `website` says whether the account
/// serves one, if that is known.
pub fn anonymous_read(account: &Value, container: &Value, website: Option<bool>, caller: Caller) -> Anonymous {
    let network = storage_network(account).admits(caller);
    let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
    let level = container.get("properties").unwrap_or(container).get("publicAccess");
    let switch = Truth::from(flag(account, "allowBlobPublicAccess").unwrap_or(true));
    let (read, list) = match level {
        None | Some(Value::Null) => (Truth::No, Truth::No),
        Some(Value::String(level)) if level.eq_ignore_ascii_case("None") => (Truth::No, Truth::No),
        Some(Value::String(level)) if level.eq_ignore_ascii_case("Blob") => (Truth::Yes, Truth::No),
        Some(Value::String(level)) if level.eq_ignore_ascii_case("Container") => (Truth::Yes, Truth::Yes),
        Some(_) => {
            let odd = Truth::unknown(Missing::Unreadable("publicAccess".into()));
            (odd.clone(), odd)
        }
    };
    let web = if name == "$web" {
        website.map_or_else(|| Truth::unknown(Missing::NotCollected("static website".into())), Truth::from)
    } else {
        Truth::No
    };
    Anonymous { read: switch.clone().and(read).or(web).and(network.clone()), list: switch.and(list).and(network) }
}

/// Whether the account takes its keys, and with them SAS that they sign. Not said
/// means yes (recalled).
pub fn shared_keys_work(account: &Value) -> Truth {
    match account.get("allowSharedKeyAccess") {
        None | Some(Value::Null) => Truth::Yes,
        Some(Value::Bool(flag)) => Truth::from(*flag),
        Some(_) => Truth::unknown(Missing::Unreadable("allowSharedKeyAccess".into())),
    }
}

/// What signed a SAS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SasKind {
    /// The account's key, for the account.
    Account,
    /// The account's key, for one service.
    Service,
    /// A key that Entra gave to somebody.
    UserDelegation,
}

/// Whether a SAS of that kind works on the account at all. No role is asked for
/// one that a key signed. Recalled.
pub fn sas_works(account: &Value, kind: SasKind) -> Truth {
    match kind {
        SasKind::Account | SasKind::Service => shared_keys_work(account),
        SasKind::UserDelegation => Truth::Yes,
    }
}

/// What ends a SAS of that kind before its time. Recalled.
pub fn sas_ended_by(kind: SasKind) -> &'static [&'static str] {
    match kind {
        SasKind::Account => &["rotating the key that signed it", "allowSharedKeyAccess = false"],
        SasKind::Service => &[
            "rotating the key that signed it",
            "allowSharedKeyAccess = false",
            "changing the stored access policy it names",
        ],
        SasKind::UserDelegation => &["revoking the account's user delegation keys", "taking the role from who made it"],
    }
}

/// Who calls a vault, and for what.
#[derive(Debug, Clone, Copy)]
pub struct VaultCaller<'a> {
    /// The principal's and its groups' object ids, lower-cased.
    pub identities: &'a BTreeSet<String>,
    /// `keys`, `secrets`, `certificates` or `storage`.
    pub kind: &'a str,
    /// Such as `get`.
    pub operation: &'a str,
}

/// Whether the vault's access policies grant it, whatever the vault's mode.
pub fn vault_access_policy(vault: &Value, caller: VaultCaller<'_>) -> Truth {
    let policies = match vault.get("accessPolicies") {
        Some(Value::Array(policies)) => policies,
        Some(Value::Null) | None => return Truth::unknown(Missing::NotCollected("accessPolicies".into())),
        Some(_) => return Truth::unknown(Missing::Unreadable("accessPolicies".into())),
    };
    Truth::any(policies.iter().map(|policy| one_policy(policy, caller)))
}

fn one_policy(policy: &Value, caller: VaultCaller<'_>) -> Truth {
    let Some(object) = policy.get("objectId").and_then(Value::as_str) else {
        return Truth::unknown(Missing::Unreadable("an access policy without objectId".into()));
    };
    if !caller.identities.contains(&object.to_ascii_lowercase()) {
        return Truth::No;
    }
    let given = policy.get("permissions").and_then(|given| given.get(caller.kind)).and_then(Value::as_array);
    let mut given = given.into_iter().flatten().filter_map(Value::as_str);
    let grants = given.any(|one| one.eq_ignore_ascii_case("all") || one.eq_ignore_ascii_case(caller.operation));
    let named_app = policy.get("applicationId").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
    match (grants, named_app) {
        (true, true) => Truth::unknown(Missing::ContextKey("the application through which the user calls".into())),
        (grants, _) => Truth::from(grants),
    }
}

/// Whether the vault is in RBAC mode. Not said means no (recalled: newer API
/// versions may mean yes).
fn is_rbac_mode(vault: &Value) -> Truth {
    match vault.get("enableRbacAuthorization") {
        Some(Value::Bool(flag)) => Truth::from(*flag),
        None | Some(Value::Null) => Truth::No,
        Some(_) => Truth::unknown(Missing::Unreadable("enableRbacAuthorization".into())),
    }
}

/// Whether the caller gets at the vault's data: in RBAC mode as `by_role` says,
/// else as the access policies say; never by the other.
pub fn vault_data(vault: &Value, caller: VaultCaller<'_>, by_role: &AccessAnswer) -> Truth {
    let by_role = match &by_role.decision {
        Decision::Allow => Truth::Yes,
        Decision::Deny => Truth::No,
        Decision::Unknown { missing } => Truth::Unknown(missing.clone()),
    };
    let mode = is_rbac_mode(vault);
    let either = mode.clone().and(by_role.clone()).or(mode.negate().and(vault_access_policy(vault, caller)));
    // If both say the same, the mode does not matter.
    if by_role == vault_access_policy(vault, caller) { by_role } else { either }
}

/// Whether somebody who may write the vault's access policies, the vault, or role
/// assignments on it can give itself the data. Taking a vault out of RBAC mode
/// may need the right to assign roles: the documents do not agree.
pub fn vault_takeover(vault: &Value, write_policies: Truth, write_vault: Truth, assign_roles: Truth) -> Truth {
    let mode = is_rbac_mode(vault);
    let outside = mode.clone().negate().and(write_policies.or(write_vault.clone()));
    let flip = write_vault.and(Truth::unsupported("whether writing a vault may change its permission model"));
    let within = mode.and(assign_roles.or(flip));
    outside.or(within)
}
