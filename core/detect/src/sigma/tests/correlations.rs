//! Correlation rules are read strictly, or not at all.

use super::{TRAIL, load, rule_text};
use crate::sigma::{RuleEngine, SigmaRules};
use selvedge_model::correlation::{Compare, Condition, Field, Kind, Presence};
use selvedge_model::{Problem, Severity};

fn pack(correlation: &str) -> (SigmaRules, Vec<Problem>) {
    let rule = |name: &str| rule_text(name, TRAIL, "s: {a: b}, condition: s", &format!("name: {name}_name"));
    load(&[rule("one"), rule("two"), correlation.to_owned()])
}

const HEAD: &str = "title: Many\nid: 11111111-0000-4000-8000-000000000001\nlevel: high\nconfidence: 800\n\
                    tags: [attack.t1078, attack.persistence]\ndescription: Too many.\n";

fn text(body: &str) -> String {
    format!("{HEAD}correlation: {{{body}}}\n")
}

#[test]
fn what_a_correlation_says_is_understood() {
    let body = "type: temporal_ordered, rules: [one_name, two_name], group-by: [actor.human, where], \
                timespan: 15m, aliases: {where: {one_name: target, two_name: src_endpoint.ip}}";
    let (rules, problems) = pack(&text(body));
    assert_eq!((rules.rule_count(), problems), (2, vec![]));
    let [one] = rules.correlations() else { panic!("{rules:?}") };
    assert_eq!((one.meta.severity, one.meta.confidence.get()), (Severity::High, 800));
    assert_eq!(
        (one.meta.attack.as_slice(), one.meta.tactics.as_slice()),
        (&["T1078".to_owned()][..], &["persistence".to_owned()][..])
    );
    let ids: Vec<String> = (0..2).map(|n| rules.rule(n).unwrap().id.to_string()).collect();
    assert_eq!(one.rule.rules, ids);
    assert_eq!(one.rule.group_by, [[Field::Human, Field::Target], [Field::Human, Field::Ip]]);
    assert_eq!((one.rule.kind, one.rule.timespan_secs), (Kind::TemporalOrdered, 900));
    assert_eq!(one.rule.condition, Condition::Presence(Presence::All(vec![Presence::Rule(0), Presence::Rule(1)])));
    assert!(one.rule.generates && !one.rule.across_actors);
    for (body, condition) in [
        (
            "type: event_count, rules: one_name, timespan: 1h, condition: {gte: 3, lt: 9}",
            vec![(Compare::Lt, 9), (Compare::Gte, 3)],
        ),
        (
            "type: value_count, rules: [one_name], timespan: 1h, condition: {gt: 3, field: target}",
            vec![(Compare::Gt, 3)],
        ),
        ("type: temporal, rules: [one_name, two_name], timespan: 1h, condition: {gte: 2}", vec![(Compare::Gte, 2)]),
    ] {
        let (rules, problems) = pack(&text(body));
        assert_eq!(problems, [], "{body}");
        assert_eq!(rules.correlations()[0].rule.condition, Condition::Count(condition), "{body}");
    }
    let (rules, problems) =
        pack(&text("type: temporal, rules: [one_name, two_name], timespan: 1h, condition: one_name and not two_name"));
    assert_eq!(problems, []);
    let expect = Presence::All(vec![Presence::Rule(0), Presence::Not(Box::new(Presence::Rule(1)))]);
    assert_eq!(rules.correlations()[0].rule.condition, Condition::Presence(expect));
}

#[test]
fn one_correlation_looks_at_another_wherever_it_stands() {
    let outer = text("type: temporal, rules: [inner, two_name], timespan: 1h").replace("title: Many", "title: Outer");
    let inner = "title: Inner\nname: inner\ncorrelation: {type: event_count, rules: [one_name], timespan: 1h, condition: {gte: 2}}\n";
    for (generate, expect) in [("", false), ("generate: true\n", true)] {
        let (rules, problems) = pack(&format!("{outer}{generate}---\n{inner}"));
        assert_eq!(problems, []);
        let found: Vec<(&str, bool)> =
            rules.correlations().iter().map(|c| (c.meta.title.as_str(), c.rule.generates)).collect();
        assert_eq!(found, [("Inner", expect), ("Outer", true)]);
    }
}

#[test]
fn correlations_of_different_reach_do_not_mix() {
    let outer = text("type: temporal, rules: [inner, two_name], timespan: 1h, group-by: [src_endpoint.ip]");
    let inner = "title: Inner\nname: inner\ncorrelation: {type: event_count, rules: [one_name], timespan: 1h, condition: {gte: 2}}\n";
    let (rules, problems) = pack(&format!("{outer}across_actors: true\n---\n{inner}"));
    assert_eq!(rules.correlations().len(), 1);
    assert!(problems.len() == 1 && problems[0].why.contains("another reach"), "{problems:?}");
}

#[test]
fn what_cannot_be_honoured_is_said() {
    for (body, why) in [
        ("type: event_count, rules: [one_name], timespan: 1h", "requires a condition"),
        (
            "type: value_sum, rules: [one_name], timespan: 1h, condition: {gte: 3, field: target}",
            "value_sum` is not supported",
        ),
        (
            "type: event_count, rules: [none], timespan: 1h, condition: {gte: 3}",
            "no loaded rule has the id or name `none`",
        ),
        ("type: event_count, rules: [], timespan: 1h, condition: {gte: 3}", "at least one rule"),
        ("type: temporal, rules: [one_name, one_name], timespan: 1h", "each once"),
        ("type: event_count, rules: [one_name, 3], timespan: 1h, condition: {gte: 3}", "list of texts"),
        (
            "type: event_count, rules: [one_name], group-by: [user], timespan: 1h, condition: {gte: 3}",
            "`user` is no field",
        ),
        ("type: event_count, rules: [one_name], timespan: 1h, condition: {lt: 3}", "no record at all"),
        ("type: event_count, rules: [one_name], timespan: 30d, condition: {gte: 3}", "7 days"),
        ("type: event_count, rules: [one_name], timespan: 0s, condition: {gte: 3}", "one second"),
        ("type: event_count, rules: [one_name], timespan: 1h, condition: {gte: 3, field: target}", "for `value_count`"),
        ("type: value_count, rules: [one_name], timespan: 1h, condition: {gte: 3}", "needs one `field`"),
        ("type: event_count, rules: [one_name], timespan: 1h, condition: {gte: 3}, windw: x", "`windw` is no key"),
        (
            "type: temporal, rules: [one_name, two_name], timespan: 1h, group-by: [a], aliases: {a: {one_name: target}}",
            "no field for `two_name`",
        ),
        ("type: temporal, rules: [one_name, two_name], timespan: 1h, aliases: {a: {one: target}}", "none of its rules"),
        ("type: temporal, rules: [one_name, two_name], timespan: 1h, aliases: {a: 3}", "`aliases` must give"),
        (
            "type: temporal_ordered, rules: [one_name, two_name], timespan: 1h, condition: {gte: 2}",
            "takes no condition",
        ),
        ("type: temporal, rules: [11111111-0000-4000-8000-000000000001], timespan: 1h", "looks at itself"),
    ] {
        let (rules, problems) = pack(&text(body));
        assert!(
            problems.len() == 1 && problems[0].why.contains(why) && problems[0].place == "rule2.yaml",
            "{body}: {problems:?}"
        );
        assert!(rules.correlations().is_empty() && rules.rule_count() == 2, "{body}");
    }
    for (more, why) in [
        ("across_actors: yes please", "must be true or false"),
        ("across_actors: true", "needs `group-by`"),
        ("confidence: 3000", "`confidence` must be"),
    ] {
        let body = text("type: event_count, rules: [one_name], timespan: 1h, condition: {gte: 3}");
        let (_, problems) = pack(&format!("{}{more}\n", body.replace("confidence: 800\n", "")));
        assert!(problems.len() == 1 && problems[0].why.contains(why), "{more}: {problems:?}");
    }
}
