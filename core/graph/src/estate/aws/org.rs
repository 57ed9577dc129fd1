//! Organizations, Identity Center and its identity store, web ACLs' targets.
//!
//! Some answers do not name what they are about. Targets of a policy, parents of
//! an account or unit, policies of a permission set: its id (`p-…`, `ou-…`,
//! `ps-…`, an account) is taken from a key beside the answer or from the file's
//! name.

use super::{describe, policy};
use crate::estate::doc::{self, Reader, is_account};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind, guid};
use serde_json::Value;

pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    accounts(reader, value)
        | units(reader, value)
        | policies(reader, value)
        | center(reader, value)
        | assignments(reader, value)
        | identity_store(reader, value)
        | guarded(reader, value)
}

/// A word of the file's name that begins with `prefix`, such as `p-ab12`.
fn named<'a>(reader: &Reader<'a>, prefix: &str) -> Option<&'a str> {
    let stem = reader.stem();
    let at = stem.match_indices(prefix).map(|(at, _)| at).find(|at| {
        let before = stem.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(['.', '_', '=', '@', '-'])
    })?;
    let rest = stem.get(at..)?;
    Some(rest.split(['.', '_', '=', '@']).next().unwrap_or(rest)).filter(|id| id.len() > prefix.len())
}

fn unit_of(id: &str) -> EntityId {
    if is_account(id) { EntityId::aws_account(id) } else { EntityId::new(EntityKind::OrgUnit, id) }
}

fn policy_of(id: &str) -> EntityId {
    EntityId::new(EntityKind::Policy, id)
}

fn accounts(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    if let Some(list) = doc::list(value, "Accounts") {
        reader.out.words.insert("organizations:account".to_owned());
        let parent = named(reader, "ou-").or_else(|| named(reader, "r-"));
        for item in list {
            if let Some(id) = doc::text(item, "Id") {
                let id = EntityId::aws_account(id);
                let keep = ["Arn", "Email", "Status", "JoinedMethod"];
                describe(reader, &id, "organizations:account", "Name", item, &keep);
                let of = doc::text(item, "Arn").and_then(|arn| arn.split("account/").nth(1)?.split('/').next());
                if let Some(parent) = parent.or(of) {
                    reader.relate(&id, EdgeKind::In, &unit_of(parent), "Accounts");
                }
            }
        }
        used = true;
    }
    // `sts get-caller-identity`.
    if let (Some(account), Some(_), Some(_)) = (doc::text(value, "Account"), value.get("Arn"), value.get("UserId")) {
        reader.facet(&EntityId::aws_account(account), "sts:caller", value, &[]);
        used = true;
    }
    used
}

fn units(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    for (key, word) in [("OrganizationalUnits", "organizations:unit"), ("Roots", "organizations:root")] {
        let Some(list) = doc::list(value, key) else { continue };
        reader.out.words.insert(word.to_owned());
        let parent = named(reader, "ou-").or_else(|| named(reader, "r-"));
        for item in list {
            if let Some(id) = doc::text(item, "Id") {
                let own = unit_of(id);
                describe(reader, &own, word, "Name", item, &["Arn", "PolicyTypes"]);
                let of = doc::text(item, "Arn").and_then(|arn| arn.split("/o-").nth(1)?.split('/').next());
                match (parent, of) {
                    (Some(parent), _) => reader.relate(&own, EdgeKind::In, &unit_of(parent), key),
                    (None, Some(of)) => reader.relate(&own, EdgeKind::In, &unit_of(&format!("o-{of}")), key),
                    (None, None) => {}
                }
            }
        }
        used = true;
    }
    if let Some(item) = value.get("Organization").filter(|item| item.get("Id").is_some()) {
        let id = unit_of(doc::text(item, "Id").unwrap_or_default());
        let keep = ["Arn", "MasterAccountId", "FeatureSet", "AvailablePolicyTypes"];
        describe(reader, &id, "organizations:organization", "", item, &keep);
        used = true;
    }
    if let Some(list) = doc::list(value, "Parents") {
        let child = doc::text(value, "ChildId").or_else(|| named(reader, "ou-")).or(reader.account);
        for parent in list.iter().filter_map(|item| doc::text(item, "Id")) {
            if let Some(child) = child {
                reader.relate(&unit_of(child), EdgeKind::In, &unit_of(parent), "Parents");
            }
        }
        used = true;
    }
    used
}

fn policies(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    let summaries = doc::list(value, "Policies").unwrap_or_default().iter();
    let described = value.get("Policy").into_iter();
    for item in summaries.chain(described) {
        // `describe-policy` wraps the summary.
        let summary = item.get("PolicySummary").unwrap_or(item);
        let Some(id) = doc::text(summary, "Id").filter(|_| summary.get("Type").is_some()) else { continue };
        let id = policy_of(id);
        let keep = ["Arn", "Type", "Description", "AwsManaged"];
        describe(reader, &id, "organizations:policy", "Name", summary, &keep);
        if let (Some(document), Some(facet)) = (policy::attribute(item.get("Content")), reader.out.facets.get_mut(&id))
        {
            facet.attributes.insert("document".into(), document);
        }
        used = true;
    }
    let targets = doc::list(value, "Targets").filter(|list| list.iter().all(|t| t.get("TargetId").is_some()));
    let policy = || doc::text(value, "PolicyId").or_else(|| named(reader, "p-"));
    if let Some((list, policy)) = targets.and_then(|list| Some((list, policy()?.to_owned()))) {
        reader.out.words.insert("organizations:target".to_owned());
        for target in list.iter().filter_map(|item| doc::text(item, "TargetId")) {
            reader.relate(&policy_of(&policy), EdgeKind::Governs, &unit_of(target), "Targets");
        }
        used = true;
    }
    used
}

fn set_of(arn: &str) -> EntityId {
    EntityId::new(EntityKind::PermissionSet, arn)
}

fn center(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    if let Some(list) = doc::list(value, "Instances").filter(|list| list.iter().all(|i| i.get("InstanceArn").is_some()))
    {
        reader.out.words.insert("sso:instance".to_owned());
        for item in list {
            if let Some(arn) = doc::text(item, "InstanceArn") {
                let keep = ["IdentityStoreId", "OwnerAccountId", "Status"];
                describe(reader, &EntityId::new(EntityKind::Resource, arn), "sso:instance", "Name", item, &keep);
            }
        }
        used = true;
    }
    if let Some(list) = doc::list(value, "PermissionSets") {
        reader.out.words.insert("sso:permission-set".to_owned());
        for arn in list.iter().filter_map(Value::as_str) {
            describe(reader, &set_of(arn), "sso:permission-set", "", &Value::Null, &[]);
        }
        used = true;
    }
    if let Some((item, arn)) =
        value.get("PermissionSet").and_then(|item| Some((item, doc::text(item, "PermissionSetArn")?)))
    {
        let keep = ["Name", "Description", "SessionDuration", "RelayState"];
        describe(reader, &set_of(arn), "sso:permission-set", "Name", item, &keep);
        used = true;
    }
    // `list-managed-policies-in-permission-set`: the set is known from a key or the name.
    if let Some(list) = doc::list(value, "AttachedManagedPolicies") {
        let set = doc::text(value, "PermissionSetArn").map(str::to_owned).or_else(|| {
            let (instance, set) = (named(reader, "ssoins-")?, named(reader, "ps-")?);
            Some(format!("arn:aws:sso:::permissionSet/{}/{set}", instance.split("-ps-").next().unwrap_or(instance)))
        });
        if let Some(set) = set {
            for arn in list.iter().filter_map(|item| doc::text(item, "Arn")) {
                reader.relate(&set_of(&set), EdgeKind::Attached, &EntityId::aws(arn), "AttachedManagedPolicies");
            }
            used = true;
        }
    }
    used
}

/// A permission set in an account is an entity of its own, `ARN@ACCOUNT`: whoever
/// is assigned it there has the role that Identity Center made there, and nothing
/// elsewhere.
fn assignments(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(list) = doc::list(value, "AccountAssignments") else { return false };
    reader.out.words.insert("sso:account-assignment".to_owned());
    for item in list {
        let part = |key: &str| doc::text(item, key);
        let (Some(account), Some(set)) = (part("AccountId"), part("PermissionSetArn")) else { continue };
        let own = set_of(&format!("{set}@{account}"));
        let facet = reader.facet(&own, "sso:account-assignment", item, &["PermissionSetArn", "AccountId"]);
        facet.scope = Some(EntityId::aws_account(account));
        reader.relate(&own, EdgeKind::Grants, &set_of(set), "AccountAssignments");
        let kind = match part("PrincipalType") {
            Some("GROUP") => EntityKind::IdentityCenterGroup,
            _ => EntityKind::IdentityCenterUser,
        };
        if let Some(principal) = part("PrincipalId") {
            reader.relate(&EntityId::new(kind, principal), EdgeKind::Assigned, &own, "AccountAssignments");
        }
    }
    true
}

fn identity_store(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    let stored = |item: &&Value| item.get("IdentityStoreId").is_some();
    for item in doc::list(value, "Users").unwrap_or_default().iter().filter(stored) {
        let Some(id) = doc::text(item, "UserId") else { continue };
        let id = EntityId::new(EntityKind::IdentityCenterUser, id);
        let keep = ["IdentityStoreId", "DisplayName", "ExternalIds", "Emails.Value"];
        describe(reader, &id, "identitystore:user", "UserName", item, &keep);
        synced(reader, &id, item, |reader, oid| reader.user(oid));
        used = true;
    }
    for item in doc::list(value, "Groups").unwrap_or_default().iter().filter(stored) {
        let Some(id) = doc::text(item, "GroupId") else { continue };
        let id = EntityId::new(EntityKind::IdentityCenterGroup, id);
        let keep = ["IdentityStoreId", "ExternalIds", "Description"];
        describe(reader, &id, "identitystore:group", "DisplayName", item, &keep);
        synced(reader, &id, item, |_, oid| EntityId::new(EntityKind::EntraGroup, oid));
        used = true;
    }
    if let Some(list) = doc::list(value, "GroupMemberships") {
        for item in list {
            if let (Some(group), Some(user)) = (doc::text(item, "GroupId"), doc::text(item, "MemberId.UserId")) {
                let user = EntityId::new(EntityKind::IdentityCenterUser, user);
                let group = EntityId::new(EntityKind::IdentityCenterGroup, group);
                reader.relate(&user, EdgeKind::MemberOf, &group, "GroupMemberships");
            }
        }
        used = true;
    }
    used
}

/// SCIM keeps the object id of the directory that an account comes from.
/// Federation facts, I1. The issuer, where it is Entra's, names the tenant.
fn synced(reader: &mut Reader<'_>, id: &EntityId, item: &Value, other: impl Fn(&Reader<'_>, &str) -> EntityId) {
    for external in doc::at(item, "ExternalIds").into_iter().flat_map(doc::each) {
        let Some(object) = doc::text(external, "Id").and_then(guid::parse) else { continue };
        let tenant = doc::text(external, "Issuer").and_then(crate::estate::tenant_of);
        let mut found = other(reader, &object);
        if let (EntityKind::EntraUser, Some(tenant)) = (found.kind, tenant) {
            found = EntityId::entra_user(&tenant, &object);
        }
        reader.relate(id, EdgeKind::SyncedFrom, &found, "ExternalIds");
    }
}

/// `list-resources-for-web-acl`: the web ACL's ARN stands beside the answer, else
/// nothing is known of it.
fn guarded(reader: &mut Reader<'_>, value: &Value) -> bool {
    let (Some(list), Some(acl)) = (doc::list(value, "ResourceArns"), doc::text(value, "WebACLArn")) else {
        return false;
    };
    for arn in list.iter().filter_map(Value::as_str) {
        reader.relate(&EntityId::new(EntityKind::WebAcl, acl), EdgeKind::Guards, &EntityId::aws(arn), "ResourceArns");
    }
    true
}
