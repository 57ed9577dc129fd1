//! How good a verdict on a town is.

use super::truth::{Attack, TownTruth};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    /// The share; 1 of nothing.
    pub fn value(&self) -> f64 {
        if self.of == 0 { 1.0 } else { self.count as f64 / self.of as f64 }
    }

    /// What the true share is below, at 95% confidence: the rule of three if there
    /// was none, else Wilson's upper bound. 1 of nothing.
    pub fn upper_bound(&self) -> f64 {
        let n = self.of as f64;
        if self.of == 0 {
            return 1.0;
        }
        if self.count == 0 {
            return (3.0 / n).min(1.0);
        }
        // One-sided, as the rule of three is.
        let z = 1.644_853_6_f64;
        let p = self.value();
        let middle = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        ((middle + spread) / (1.0 + z * z / n)).min(1.0)
    }
}

/// How good a verdict is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Attacks with an incident that holds records of both clouds and names the
    /// right human or workload.
    pub recall: Share,
    /// The same by chain.
    pub by_chain: BTreeMap<String, Share>,
    /// Of the incidents with a plan or of high severity, those that name the
    /// right identity and no other.
    pub attribution: Share,
    /// Joins of an AWS session to a human, in incidents and elsewhere, that are
    /// wrong.
    pub false_joins: Share,
    /// Of the sessions with a human behind them, those that are joined to that
    /// human; 0 of 0 if only the incidents' joins were looked at.
    pub joined: Share,
    /// Twins with a record in an incident with a plan or of high severity.
    pub twins_raised: Share,
    /// Which twins those are.
    pub raised: BTreeSet<String>,
    /// Incidents with a plan or of high severity that hold no attack's record.
    pub of_nothing: u64,
    /// All incidents.
    pub incidents: u64,
}

/// What is read of an incident.
struct Told<'a> {
    evidence: BTreeSet<&'a str>,
    /// Everything by which it names somebody or something.
    names: BTreeSet<&'a str>,
    links: Vec<(String, &'a str)>,
    is_loud: bool,
}

impl<'a> Told<'a> {
    fn new(incident: &'a Value) -> Self {
        let list = |key: &str| incident[key].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |value: &'a Value| value.as_str().unwrap_or_default();
        // Of workloads the company tells no truth.
        let links: Vec<(String, &str)> = list("links")
            .iter()
            .filter(|link| link["holder"] != "workload")
            .map(|link| {
                let created: jiff::Timestamp = text(&link["session"]["created"]).parse().unwrap_or_default();
                (session_key(text(&link["session"]["principal_id"]), created), text(&link["person"]["user_id"]))
            })
            .collect();
        // A session often bears a person's name; that alone says of nobody that it
        // is theirs.
        let is_somebody = |one: &&Value| one["kind"] != "aws-session" && one["kind"] != "access-key";
        let entities = list("entities").iter().filter(is_somebody).flat_map(|one| {
            // An id may carry its tenant or account before it.
            let id = text(&one["id"]);
            [id, id.rsplit('/').next().unwrap_or_default(), text(&one["name"])]
        });
        let names = entities.chain(links.iter().map(|(_, person)| *person)).filter(|name| !name.is_empty()).collect();
        Self {
            evidence: list("evidence").iter().map(text).collect(),
            names,
            is_loud: !incident["plan"].is_null() || ["high", "critical"].contains(&text(&incident["severity"])),
            links,
        }
    }

    fn holds(&self, records: &[String]) -> bool {
        records.iter().any(|record| self.evidence.contains(record.as_str()))
    }

    fn names(&self, attack: &Attack) -> bool {
        [&attack.human, &attack.upn, &attack.workload].into_iter().any(|one| self.names.contains(one.as_str()))
    }

    fn tells(&self, attack: &Attack) -> bool {
        self.holds(&attack.azure_records) && self.holds(&attack.aws_records) && self.names(attack)
    }
}

/// A join as it is compared: `aws:userid` and creation date in seconds with a bar
/// between, and the object id of the human.
pub type Join = (String, String);

/// A session as [`Join`] writes it.
pub fn session_key(user_id: &str, created: jiff::Timestamp) -> String {
    format!("{user_id}|{}", created.as_second())
}

/// Judges a verdict: the lines that `selvedge replay --json` printed, and all
/// joins that were made, where they are known.
pub fn score<'a>(truth: &TownTruth, lines: impl Iterator<Item = &'a str>, all: Option<&BTreeSet<Join>>) -> Score {
    let incidents: Vec<Value> = lines
        .filter(|line| line.contains("\"incident\""))
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|value: &Value| value["type"] == "incident")
        .collect();
    let told: Vec<Told<'_>> = incidents.iter().map(Told::new).collect();
    let mut out = Score { incidents: told.len() as u64, ..Score::default() };
    for attack in &truth.attacks {
        let found = u64::from(told.iter().any(|one| one.tells(attack)));
        let own = out.by_chain.entry(attack.chain.clone()).or_default();
        for share in [own, &mut out.recall] {
            share.count += found;
            share.of += 1;
        }
    }
    for one in told.iter().filter(|one| one.is_loud) {
        let held: Vec<&Attack> = truth
            .attacks
            .iter()
            .filter(|attack| one.holds(&attack.azure_records) || one.holds(&attack.aws_records))
            .collect();
        out.attribution.of += 1;
        out.attribution.count += u64::from(is_right(one, &held, truth));
        out.of_nothing += u64::from(held.is_empty());
    }
    for twin in &truth.twins {
        let raised = told.iter().any(|one| one.is_loud && one.holds(&twin.records));
        out.twins_raised.of += 1;
        if raised {
            out.twins_raised.count += 1;
            out.raised.insert(twin.story.clone());
        }
    }
    let mut joins: BTreeSet<(&str, &str)> =
        told.iter().flat_map(|one| &one.links).map(|(session, person)| (session.as_str(), *person)).collect();
    if let Some(all) = all {
        joins.extend(all.iter().map(|(session, person)| (session.as_str(), person.as_str())));
        for (session, human) in truth.sessions.iter().filter(|(_, human)| !human.is_empty()) {
            out.joined.of += 1;
            out.joined.count += u64::from(joins.contains(&(session.as_str(), human.as_str())));
        }
    }
    for (session, person) in joins {
        out.false_joins.of += 1;
        out.false_joins.count += u64::from(!is_behind(truth, session, person));
    }
    out
}

/// Whether the incident names somebody behind an attack that it holds, and of all
/// people nobody else.
fn is_right(one: &Told<'_>, held: &[&Attack], truth: &TownTruth) -> bool {
    let someone = held.iter().any(|attack| one.names(attack));
    let others = truth
        .people
        .iter()
        .filter(|(id, upn)| one.names.contains(id.as_str()) || one.names.contains(upn.as_str()))
        .any(|(id, _)| !held.iter().any(|attack| attack.human == **id));
    someone && !others
}

/// Whether this person is behind this session. Of sessions that only the rest of
/// the records has, the name says it; who is behind another is unknown, and
/// whoever claims to know is wrong.
fn is_behind(truth: &TownTruth, session: &str, person: &str) -> bool {
    if let Some(owner) = truth.sessions.get(session) {
        return owner == person;
    }
    let principal = session.split('|').next().unwrap_or_default();
    // A forged session bears its victim's name.
    if let Some(attack) = truth.attacks.iter().find(|attack| attack.user_id == principal) {
        return attack.human == person;
    }
    let name = principal.split_once(':').map_or("", |(_, name)| name);
    truth.people.get(person).is_some_and(|upn| upn.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn truth() -> TownTruth {
        let attack = |human: &str, n: &str| Attack {
            chain: "A".into(),
            human: human.into(),
            upn: format!("{human}@x"),
            user_id: format!("AROA:{human}@x"),
            azure_records: vec![format!("az{n}")],
            aws_records: vec![format!("aws{n}")],
            ..Attack::default()
        };
        let sessions = [("AROA:h1@x|60", "h1"), ("AROA:c|60", "")];
        TownTruth {
            attacks: vec![attack("h1", "1"), attack("h2", "2")],
            people: ["h1", "h2", "h3"].iter().map(|id| ((*id).to_owned(), format!("{id}@x"))).collect(),
            sessions: sessions.iter().map(|(key, who)| ((*key).to_owned(), (*who).to_owned())).collect(),
            ..TownTruth::default()
        }
    }

    fn incident(evidence: &[&str], names: &[&str], links: &[(&str, &str)], severity: &str) -> String {
        let entities: Vec<Value> =
            names.iter().map(|id| json!({ "kind": "person", "id": format!("t/{id}") })).collect();
        let links: Vec<Value> = links
            .iter()
            .map(|(session, person)| {
                json!({ "session": { "principal_id": session, "created": "1970-01-01T00:01:00Z" }, "person": { "user_id": person } })
            })
            .collect();
        json!({ "type": "incident", "severity": severity, "plan": null, "evidence": evidence, "entities": entities, "links": links })
            .to_string()
    }

    fn session_named(evidence: &[&str], name: &str) -> String {
        let session = json!({ "kind": "aws-session", "id": format!("AROA:{name}"), "name": name });
        json!({ "type": "incident", "severity": "high", "plan": null, "evidence": evidence, "entities": [session] })
            .to_string()
    }

    /// Incidents, then recall, attribution, false joins.
    type Case<'a> = (&'a str, Vec<String>, (u64, u64), (u64, u64), (u64, u64));

    #[test]
    fn verdicts_are_judged() {
        let cases: Vec<Case<'_>> = vec![
            ("nothing", vec![], (0, 2), (0, 0), (0, 0)),
            (
                "right",
                vec![incident(&["az1", "aws1"], &["h1"], &[("AROA:h1@x", "h1")], "high")],
                (1, 2),
                (1, 1),
                (0, 1),
            ),
            ("one cloud", vec![incident(&["aws1"], &["h1"], &[], "high")], (0, 2), (1, 1), (0, 0)),
            ("somebody else", vec![incident(&["az1", "aws1"], &["h3"], &[], "high")], (0, 2), (0, 1), (0, 0)),
            ("a bystander, too", vec![incident(&["az1", "aws1"], &["h1", "h3"], &[], "high")], (1, 2), (0, 1), (0, 0)),
            ("quiet", vec![incident(&["az1", "aws1"], &["h1"], &[], "low")], (1, 2), (0, 0), (0, 0)),
            ("of nothing", vec![incident(&["x"], &["h3"], &[], "critical")], (0, 2), (0, 1), (0, 0)),
            (
                "a wrong join",
                vec![incident(&["x"], &["h3"], &[("AROA:h1@x", "h2"), ("AROA:c", "h1")], "low")],
                (0, 2),
                (0, 0),
                (2, 2),
            ),
            ("a session's name is nobody's", vec![session_named(&["az1", "aws1"], "h1@x")], (0, 2), (0, 1), (0, 0)),
            ("by the name alone", vec![incident(&["x"], &[], &[("AROAZ:h3@x", "h3")], "low")], (0, 2), (0, 0), (0, 1)),
        ];
        for (what, lines, recall, attribution, joins) in cases {
            let got = score(&truth(), lines.iter().map(String::as_str), None);
            let pair = |share: Share| (share.count, share.of);
            assert_eq!(
                (pair(got.recall), pair(got.attribution), pair(got.false_joins)),
                (recall, attribution, joins),
                "{what}"
            );
        }
    }

    #[test]
    fn joins_outside_incidents_count() {
        let join = |session: &str, person: &str| (session.to_owned(), person.to_owned());
        let cases = [
            (vec![], (0, 0), (0, 1)),
            (vec![join("AROA:h1@x|60", "h1")], (0, 1), (1, 1)),
            (vec![join("AROA:h1@x|60", "h2"), join("AROA:c|60", "h1")], (2, 2), (0, 1)),
        ];
        for (joins, wrong, joined) in cases {
            let got = score(&truth(), std::iter::empty(), Some(&joins.into_iter().collect()));
            let pair = |share: Share| (share.count, share.of);
            assert_eq!((pair(got.false_joins), pair(got.joined)), (wrong, joined));
        }
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        for (count, of, low, high) in
            [(0, 300, 0.0099, 0.0101), (0, 2, 1.0, 1.0), (5, 100, 0.095, 0.105), (0, 0, 1.0, 1.0), (10, 10, 1.0, 1.0)]
        {
            let bound = Share { count, of }.upper_bound();
            assert!((low..=high).contains(&bound), "{count} of {of}: {bound}");
        }
    }
}
