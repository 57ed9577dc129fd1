//! ATT&CK behind the words of AWS's own detections, as tables.

use crate::json::Json;
use crate::loose;
use selvedge_model::event::{Attack, Technique};
use std::collections::BTreeSet;

/// A tactic of ATT&CK's enterprise matrix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tactic {
    /// As rules tag it.
    pub slug: &'static str,
    pub name: &'static str,
    pub uid: &'static str,
}

const fn tactic(slug: &'static str, name: &'static str, uid: &'static str) -> Tactic {
    Tactic { slug, name, uid }
}

/// The tactics. Source: attack.mitre.org, enterprise tactics.
static TACTICS: [Tactic; 14] = [
    tactic("reconnaissance", "Reconnaissance", "TA0043"),
    tactic("resource-development", "Resource Development", "TA0042"),
    tactic("initial-access", "Initial Access", "TA0001"),
    tactic("execution", "Execution", "TA0002"),
    tactic("persistence", "Persistence", "TA0003"),
    tactic("privilege-escalation", "Privilege Escalation", "TA0004"),
    tactic("defense-evasion", "Defense Evasion", "TA0005"),
    tactic("credential-access", "Credential Access", "TA0006"),
    tactic("discovery", "Discovery", "TA0007"),
    tactic("lateral-movement", "Lateral Movement", "TA0008"),
    tactic("collection", "Collection", "TA0009"),
    tactic("command-and-control", "Command and Control", "TA0011"),
    tactic("exfiltration", "Exfiltration", "TA0010"),
    tactic("impact", "Impact", "TA0040"),
];

/// What GuardDuty's types begin with, and the tactics meant: the first row that
/// fits. Threat purposes are those of the GuardDuty User Guide, "GuardDuty
/// finding format"; purposes that are tactics by name need no row.
const GUARDDUTY: [(&str, &[&str]); 16] = [
    ("AttackSequence:EC2", &["execution"]),
    ("AttackSequence:ECS", &["execution"]),
    ("AttackSequence:EKS", &["execution"]),
    ("AttackSequence:IAM", &["initial-access"]),
    ("AttackSequence:S3", &["collection", "exfiltration"]),
    ("Backdoor:", &["command-and-control"]),
    ("CryptoCurrency:", &["impact"]),
    ("Object:", &["execution"]),
    ("PenTest:", &["initial-access"]),
    ("Policy:IAMUser/RootCredentialUsage", &["privilege-escalation"]),
    ("Policy:", &["defense-evasion"]),
    ("Recon:IAMUser", &["discovery"]),
    ("Recon:", &["reconnaissance"]),
    ("Stealth:", &["defense-evasion"]),
    ("Trojan:", &["command-and-control"]),
    ("UnauthorizedAccess:", &["initial-access"]),
];

/// Techniques that types of GuardDuty name, by the beginning of the type. Ours:
/// what the User Guide says of each type, read with ATT&CK's cloud matrix.
const GUARDDUTY_TECHNIQUES: [(&str, &str); 32] = [
    ("Backdoor:EC2/C&CActivity", "T1071"),
    ("Backdoor:EC2/DenialOfService", "T1498"),
    ("Backdoor:EC2/Spambot", "T1496"),
    ("Backdoor:Lambda/C&CActivity", "T1071"),
    ("Backdoor:Runtime/C&CActivity", "T1071"),
    ("CredentialAccess:IAMUser/AnomalousBehavior", "T1552"),
    ("CredentialAccess:IAMUser/CompromisedCredentials", "T1078.004"),
    ("CredentialAccess:RDS/", "T1110"),
    ("CryptoCurrency:", "T1496"),
    ("DefenseEvasion:IAMUser/", "T1562.008"),
    ("Discovery:IAMUser/", "T1580"),
    ("Discovery:S3/", "T1619"),
    ("Exfiltration:IAMUser/", "T1537"),
    ("Exfiltration:S3/", "T1530"),
    ("Impact:IAMUser/", "T1485"),
    ("Impact:S3/AnomalousBehavior.Delete", "T1485"),
    ("InitialAccess:IAMUser/", "T1078.004"),
    ("PenTest:IAMUser/", "T1078.004"),
    ("PenTest:S3/", "T1078.004"),
    ("Persistence:IAMUser/", "T1098"),
    ("Policy:IAMUser/RootCredentialUsage", "T1078.004"),
    ("PrivilegeEscalation:IAMUser/", "T1098"),
    ("PrivilegeEscalation:Kubernetes/", "T1611"),
    ("Recon:EC2/Port", "T1046"),
    ("Stealth:IAMUser/CloudTrailLoggingDisabled", "T1562.008"),
    ("Stealth:IAMUser/PasswordPolicyChange", "T1556"),
    ("Stealth:S3/ServerAccessLoggingDisabled", "T1562.008"),
    ("Trojan:EC2/DNSDataExfiltration", "T1048"),
    ("UnauthorizedAccess:EC2/RDPBruteForce", "T1110"),
    ("UnauthorizedAccess:EC2/SSHBruteForce", "T1110"),
    ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration", "T1552.005"),
    ("UnauthorizedAccess:IAMUser/", "T1078.004"),
];

/// Classes of ASFF's `Types` whose words are no tactics of their own. Source:
/// Security Hub User Guide, "Types taxonomy for ASFF".
const ASFF: [(&str, &str); 5] = [
    ("Effects/Data Exfiltration", "exfiltration"),
    ("Effects/Data Destruction", "impact"),
    ("Effects/Denial of Service", "impact"),
    ("Effects/Resource Consumption", "impact"),
    ("TTPs/Command and Control", "command-and-control"),
];

/// What a report says of ATT&CK.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub techniques: BTreeSet<String>,
    pub tactics: BTreeSet<&'static str>,
}

impl Said {
    /// As OCSF lists it: a technique with its tactic where there is but one.
    pub(crate) fn attacks(&self) -> Vec<Attack<'static>> {
        let named = |slug: &&'static str| {
            let known = TACTICS.iter().find(|tactic| tactic.slug == *slug)?;
            Some(Technique { uid: Some(known.uid.into()), name: Some(known.name.into()) })
        };
        let mut tactics: Vec<Technique<'static>> = self.tactics.iter().filter_map(named).collect();
        let only = if tactics.len() == 1 && !self.techniques.is_empty() { tactics.pop() } else { None };
        let of_technique = self.techniques.iter().map(|uid| Attack {
            technique: Some(Technique { uid: Some(uid.clone().into()), name: None }),
            tactic: only.clone(),
            version: None,
        });
        let alone = tactics.iter().map(|tactic| Attack { tactic: Some(tactic.clone()), ..Attack::default() });
        of_technique.chain(alone).collect()
    }

    pub(crate) fn technique_list(&self) -> Vec<String> {
        self.techniques.iter().cloned().collect()
    }

    pub(crate) fn tactic_list(&self) -> Vec<String> {
        self.tactics.iter().map(|slug| (*slug).to_owned()).collect()
    }

    /// Takes in a word that may be a tactic, or the id of either.
    pub(crate) fn word(&mut self, word: &str) {
        if let Some(tactic) = named(word) {
            self.tactics.insert(tactic.slug);
        } else if let Some(id) = technique(word) {
            self.techniques.insert(id.to_owned());
        }
    }
}

/// A tactic by name or id, however it is written.
pub(crate) fn named(word: &str) -> Option<&'static Tactic> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let wanted = plain(word);
    TACTICS.iter().find(|tactic| plain(tactic.name) == wanted || tactic.uid.eq_ignore_ascii_case(word))
}

/// `T1078` or `T1078.004`; also with a name behind it.
fn technique(word: &str) -> Option<&str> {
    let id = word.split([' ', ':', '-']).next()?;
    let digits = id.strip_prefix('T')?;
    let (main, sub) = digits.split_once('.').map_or((digits, None), |(main, sub)| (main, Some(sub)));
    let all = |text: &str, len: usize| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    (all(main, 4) && sub.is_none_or(|sub| all(sub, 3))).then_some(id)
}

/// What a type of GuardDuty says.
pub(crate) fn of_guardduty(kind: &str) -> Said {
    let mut out = Said::default();
    let purpose = kind.split(':').next().unwrap_or_default();
    if let Some((_, slugs)) = GUARDDUTY.iter().find(|(start, _)| kind.starts_with(start)) {
        out.tactics.extend(slugs.iter().copied());
    } else if let Some(tactic) = named(purpose) {
        out.tactics.insert(tactic.slug);
    }
    let first = GUARDDUTY_TECHNIQUES.iter().find(|(start, _)| kind.starts_with(start));
    out.techniques.extend(first.map(|(_, id)| (*id).to_owned()));
    out
}

/// Adds what the indicators of an attack sequence say: pairs of a key, such as
/// `ATTACK_TACTIC`, and values.
pub(crate) fn add_indicators(said: &mut Said, sequence: Json<'_>) {
    let own = loose::list(sequence, &["sequenceIndicators"]);
    let of_signals = loose::list(sequence, &["signals"]).flat_map(|signal| loose::list(signal, &["signalIndicators"]));
    for indicator in own.chain(of_signals) {
        if loose::str(indicator, &["key"]).is_some_and(|key| key.starts_with("ATTACK_T")) {
            loose::list(indicator, &["values"]).filter_map(Json::as_str).for_each(|word| said.word(word));
        }
    }
}

/// What one of ASFF's `Types` says: `TTPs/Credential Access/…`.
pub(crate) fn add_asff(said: &mut Said, kind: &str) {
    if let Some((_, slug)) = ASFF.iter().find(|(start, _)| kind.starts_with(start)) {
        said.tactics.insert(slug);
    } else if let Some(rest) = kind.strip_prefix("TTPs/") {
        said.word(rest.split('/').next().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guardduty_table() {
        for (kind, tactics, techniques) in [
            ("UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", "initial-access", "T1078.004"),
            ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", "initial-access", "T1552.005"),
            ("PrivilegeEscalation:IAMUser/AnomalousBehavior", "privilege-escalation", "T1098"),
            ("Recon:IAMUser/MaliciousIPCaller", "discovery", ""),
            ("Recon:EC2/PortProbeUnprotectedPort", "reconnaissance", "T1046"),
            ("AttackSequence:S3/CompromisedData", "collection exfiltration", ""),
            ("Behavior:EC2/NetworkPortUnusual", "", ""),
            ("", "", ""),
        ] {
            let said = of_guardduty(kind);
            assert_eq!(said.tactic_list().join(" "), tactics, "{kind}");
            assert_eq!(said.technique_list().join(" "), techniques, "{kind}");
        }
    }

    #[test]
    fn words_table() {
        for (word, slug) in [
            ("Command and Control", Some("command-and-control")),
            ("CommandAndControl", Some("command-and-control")),
            ("TA0006", Some("credential-access")),
            ("defense_evasion", Some("defense-evasion")),
            ("Stealth", None),
        ] {
            assert_eq!(named(word).map(|tactic| tactic.slug), slug, "{word}");
        }
        for (word, id) in [("T1078.004", Some("T1078.004")), ("T1078", Some("T1078")), ("T107", None), ("TA0001", None)]
        {
            assert_eq!(technique(word), id, "{word}");
        }
    }
}
