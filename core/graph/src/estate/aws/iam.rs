//! IAM: users, groups, roles, policies, providers, access keys.

use super::{describe, policy};
use crate::estate::attr::Attr;
use crate::estate::doc::{self, Reader};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// The lists of principals: of the authorization details, and of the `list-…`
/// calls. Key, id that tells them from others' lists, word.
const PRINCIPALS: [(&str, &str, &str); 6] = [
    ("UserDetailList", "UserId", "iam:user"),
    ("GroupDetailList", "GroupId", "iam:group"),
    ("RoleDetailList", "RoleId", "iam:role"),
    ("Users", "UserId", "iam:user"),
    ("Groups", "GroupId", "iam:group"),
    ("Roles", "RoleId", "iam:role"),
];

pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    let groups = groups(value);
    let mut used = false;
    for (key, id, word) in PRINCIPALS {
        let Some(list) = doc::list(value, key) else { continue };
        let is_one = |item: &Value| item.get(id).is_some() && item.get("Arn").is_some();
        if !key.ends_with("DetailList") && !list.iter().any(is_one) {
            continue;
        }
        // The whole export with `--filter` has the other lists, but empty: that says nothing of them.
        used = true;
        for item in list {
            principal(reader, word, item, &groups);
        }
    }
    for (key, id, word) in
        [("User", "UserId", "iam:user"), ("Group", "GroupId", "iam:group"), ("Role", "RoleId", "iam:role")]
    {
        if let Some(item) = value.get(key).filter(|item| item.get(id).is_some() && item.get("Arn").is_some()) {
            principal(reader, word, item, &groups);
            used = true;
        }
    }
    let policies = doc::list(value, "Policies").unwrap_or_default();
    for item in policies.iter().chain(value.get("Policy")).filter(|item| item.get("PolicyId").is_some()) {
        managed(reader, item);
        used = true;
    }
    used | providers(reader, value) | keys(reader, value) | profiles(reader, value)
}

/// ARNs of the document's groups by name: a user's list has names alone.
fn groups(value: &Value) -> BTreeMap<&str, &str> {
    let list = doc::list(value, "GroupDetailList").unwrap_or_default();
    list.iter().filter_map(|group| Some((doc::text(group, "GroupName")?, doc::text(group, "Arn")?))).collect()
}

const KEEP: [&str; 12] = [
    "Path",
    "UserId",
    "GroupId",
    "RoleId",
    "Description",
    "MaxSessionDuration",
    "PermissionsBoundary.PermissionsBoundaryArn",
    "RoleLastUsed.LastUsedDate",
    "RoleLastUsed.Region",
    "PasswordLastUsed",
    "PolicyId",
    "DefaultVersionId",
];

fn principal(reader: &mut Reader<'_>, word: &str, item: &Value, groups: &BTreeMap<&str, &str>) {
    let Some(arn) = doc::text(item, "Arn") else { return };
    let id = EntityId::aws(arn);
    let name = ["UserName", "GroupName", "RoleName"].into_iter().find(|key| item.get(key).is_some());
    describe(reader, &id, word, name.unwrap_or_default(), item, &KEEP);
    if let Some(trust) = policy::document(item.get("AssumeRolePolicyDocument")) {
        let facet = reader.facet(&id, word, item, &[]);
        facet.attributes.insert("AssumeRolePolicyDocument".into(), Attr::whole(&trust));
        policy::relate(reader, &id, EdgeKind::Trusts, "AssumeRolePolicyDocument", &trust);
    }
    for key in ["UserPolicyList", "GroupPolicyList", "RolePolicyList"] {
        for inline in doc::list(item, key).unwrap_or_default() {
            let name = doc::text(inline, "PolicyName").unwrap_or_default();
            let own = EntityId::new(EntityKind::Policy, format!("{arn}/inline/{name}"));
            describe(reader, &own, "iam:inline-policy", "PolicyName", inline, &[]);
            with_document(reader, &own, inline.get("PolicyDocument"));
            reader.relate(&id, EdgeKind::Attached, &own, key);
        }
    }
    for attached in doc::texts(item, "AttachedManagedPolicies.PolicyArn") {
        reader.relate(&id, EdgeKind::Attached, &EntityId::aws(attached), "AttachedManagedPolicies");
    }
    for boundary in doc::texts(item, "PermissionsBoundary.PermissionsBoundaryArn") {
        reader.relate(&id, EdgeKind::BoundedBy, &EntityId::aws(boundary), "PermissionsBoundary");
    }
    for group in doc::texts(item, "GroupList") {
        // A group that the document does not list is taken to have no path.
        let made = || arn.split(":user/").next().map(|start| format!("{start}:group/{group}")).unwrap_or_default();
        let of = groups.get(group).map_or_else(made, |arn| (*arn).to_owned());
        reader.relate(&id, EdgeKind::MemberOf, &EntityId::aws(&of), "GroupList");
    }
    for profile in doc::list(item, "InstanceProfileList").unwrap_or_default() {
        add_profile(reader, profile, Some(&id));
    }
}

fn managed(reader: &mut Reader<'_>, item: &Value) {
    let Some(arn) = doc::text(item, "Arn") else { return };
    let id = EntityId::aws(arn);
    describe(reader, &id, "iam:policy", "PolicyName", item, &KEEP);
    let versions = doc::list(item, "PolicyVersionList").unwrap_or_default();
    let default = versions.iter().find(|version| version.get("IsDefaultVersion") == Some(&Value::Bool(true)));
    with_document(reader, &id, default.and_then(|version| version.get("Document")));
}

fn with_document(reader: &mut Reader<'_>, id: &EntityId, document: Option<&Value>) {
    if let (Some(document), Some(facet)) = (policy::attribute(document), reader.out.facets.get_mut(id)) {
        facet.attributes.insert("document".into(), document);
    }
}

fn providers(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    for (key, word) in [("SAMLProviderList", "iam:saml-provider"), ("OpenIDConnectProviderList", "iam:oidc-provider")] {
        let Some(list) = doc::list(value, key) else { continue };
        used = true;
        reader.out.words.insert(word.to_owned());
        for item in list {
            if let Some(arn) = doc::text(item, "Arn") {
                let id = EntityId::new(EntityKind::IdentityProvider, arn);
                describe(reader, &id, word, "", item, &["ValidUntil"]);
                let name = arn.split_once("provider/").map(|(_, name)| name.to_owned());
                if let Some(facet) = reader.out.facets.get_mut(&id) {
                    facet.name = name;
                }
            }
        }
    }
    // `get-open-id-connect-provider` does not repeat the ARN: it is made of account and URL.
    if let (Some(url), Some(_), Some(account)) = (doc::text(value, "Url"), value.get("ClientIDList"), reader.account) {
        let url = url.trim_start_matches("https://");
        let id = EntityId::new(EntityKind::IdentityProvider, format!("arn:aws:iam::{account}:oidc-provider/{url}"));
        describe(reader, &id, "iam:oidc-provider", "", value, &["Url", "ClientIDList"]);
        used = true;
    }
    used
}

fn keys(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(list) = doc::list(value, "AccessKeyMetadata") else { return false };
    reader.out.words.insert("iam:access-key".to_owned());
    for item in list {
        if let Some(key) = doc::text(item, "AccessKeyId") {
            let id = EntityId::new(EntityKind::AccessKey, key);
            describe(reader, &id, "iam:access-key", "", item, &["UserName", "Status"]);
        }
    }
    true
}

fn profiles(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(list) = doc::list(value, "InstanceProfiles") else { return false };
    for item in list {
        add_profile(reader, item, None);
    }
    true
}

fn add_profile(reader: &mut Reader<'_>, profile: &Value, role: Option<&EntityId>) {
    let Some(arn) = doc::text(profile, "Arn") else { return };
    let id = EntityId::aws(arn);
    describe(reader, &id, "iam:instance-profile", "InstanceProfileName", profile, &["InstanceProfileId"]);
    let named = doc::texts(profile, "Roles.Arn").into_iter().map(EntityId::aws);
    for role in role.cloned().into_iter().chain(named) {
        reader.relate(&id, EdgeKind::RunsAs, &role, "InstanceProfileList");
    }
}
