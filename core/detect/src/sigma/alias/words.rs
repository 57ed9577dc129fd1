//! Values that are written differently in different vocabularies.
//!
//! Many public rules follow the wording of Microsoft's guides, which is not that
//! of the logs. A rule that looks for such a word is given the log's words too,
//! when it is loaded. Sources: "Microsoft Entra security operations guide";
//! Microsoft Entra, "Audit log activity reference" and "authentication and
//! authorization error codes"; Microsoft Graph, `signIn`, `riskDetection` and
//! PIM alerts; Azure Monitor, "Azure activity log event schema".

use super::{LogSource, canonical};
use crate::sigma::text::{Part, Pattern, Piece};

/// For fields of these names: a rule's word, in lower case, and what it also
/// stands for; `*` is any text.
struct Words {
    fields: &'static [&'static str],
    words: &'static [(&'static str, &'static [&'static str])],
}

/// What else a rule's text stands for.
pub(in crate::sigma) fn also(source: LogSource, field: &str, pattern: &Pattern) -> Vec<Pattern> {
    let Some((part, word)) = pattern.word() else { return Vec::new() };
    let canon = canonical(field);
    let tables: &[Words] = match source {
        LogSource::CLOUDTRAIL => &CLOUDTRAIL,
        LogSource::AZURE_ACTIVITY => &ACTIVITY,
        LogSource::ENTRA_SIGN_IN => &SIGN_IN,
        LogSource::ENTRA_AUDIT => &AUDIT,
        LogSource::ENTRA_RISK => &RISK,
        _ => &[],
    };
    let mut out = Vec::new();
    for table in tables.iter().filter(|table| table.fields.contains(&canon.as_str())) {
        for (_, others) in table.words.iter().filter(|(own, _)| *own == word) {
            out.extend(others.iter().map(|other| wild(other, part)));
        }
    }
    out
}

fn wild(text: &str, part: Part) -> Pattern {
    let mut pieces = Vec::new();
    for (index, plain) in text.split('*').enumerate() {
        if index > 0 {
            pieces.push(Piece::Any);
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.to_owned()));
        }
    }
    Pattern::new(pieces, part, false)
}

const CLOUDTRAIL: [Words; 1] = [Words {
    fields: &["eventsource"],
    // Registered domains are a service of their own.
    words: &[("route53.amazonaws.com", &["route53domains.amazonaws.com"])],
}];

/// The final rows of an operation, and its first ones.
const STATUS: &[(&str, &[&str])] = &[
    ("success", &["Succeeded"]),
    ("succeeded", &["Success"]),
    ("failure", &["Failed"]),
    ("failed", &["Failure"]),
    ("start", &["Started"]),
    ("started", &["Start"]),
    ("accept", &["Accepted"]),
    ("accepted", &["Accept"]),
];

const ACTIVITY: [Words; 1] = [Words {
    fields: &["status", "resulttype", "activitystatusvalue", "activitystatus", "outcome", "event.outcome", "result"],
    words: STATUS,
}];

/// Fields that hold a user's name; some public rules write `UPN` for any user
/// principal name.
const UPN: &[(&str, &[&str])] = &[("upn", &["*@*"])];

const SIGN_IN: [Words; 6] = [
    Words { fields: &["user", "username", "user.name", "userprincipalname", "account"], words: UPN },
    Words {
        fields: &["clientapp", "clientappused"],
        words: &[
            ("other client", &["Other clients*"]),
            ("imap", &["IMAP4*"]),
            ("pop3", &["POP*"]),
            ("mapi", &["MAPI*"]),
            ("smtp", &["Authenticated SMTP", "SMTP*"]),
            ("exchange activesync", &["Exchange ActiveSync*"]),
        ],
    },
    Words { fields: &["message"], words: &[("device code", &["deviceCode", "deviceCodeFlow"]), ("ropc", &["ropc*"])] },
    Words {
        fields: &["resultdescription", "failurereason", "status.failurereason", "reason"],
        words: &[
            ("blocked by conditional access", &["*blocked by Conditional Access*", "BlockedByConditionalAccess*"]),
            (
                "strong auth required",
                &["Strong Authentication is required", "*did not pass the MFA challenge*", "UserStrongAuth"],
            ),
            (
                "authentication failed during strong authentication request",
                &["Authentication failed during the strong authentication request"],
            ),
            (
                "device authentication is required",
                &["Device authentication is required*", "DeviceAuthenticationRequired*"],
            ),
            ("deviceauthenticationfailed", &["Device authentication failed*", "DeviceAuthenticationFailed*"]),
            (
                "externalsecuritychallenge - external security challenge was not satisfied",
                &["*external security challenge*", "ExternalSecurityChallenge*"],
            ),
            (
                "user account is disabled. the account has been disabled by an administrator.",
                &["*user account is disabled*", "UserDisabled*"],
            ),
        ],
    },
    Words { fields: &["authenticationprotocol"], words: &[("device code", &["deviceCode"])] },
    Words { fields: &["status", "result", "outcome"], words: &[("succeeded", &["Success"]), ("failed", &["Failure"])] },
];

/// What the guides call an activity, and what the log calls it.
const ACTIVITIES: &[(&str, &[&str])] = &[
    ("add member from group", &["Add member to group"]),
    ("request approved/denied", &["*request approved*", "*request denied*"]),
    (
        "add eligible member (permanent)",
        &["Add eligible member to role*completed (permanent)", "Add eligible member to role*requested (permanent)"],
    ),
    (
        "add eligible member (eligible)",
        &["Add eligible member to role*completed (timebound)", "Add eligible member to role*requested (timebound)"],
    ),
    (
        "remove eligible member (permanent)",
        &[
            "Remove eligible member from role*completed (permanent)",
            "Remove eligible member from role*requested (permanent)",
        ],
    ),
    (
        "remove eligible member (eligible)",
        &[
            "Remove eligible member from role*completed (timebound)",
            "Remove eligible member from role*requested (timebound)",
        ],
    ),
    // The log's own name ends in a space.
    (
        "update application \u{2013} certificates and secrets management",
        &["Update application*Certificates and secrets management*"],
    ),
    (
        "update service principal/update application",
        &[
            "Update application Sucess- Property Name KeyDescription",
            "Update service principal Sucess- Property Name KeyDescription",
        ],
    ),
    (
        "assigns the caller to user access admin",
        &[
            "User has elevated their access to User Access Administrator*",
            "Assigns the caller to User Access Administrator*",
        ],
    ),
    ("password reset", &["Reset user password", "Reset password"]),
];

const PIM: &[(&str, &[&str])] = &[
    ("stalesigninalertincident", &["*StaleSignInAlert*"]),
    ("invalidlicensealertincident", &["*InvalidLicenseAlert*"]),
    (
        "rolesassignedoutsideprivilegedidentitymanagementalertconfiguration",
        &["*RolesAssignedOutsidePrivilegedIdentityManagementAlert*"],
    ),
    ("sequentialactivationrenewalsalertincident", &["*SequentialActivationRenewalsAlert*"]),
    ("nomfaonroleactivationalertincident", &["*NoMfaOnRoleActivationAlert*"]),
    ("redundantassignmentalertincident", &["*RedundantAssignmentAlert*"]),
    ("toomanyglobaladminsassignedtotenantalertincident", &["*TooManyGlobalAdminsAssignedToTenantAlert*"]),
];

/// The titles by which the audit log names PIM's alerts.
const PIM_TITLES: &[(&str, &[&str])] = &[
    ("stalesigninalertincident", &["Potential stale accounts in a privileged role*"]),
    ("invalidlicensealertincident", &["The organization doesn't have Microsoft Entra*", "*doesn't have*Premium P2*"]),
    (
        "rolesassignedoutsideprivilegedidentitymanagementalertconfiguration",
        &["Roles are being assigned outside of Privileged Identity Management*"],
    ),
    ("sequentialactivationrenewalsalertincident", &["Roles are being activated too frequently*"]),
    ("nomfaonroleactivationalertincident", &["Roles don't require multi*factor authentication for activation*"]),
    ("redundantassignmentalertincident", &["Administrators are*n*t using their privileged roles*"]),
    ("toomanyglobaladminsassignedtotenantalertincident", &["There are too many global administrators*"]),
];

const AUDIT: [Words; 6] = [
    Words {
        fields: &[
            "message",
            "activity",
            "activitydisplayname",
            "activitytype",
            "activitydetails",
            "operationname",
            "operation",
        ],
        words: ACTIVITIES,
    },
    Words { fields: &["category"], words: &[("administrative", &["AzureRBACRoleManagementElevateAccess"])] },
    Words {
        fields: &[
            "initiatedby",
            "actor",
            "user",
            "username",
            "user.name",
            "caller",
            "target",
            "targets",
            "targetuser",
            "initiatedby.user.userprincipalname",
            "targetresources.userprincipalname",
        ],
        words: UPN,
    },
    Words {
        fields: &["targetresources.type", "targettype"],
        words: &[("service principal", &["ServicePrincipal"]), ("serviceprincipal", &["Service Principal"])],
    },
    Words {
        fields: &["failurestatusreason", "resultreason", "resultdescription", "reason"],
        words: &[(
            "microsoft.online.security.userconsentblockedforriskyappsexceptions",
            &["*UserConsentBlockedForRiskyAppsException*"],
        )],
    },
    Words { fields: &["riskeventtype"], words: PIM_TITLES },
];

const RISK: [Words; 2] = [
    Words { fields: &["riskeventtype", "risktype"], words: PIM },
    // Detections that come from Defender for Cloud Apps carry its mark in some logs.
    Words {
        fields: &["riskeventtype", "risktype"],
        words: &[
            ("impossibletravel", &["mcasImpossibleTravel"]),
            ("suspiciousinboxforwarding", &["mcasSuspiciousInboxForwarding"]),
            ("mcassuspiciousinboxmanipulationrules", &["suspiciousInboxManipulationRules"]),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_can_be_found() {
        for tables in [&CLOUDTRAIL[..], &ACTIVITY, &SIGN_IN, &AUDIT, &RISK] {
            for table in tables {
                for field in table.fields {
                    assert_eq!(*field, canonical(field), "a field's name is looked up as `canonical` makes it");
                }
                for (word, others) in table.words {
                    assert_eq!(*word, word.to_lowercase(), "rules' words are in lower case");
                    assert!(!others.is_empty());
                }
            }
        }
    }
}
