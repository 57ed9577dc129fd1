//! `selvedge permissions`: least privilege, computed from the actions.

use super::{PermissionsArgs, output};
use crate::error::Error;
use selvedge_actions::{CONTRACTS, Contract, Permission};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What must be granted at each cloud.
#[derive(Default)]
struct Grants {
    /// Resource to IAM actions.
    iam: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Operations of Azure RBAC.
    azure: BTreeSet<&'static str>,
    /// Application permissions of Microsoft Graph.
    graph: BTreeSet<&'static str>,
    /// Application permissions of Defender for Endpoint.
    defender: BTreeSet<&'static str>,
}

impl Grants {
    fn of(contracts: &[&Contract], read: bool) -> Self {
        let mut out = Self::default();
        for contract in contracts {
            contract.permissions.iter().filter(|p| p.read == read).for_each(|one| out.add(contract.cloud, one));
        }
        out
    }

    fn add(&mut self, cloud: &str, permission: &Permission) {
        let Permission { name, scope, .. } = *permission;
        let _new = match cloud {
            "aws" => self.iam.entry(scope).or_default().insert(name),
            "azure" => self.azure.insert(name),
            "defender" => self.defender.insert(name),
            _ => self.graph.insert(name),
        };
    }

    /// The IAM policy of the actions: one statement for each resource; the
    /// agent's own, Identity Center's and service-linked roles are denied
    /// outright.
    fn iam_policy(&self, read: bool) -> Value {
        let allow = |(resource, actions)| json!({ "Effect": "Allow", "Action": actions, "Resource": resource });
        let mut statements: Vec<Value> = self.iam.iter().map(allow).collect();
        if !read {
            statements.extend(never());
        }
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// A custom role of Azure RBAC, for `az role definition create`.
    fn role_definition(&self, read: bool) -> Value {
        json!({
            "Name": if read { "Selvedge Read" } else { "Selvedge Act" },
            "IsCustom": true,
            "Description": "What Selvedge needs for its actions, and no more.",
            "Actions": self.azure,
            "NotActions": [],
            "DataActions": [],
            "NotDataActions": [],
            "AssignableScopes": ["/subscriptions/SUBSCRIPTION"],
        })
    }
}

fn never() -> [Value; 2] {
    [
        json!({
            "Sid": "NeverTheseRoles",
            "Effect": "Deny",
            "Action": "iam:*",
            "Resource": [
                "arn:aws:iam::*:role/SelvedgeRead",
                "arn:aws:iam::*:role/SelvedgeAct",
                "arn:aws:iam::*:role/aws-reserved/*",
                "arn:aws:iam::*:role/aws-service-role/*",
            ],
        }),
        json!({
            "Sid": "NeverWhatIsExempt",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceTag/response-exempt": "true" } },
        }),
    ]
}

/// The contracts of the named actions, or all.
fn enabled(ids: &[String]) -> Result<Vec<&'static Contract>, Error> {
    if let Some(unknown) = ids.iter().find(|id| !CONTRACTS.iter().any(|c| c.id.eq_ignore_ascii_case(id))) {
        let known: Vec<&str> = CONTRACTS.iter().map(|contract| contract.id).collect();
        return Err(Error::new(
            "E0123",
            format!("there is no action {}", selvedge_model::untrusted::quote_for_log(unknown)),
            format!("name one of {}", known.join(", ")),
        ));
    }
    let wanted = |contract: &&&Contract| ids.is_empty() || ids.iter().any(|id| contract.id.eq_ignore_ascii_case(id));
    Ok(CONTRACTS.iter().filter(wanted).copied().collect())
}

pub(super) fn run(args: &PermissionsArgs) -> Result<u8, Error> {
    let contracts = enabled(&args.action)?;
    for (read, wanted, title) in [(true, !args.act, "reading"), (false, !args.read, "acting")] {
        if !wanted {
            continue;
        }
        let grants = Grants::of(&contracts, read);
        if args.json {
            output::line(&json!({
                "for": title,
                "iam_policy": grants.iam_policy(read),
                "azure_role_definition": grants.role_definition(read),
                "graph_application_permissions": grants.graph,
                "defender_application_permissions": grants.defender,
            }))?;
        } else {
            show(&grants, read, title);
        }
    }
    Ok(0)
}

fn show(grants: &Grants, read: bool, title: &str) {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    if !grants.iam.is_empty() {
        let policy = pretty(&grants.iam_policy(read));
        outln!("For {title}, as an IAM policy of the role that Selvedge assumes:\n{policy}\n");
    }
    if !grants.azure.is_empty() {
        let role = pretty(&grants.role_definition(read));
        outln!("For {title}, as a custom role of Azure (az role definition create --role-definition FILE):\n{role}\n");
    }
    for (api, names) in [("Microsoft Graph", &grants.graph), ("Defender for Endpoint", &grants.defender)] {
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().copied().collect();
            outln!("For {title}, as application permissions of {api}:\n  {}\n", names.join("\n  "));
        }
    }
}
