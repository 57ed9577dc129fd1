//! ATT&CK of Microsoft's own detections.
//!
//! Sources: Microsoft Entra ID Protection, "What are risk detections?" with the
//! techniques that Identity Protection gives in `additionalInfo`; Defender for
//! Cloud's alerts reference and the Intent enumeration of the alerts API; Graph
//! `alertSeverity`/`category` of `microsoft.graph.security.alert`; the alerts of
//! Privileged Identity Management. Where they name no technique it is ours.

use selvedge_model::Severity;

/// ATT&CK's name of a tactic, from the word of a Microsoft product such as
/// `CredentialAccess`. Several words stand between commas.
pub(crate) fn tactics(words: &str) -> Vec<String> {
    let mut out: Vec<String> =
        words.split([',', ';', '|']).filter_map(|word| tactic(word.trim())).map(str::to_owned).collect();
    out.sort_unstable();
    out.dedup();
    out
}

const TACTICS: [(&str, &str); 32] = [
    ("reconnaissance", "reconnaissance"),
    ("resourcedevelopment", "resource-development"),
    ("initialaccess", "initial-access"),
    ("execution", "execution"),
    ("persistence", "persistence"),
    ("privilegeescalation", "privilege-escalation"),
    ("defenseevasion", "defense-evasion"),
    ("credentialaccess", "credential-access"),
    ("discovery", "discovery"),
    ("lateralmovement", "lateral-movement"),
    ("collection", "collection"),
    ("commandandcontrol", "command-and-control"),
    ("exfiltration", "exfiltration"),
    ("impact", "impact"),
    // Defender for Cloud's older intents.
    ("preattack", "reconnaissance"),
    ("probing", "reconnaissance"),
    ("exploitation", "initial-access"),
    // Categories of Defender XDR.
    ("exploit", "initial-access"),
    ("phishing", "initial-access"),
    ("threatmanagement", "initial-access"),
    ("credentialtheft", "credential-access"),
    ("credentialstealing", "credential-access"),
    ("credentialaccessattack", "credential-access"),
    ("malware", "execution"),
    ("ransomware", "impact"),
    ("backdoor", "persistence"),
    ("webexploit", "initial-access"),
    ("remoteaccesstool", "command-and-control"),
    ("botnet", "command-and-control"),
    ("trojan", "execution"),
    ("trojandownloader", "execution"),
    ("dataloss", "exfiltration"),
];

fn tactic(word: &str) -> Option<&'static str> {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    TACTICS.iter().find(|(known, _)| *known == plain).map(|(_, tactic)| *tactic)
}

/// Every ATT&CK id in a text, such as `Cloud Accounts (T1078.004)`.
pub(super) fn techniques(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let mut out: Vec<String> = words.filter_map(technique).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn technique(word: &str) -> Option<String> {
    let word = word.trim_matches('.');
    let digits = word.strip_prefix(['T', 't'])?;
    let (main, sub) = digits.split_once('.').map_or((digits, None), |(main, sub)| (main, Some(sub)));
    let number = |text: &str, len: usize| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    (number(main, 4) && sub.is_none_or(|sub| number(sub, 3))).then(|| format!("T{digits}"))
}

/// What Identity Protection's and PIM's words mean.
pub(super) struct Risk {
    pub title: &'static str,
    pub technique: &'static str,
    pub tactic: &'static str,
    /// Set where the record itself gives none: the alerts of PIM.
    pub severity: Option<Severity>,
}

type Row = (&'static str, &'static str, &'static str, &'static str);

/// Word, title, technique, tactic.
const RISKS: [Row; 43] = [
    ("unlikelyTravel", "Atypical travel", "T1078.004", "initial-access"),
    ("impossibleTravel", "Impossible travel", "T1078.004", "initial-access"),
    ("mcasImpossibleTravel", "Impossible travel", "T1078.004", "initial-access"),
    ("newCountry", "Activity from a new country", "T1078.004", "initial-access"),
    ("anonymizedIPAddress", "Sign-in from an anonymous address", "T1090.003", "initial-access"),
    ("riskyIPAddress", "Activity from an anonymous address", "T1090.003", "initial-access"),
    ("maliciousIPAddress", "Sign-in from a malicious address", "T1078.004", "initial-access"),
    (
        "maliciousIPAddressValidCredentialsBlockedIP",
        "Valid credentials from a blocked address",
        "T1078.004",
        "initial-access",
    ),
    ("malwareInfectedIPAddress", "Sign-in from an infected device", "T1078.004", "initial-access"),
    ("suspiciousIPAddress", "Sign-in from a suspicious address", "T1078.004", "initial-access"),
    ("nationStateIP", "Sign-in from the address of a known threat actor", "T1078.004", "initial-access"),
    ("unfamiliarFeatures", "Unfamiliar sign-in properties", "T1078.004", "initial-access"),
    ("suspiciousBrowser", "Suspicious browser", "T1078.004", "initial-access"),
    ("suspiciousSignins", "Suspicious sign-ins of an application", "T1078.004", "initial-access"),
    ("estsNtCrawlerSuspiciousActivity", "Suspicious crawling of sign-in", "T1078.004", "initial-access"),
    ("generic", "Additional risk detected", "T1078.004", "initial-access"),
    ("leakedCredentials", "Leaked credentials", "T1589.001", "credential-access"),
    ("passwordSpray", "Password spray", "T1110.003", "credential-access"),
    ("investigationsThreatIntelligence", "Known pattern of attack", "T1078.004", "initial-access"),
    ("threatIntelligence", "Known pattern of attack", "T1078.004", "initial-access"),
    ("adminConfirmedUserCompromised", "An administrator confirmed a compromised user", "T1078.004", "initial-access"),
    (
        "adminConfirmedServicePrincipalCompromised",
        "An administrator confirmed a compromised application",
        "T1078.004",
        "initial-access",
    ),
    ("anomalousToken", "Anomalous token", "T1528", "credential-access"),
    ("tokenIssuerAnomaly", "Anomalous issuer of a token", "T1606.002", "credential-access"),
    ("attackerinTheMiddle", "Attacker in the middle", "T1557", "credential-access"),
    ("attemptedPRTAccess", "Attempt to read a primary refresh token", "T1528", "credential-access"),
    ("suspiciousAuthenticatorAppApproval", "Suspicious approval in the authenticator", "T1621", "credential-access"),
    ("userReportedSuspiciousActivity", "A user reported suspicious activity", "T1621", "credential-access"),
    ("anomalousUserActivity", "Anomalous activity of a user", "T1098", "persistence"),
    ("anomalousServicePrincipalActivity", "Anomalous activity of an application", "T1098", "persistence"),
    ("maliciousApplication", "Malicious application", "T1528", "credential-access"),
    ("suspiciousApplication", "Suspicious application", "T1528", "credential-access"),
    ("suspiciousAPITraffic", "Suspicious calls of an API", "T1087.004", "discovery"),
    ("suspiciousInboxForwarding", "Suspicious forwarding of mail", "T1114.003", "collection"),
    ("suspiciousInboxManipulationRules", "Suspicious mailbox rules", "T1564.008", "defense-evasion"),
    ("mcasSuspiciousInboxManipulationRules", "Suspicious mailbox rules", "T1564.008", "defense-evasion"),
    ("suspiciousSendingPatterns", "Suspicious sending of mail", "T1534", "lateral-movement"),
    ("mcasFinSuspiciousFileAccess", "Many files read", "T1213", "collection"),
    (
        "RolesAssignedOutsidePrivilegedIdentityManagementAlert",
        "Roles are assigned outside of Privileged Identity Management",
        "T1098.003",
        "persistence",
    ),
    (
        "NoMfaOnRoleActivationAlert",
        "Roles are activated without multi-factor authentication",
        "T1556.006",
        "persistence",
    ),
    ("SequentialActivationRenewalsAlert", "Roles are activated too often", "T1078.004", "privilege-escalation"),
    ("StaleSignInAlert", "Accounts that nobody uses hold privileged roles", "T1078.004", "privilege-escalation"),
    (
        "TooManyGlobalAdminsAssignedToTenantAlert",
        "There are too many global administrators",
        "T1098.003",
        "persistence",
    ),
];

/// Severities of PIM's alerts, as its documentation gives them; low if unlisted.
const PIM: [(&str, Severity); 2] =
    [("RolesAssignedOutsidePrivilegedIdentityManagementAlert", Severity::High), ("StaleSignInAlert", Severity::Medium)];

/// What follows the name of a PIM alert in its incidents and settings.
const ALERT_ENDINGS: [&str; 2] = ["Incident", "Configuration"];

/// What a word of Identity Protection or PIM means.
pub(super) fn risk(word: &str) -> Option<Risk> {
    let word = ALERT_ENDINGS.iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    let word = word.rsplit(['_', '.']).next().unwrap_or(word);
    let row = RISKS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word))?;
    let (known, title, technique, tactic) = *row;
    let of_pim = known.ends_with("Alert");
    let listed = PIM.iter().find(|(name, _)| *name == known).map_or(Severity::Low, |(_, severity)| *severity);
    Some(Risk { title, technique, tactic, severity: of_pim.then_some(listed) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_tactics() {
        for (words, expect) in [
            ("CredentialAccess", vec!["credential-access"]),
            ("InitialAccess, LateralMovement,Unknown", vec!["initial-access", "lateral-movement"]),
            ("Command And Control", vec!["command-and-control"]),
            ("SuspiciousActivity", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(tactics(words), expect, "{words}");
        }
    }

    #[test]
    fn techniques_are_found_in_text() {
        for (text, expect) in [
            ("Valid Accounts (T1078), Cloud Accounts (T1078.004)", vec!["T1078", "T1078.004"]),
            ("T1110.003,T1078.", vec!["T1078", "T1110.003"]),
            ("[\"t1059\"]", vec!["T1059"]),
            ("T107 TX078 T10781 T1078.4", vec![]),
        ] {
            assert_eq!(techniques(text), expect, "{text}");
        }
    }

    #[test]
    fn alerts_of_pim_are_known_by_every_name() {
        for name in [
            "rolesAssignedOutsidePrivilegedIdentityManagementAlertConfiguration",
            "rolesAssignedOutsidePrivilegedIdentityManagementAlertIncident",
            "DirectoryRole_4b4e_RolesAssignedOutsidePrivilegedIdentityManagementAlert",
            "#microsoft.graph.rolesAssignedOutsidePrivilegedIdentityManagementAlertIncident",
        ] {
            assert_eq!(risk(name).and_then(|risk| risk.severity), Some(Severity::High), "{name}");
        }
        assert!(risk("somethingElse").is_none());
    }
}
