//! What a user's own tools export of the estate.

use super::SimCloud;
use super::state::{Account, Role};
use crate::entra::User;
use jiff::Timestamp;
use selvedge_model::time::iso_second;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `2026-05-18T12:00:00+00:00`, as the AWS command line writes times.
fn cli_time(time: Timestamp) -> String {
    iso_second(time).replace('Z', "+00:00")
}

/// A policy document as JSON; text that is none stays text.
fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn role_detail(account: &str, role: &Role) -> Value {
    let policies = role.policies.stored();
    let inline: Vec<Value> = policies
        .inline
        .iter()
        .map(|(name, text)| json!({ "PolicyName": name, "PolicyDocument": document(text) }))
        .collect();
    let attached: Vec<Value> =
        policies.attached.keys().map(|arn| json!({ "PolicyName": policy_name(arn), "PolicyArn": arn })).collect();
    let tags: Vec<Value> = role.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn(account),
        "CreateDate": cli_time(role.created),
        "AssumeRolePolicyDocument": document(&role.trust),
        "InstanceProfileList": [],
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached,
        "Tags": tags,
    })
}

fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The managed policies that roles of the account have attached.
fn managed_policies(held: &Account, seed: u64) -> Vec<Value> {
    let mut all: BTreeMap<&str, (&str, u32, Timestamp)> = BTreeMap::new();
    for role in held.roles.values() {
        for (arn, text) in &role.policies.stored().attached {
            all.entry(arn).or_insert((text, 0, role.created)).1 += 1;
        }
    }
    all.into_iter()
        .map(|(arn, (text, count, created))| {
            json!({
                "PolicyName": policy_name(arn),
                "PolicyId": crate::rng::Rng::labelled(seed, arn).aws_id("ANPA", 21),
                "Arn": arn,
                "Path": "/",
                "DefaultVersionId": "v1",
                "AttachmentCount": count,
                "PermissionsBoundaryUsageCount": 0,
                "IsAttachable": true,
                "CreateDate": cli_time(created),
                "UpdateDate": cli_time(created),
                "PolicyVersionList": [{
                    "Document": document(text), "VersionId": "v1", "IsDefaultVersion": true,
                    "CreateDate": cli_time(created),
                }],
            })
        })
        .collect()
}

/// A user as Graph shows it by default in an export.
fn exported_user(user: &User) -> Value {
    json!({
        "id": user.id,
        "displayName": user.display_name,
        "userPrincipalName": user.upn,
        "mail": user.upn,
        "accountEnabled": user.state.stored().enabled,
        "userType": user.user_type,
        "onPremisesSyncEnabled": user.on_premises,
    })
}

impl SimCloud {
    /// `aws iam get-account-authorization-details`; `None` without such an
    /// account.
    pub fn account_authorization_details(&self, account: &str) -> Option<Value> {
        let state = self.lock();
        let held = state.accounts.get(account)?;
        let roles: Vec<Value> = held.roles.values().map(|role| role_detail(account, role)).collect();
        Some(json!({
            "UserDetailList": held.users,
            "GroupDetailList": [],
            "RoleDetailList": roles,
            "Policies": managed_policies(held, state.seed),
        }))
    }

    /// `aws iam list-saml-providers`; `None` without such an account.
    pub fn list_saml_providers(&self, account: &str) -> Option<Value> {
        let state = self.lock();
        let held = state.accounts.get(account)?;
        let providers: Vec<Value> = held
            .saml_providers
            .keys()
            .map(|arn| {
                json!({
                    "Arn": arn,
                    "ValidUntil": "2031-01-01T00:00:00+00:00",
                    "CreateDate": "2023-02-01T09:00:00+00:00",
                })
            })
            .collect();
        Some(json!({ "SAMLProviderList": providers }))
    }

    /// Graph's list of a tenant's users; `None` without such a tenant.
    pub fn users_export(&self, tenant: &str) -> Option<Value> {
        let state = self.lock();
        let users: Vec<Value> = state.tenants.get(tenant)?.users.values().map(exported_user).collect();
        Some(json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": users }))
    }
}
