//! Which OCSF class and activity a CloudTrail record is.

use super::insight;
use super::trail::Trail;
use crate::ocsf;

/// Operations that hand out or begin a session, or are a stage of that.
const AUTHENTICATION: [&str; 11] = [
    "ConsoleLogin",
    "CheckMfa",
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetSessionToken",
    "GetFederationToken",
    "UserAuthentication",
    "Federate",
    "GetRoleCredentials",
];

/// IAM operations on users and roles, with their Account Change activity. AWS's
/// own mapping counts a role's place in an instance profile as attached policy.
const ACCOUNT_CHANGE: [(&str, u8); 18] = [
    ("CreateUser", 1),
    ("DeleteUser", 6),
    ("ChangePassword", 3),
    ("UpdateLoginProfile", 4),
    ("AttachUserPolicy", 7),
    ("PutUserPolicy", 7),
    ("DetachUserPolicy", 8),
    ("DeleteUserPolicy", 8),
    ("EnableMFADevice", 10),
    ("DeactivateMFADevice", 11),
    ("CreateRole", 1),
    ("DeleteRole", 6),
    ("AttachRolePolicy", 7),
    ("PutRolePolicy", 7),
    ("AddRoleToInstanceProfile", 7),
    ("DetachRolePolicy", 8),
    ("DeleteRolePolicy", 8),
    ("RemoveRoleFromInstanceProfile", 8),
];

const READS: [&str; 10] =
    ["Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Query", "Scan", "Decrypt", "Search"];
const CREATES: [&str; 7] = ["Create", "Run", "Import", "Allocate", "Register", "Copy", "Start"];
const DELETES: [&str; 5] = ["Delete", "Remove", "Terminate", "Deregister", "Release"];
const UPDATES: [&str; 10] = ["Put", "Update", "Modify", "Set", "Attach", "Detach", "Add", "Enable", "Disable", "Stop"];

pub(super) fn of(trail: &Trail<'_>) -> (ocsf::Class, u8) {
    let operation = trail.operation.unwrap_or_default();
    if let Some(insight) = trail.insight {
        return (ocsf::DETECTION_FINDING, insight::activity(insight));
    }
    if AUTHENTICATION.contains(&operation) {
        let activity = if operation == "CheckMfa" { 99 } else { 1 };
        return (ocsf::AUTHENTICATION, activity);
    }
    let of_iam = trail.service == Some("iam.amazonaws.com");
    if of_iam && let Some((_, id)) = ACCOUNT_CHANGE.iter().find(|(op, _)| *op == operation) {
        return (ocsf::ACCOUNT_CHANGE, *id);
    }
    let starts = |words: &[&str]| words.iter().any(|w| operation.starts_with(w));
    let activity = if trail.read_only == Some(true) || starts(&READS) {
        2
    } else if starts(&CREATES) {
        1
    } else if starts(&DELETES) {
        4
    } else if trail.read_only == Some(false) || starts(&UPDATES) {
        3
    } else {
        99
    };
    (ocsf::API_ACTIVITY, activity)
}
