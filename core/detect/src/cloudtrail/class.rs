//! Which OCSF class and activity a CloudTrail record is.

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
const ACCOUNT_CHANGE: [(&str, u8, &str); 18] = [
    ("CreateUser", 1, "Create"),
    ("DeleteUser", 6, "Delete"),
    ("ChangePassword", 3, "Password Change"),
    ("UpdateLoginProfile", 4, "Password Reset"),
    ("AttachUserPolicy", 7, "Attach Policy"),
    ("PutUserPolicy", 7, "Attach Policy"),
    ("DetachUserPolicy", 8, "Detach Policy"),
    ("DeleteUserPolicy", 8, "Detach Policy"),
    ("EnableMFADevice", 10, "MFA Factor Enable"),
    ("DeactivateMFADevice", 11, "MFA Factor Disable"),
    ("CreateRole", 1, "Create"),
    ("DeleteRole", 6, "Delete"),
    ("AttachRolePolicy", 7, "Attach Policy"),
    ("PutRolePolicy", 7, "Attach Policy"),
    ("AddRoleToInstanceProfile", 7, "Attach Policy"),
    ("DetachRolePolicy", 8, "Detach Policy"),
    ("DeleteRolePolicy", 8, "Detach Policy"),
    ("RemoveRoleFromInstanceProfile", 8, "Detach Policy"),
];

const READS: [&str; 10] =
    ["Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Query", "Scan", "Decrypt", "Search"];
const CREATES: [&str; 7] = ["Create", "Run", "Import", "Allocate", "Register", "Copy", "Start"];
const DELETES: [&str; 5] = ["Delete", "Remove", "Terminate", "Deregister", "Release"];
const UPDATES: [&str; 10] =
    ["Put", "Update", "Modify", "Set", "Attach", "Detach", "Add", "Enable", "Disable", "Stop"];

pub(super) fn of(trail: &Trail<'_>) -> (ocsf::Class, (u8, &'static str)) {
    let operation = trail.operation.unwrap_or_default();
    if trail.insight.is_some() {
        return (ocsf::API_ACTIVITY, (99, "Other"));
    }
    if AUTHENTICATION.contains(&operation) {
        let activity = if operation == "CheckMfa" { (99, "Other") } else { (1, "Logon") };
        return (ocsf::AUTHENTICATION, activity);
    }
    let of_iam = trail.service == Some("iam.amazonaws.com");
    if of_iam && let Some((_, id, name)) = ACCOUNT_CHANGE.iter().find(|(op, ..)| *op == operation) {
        return (ocsf::ACCOUNT_CHANGE, (*id, name));
    }
    let starts = |words: &[&str]| words.iter().any(|w| operation.starts_with(w));
    let activity = if trail.read_only == Some(true) || starts(&READS) {
        (2, "Read")
    } else if starts(&CREATES) {
        (1, "Create")
    } else if starts(&DELETES) {
        (4, "Delete")
    } else if trail.read_only == Some(false) || starts(&UPDATES) {
        (3, "Update")
    } else {
        (99, "Other")
    };
    (ocsf::API_ACTIVITY, activity)
}
