//! The tactics of MITRE ATT&CK, in the order in which attacks go.

/// Names as findings carry them; those of one row count as one tactic. (ATT&CK
/// has split `defense-evasion` in two; rules use the old name and the new ones.)
const TACTICS: [&[&str]; 14] = [
    &["reconnaissance"],
    &["resource-development"],
    &["initial-access"],
    &["execution"],
    &["persistence"],
    &["privilege-escalation"],
    &["defense-evasion", "stealth", "defense-impairment"],
    &["credential-access"],
    &["discovery"],
    &["lateral-movement"],
    &["collection"],
    &["command-and-control"],
    &["exfiltration"],
    &["impact"],
];

/// The place of a tactic in an attack; `None` for a name that is none.
pub(crate) fn stage(tactic: &str) -> Option<usize> {
    TACTICS.iter().position(|names| names.contains(&tactic))
}

/// `defense evasion`; quoted, for a provider's report may name any.
pub(crate) fn words(tactic: &str) -> String {
    selvedge_model::untrusted::quote_for_log(&tactic.replace('-', " "))
}

/// With a capital letter at the beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Sorts tactics as attacks go, unknown names last, each once.
pub(crate) fn in_order<'a>(tactics: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<&str> = tactics.filter(|tactic| !tactic.is_empty()).collect();
    all.sort_by_key(|tactic| (stage(tactic).unwrap_or(TACTICS.len()), *tactic));
    all.dedup();
    all
}

/// In how many tactics the rules are, if each rule counts for one of its tactics
/// alone: one rule of four tactics shows one. (A largest matching, by augmenting
/// paths.)
pub(crate) fn shown<'a>(rules: impl Iterator<Item = &'a [String]>) -> usize {
    let rules: Vec<Vec<usize>> = rules.map(|tactics| tactics.iter().filter_map(|t| stage(t)).collect()).collect();
    let mut rule_of = [None; TACTICS.len()];
    let placed = |rule: &usize| place(*rule, &rules, &mut rule_of, &mut [false; TACTICS.len()]);
    (0..rules.len()).filter(placed).count()
}

/// Finds the rule a tactic, if need be by moving others; as deep as there are
/// tactics.
fn place(
    rule: usize,
    rules: &[Vec<usize>],
    rule_of: &mut [Option<usize>; TACTICS.len()],
    seen: &mut [bool; TACTICS.len()],
) -> bool {
    for tactic in rules.get(rule).into_iter().flatten().copied() {
        match seen.get_mut(tactic) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let free = match rule_of.get(tactic).copied().flatten() {
            None => true,
            Some(other) => place(other, rules, rule_of, seen),
        };
        if let (true, Some(slot)) = (free, rule_of.get_mut(tactic)) {
            *slot = Some(rule);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{in_order, shown};

    fn check(rules: &[&[&str]], expect: usize) {
        let rules: Vec<Vec<String>> = rules.iter().map(|r| r.iter().map(|t| (*t).to_owned()).collect()).collect();
        assert_eq!(shown(rules.iter().map(Vec::as_slice)), expect, "{rules:?}");
    }

    #[test]
    fn each_rule_shows_one_tactic() {
        check(&[], 0);
        check(&[&["impact", "persistence", "discovery", "execution"]], 1);
        check(&[&["persistence", "impact"], &["persistence"], &["impact"]], 2);
        check(&[&["persistence", "impact"], &["persistence"], &["impact", "discovery"]], 3);
        check(&[&["stealth"], &["defense-evasion"], &["defense-impairment"]], 1);
        check(&[&["nonsense"], &[], &["impact"]], 1);
    }

    #[test]
    fn tactics_come_as_attacks_go() {
        let given = ["impact", "zzz", "initial-access", "impact", "persistence"];
        assert_eq!(in_order(given.into_iter()), ["initial-access", "persistence", "impact", "zzz"]);
    }
}
