//! Correlations of every kind, for the tests of what a decision reads.

use selvedge_model::correlation::{Compare, Condition, Correlation, Field, Kind, Presence};

/// Correlations of every kind, within and across actors.
pub(crate) fn correlations(facts: &selvedge_respond::case::RuleFacts) -> Vec<selvedge_respond::correlate::Rule> {
    let all = |count: usize| Condition::Presence(Presence::All((0..count).map(Presence::Rule).collect()));
    let several = |count: u64| Condition::Count(vec![(Compare::Gte, count)]);
    [
        (Kind::TemporalOrdered, vec!["quiet", "rule"], vec![Field::Human], None, 24, all(2), false),
        (Kind::Temporal, vec!["quiet", "minor"], vec![], None, 40, all(2), false),
        (Kind::EventCount, vec!["quiet"], vec![Field::Ip], None, 1, several(3), false),
        (Kind::ValueCount, vec!["quiet", "rule"], vec![Field::Session], Some(Field::Operation), 12, several(2), false),
        (Kind::TemporalOrdered, vec!["2", "minor"], vec![], None, 12, all(2), false),
        (Kind::Temporal, vec!["quiet", "serious"], vec![Field::Ip, Field::Target], None, 6, all(2), true),
        (Kind::EventCount, vec!["minor"], vec![Field::Principal], None, 6, several(4), true),
    ]
    .into_iter()
    .enumerate()
    .map(|(nth, (kind, rules, by, counted, hours, condition, across_actors))| {
        let rule = Correlation {
            id: nth.to_string(),
            version: "1".into(),
            kind,
            group_by: vec![by; rules.len()],
            counted: vec![counted; rules.len()],
            rules: rules.into_iter().map(str::to_owned).collect(),
            timespan_secs: hours * 3_600,
            condition,
            across_actors,
            away_from_home: nth % 2 == 1,
            generates: nth != 2,
        };
        let severity = if nth == 1 { selvedge_model::Severity::Low } else { facts.severity };
        selvedge_respond::correlate::Rule {
            rule,
            facts: selvedge_respond::case::RuleFacts { severity, title: format!("c{nth}"), ..facts.clone() },
        }
    })
    .collect()
}
