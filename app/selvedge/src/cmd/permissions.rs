//! `selvedge permissions`: least privilege, computed from the actions.

use super::{PermissionsArgs, output};
use crate::error::Error;
use selvedge_actions::CONTRACTS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// An IAM policy and Graph application permissions.
struct Grants {
    iam: BTreeMap<&'static str, BTreeSet<&'static str>>,
    graph: BTreeSet<&'static str>,
}

fn grants(read: bool) -> Grants {
    let mut out = Grants { iam: BTreeMap::new(), graph: BTreeSet::new() };
    for contract in CONTRACTS {
        for permission in contract.permissions.iter().filter(|p| p.read == read) {
            if contract.cloud == "aws" {
                out.iam.entry(permission.scope).or_default().insert(permission.name);
            } else {
                out.graph.insert(permission.name);
            }
        }
    }
    out
}

/// The IAM policy of the actions: one statement for each resource; the agent's
/// own, Identity Center's and service-linked roles are denied outright.
fn policy(grants: &Grants, read: bool) -> Value {
    let mut statements: Vec<Value> = grants
        .iam
        .iter()
        .map(|(resource, actions)| json!({ "Effect": "Allow", "Action": actions, "Resource": resource }))
        .collect();
    if !read {
        statements.push(json!({
            "Sid": "NeverTheseRoles",
            "Effect": "Deny",
            "Action": "iam:*",
            "Resource": [
                "arn:aws:iam::*:role/SelvedgeRead",
                "arn:aws:iam::*:role/SelvedgeAct",
                "arn:aws:iam::*:role/aws-reserved/*",
                "arn:aws:iam::*:role/aws-service-role/*",
            ],
        }));
        statements.push(json!({
            "Sid": "NeverExemptRoles",
            "Effect": "Deny",
            "Action": "iam:*",
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceTag/response-exempt": "true" } },
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

pub(super) fn run(args: &PermissionsArgs) -> Result<u8, Error> {
    for (read, wanted, title) in [(true, !args.act, "reading"), (false, !args.read, "acting")] {
        if !wanted {
            continue;
        }
        let grants = grants(read);
        let policy = policy(&grants, read);
        if args.json {
            output::line(
                &json!({ "for": title, "iam_policy": policy, "graph_application_permissions": grants.graph }),
            )?;
            continue;
        }
        let pretty = serde_json::to_string_pretty(&policy).unwrap_or_default();
        let graph: Vec<&str> = grants.graph.iter().copied().collect();
        outln!("For {title}, as an IAM policy of the role that Selvedge assumes:\n{pretty}\n");
        outln!("For {title}, as application permissions of Microsoft Graph:\n  {}\n", graph.join("\n  "));
    }
    Ok(0)
}
