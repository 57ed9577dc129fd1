//! Correlations over both clouds: what their tests show comes to one incident,
//! whatever the order of arrival, and a month of ordinary work to none.

use selvedge_agent::ingest::{Ingest, Kept};
use selvedge_agent::state::{Brain, State};
use selvedge_agent::trial::{decided, read};
use selvedge_content::{Content, Pack, Scene, cards};
use selvedge_detect::sigma::SigmaRules;
use selvedge_graph::{Estate, FactSet, Record, Resolver};
use selvedge_model::{EventId, Problem, Severity, Timestamp, canon};
use selvedge_respond::Thresholds;
use selvedge_sim::benign::Month;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn thresholds() -> Thresholds {
    let content = Content::embedded();
    Thresholds::parse("thresholds", content.threshold("federated-pivot").unwrap()).unwrap()
}

fn rules() -> SigmaRules {
    let content = Content::embedded();
    let (rules, problems) = SigmaRules::load(content.rules.iter().map(|f| (f.path.as_str(), f.text.as_str())));
    assert_eq!(problems, []);
    rules
}

/// What `selvedge rules test` asks, too.
pub(crate) fn trial(rules: &SigmaRules, scene: &Scene) -> Result<BTreeSet<String>, Vec<Problem>> {
    let (findings, _) = selvedge_agent::trial::trial(rules, &thresholds(), &scene.estate, &scene.records)?;
    Ok(findings.into_iter().map(|finding| finding.rule).collect())
}

/// The cases of the correlations that expect a hit: file, name, records.
fn hits() -> Vec<(String, String, Vec<Value>)> {
    let pack = Pack::embedded();
    let mut out = Vec::new();
    for file in pack.tests.iter().filter(|file| file.path.starts_with("correlation/")) {
        let tests: Value = yaml_serde::from_str(&file.text).unwrap();
        for case in tests["cases"].as_array().unwrap().iter().filter(|case| case["expect"] == true) {
            let records = case["records"].as_array().unwrap().clone();
            out.push((file.path.replace(".tests.yaml", ".yaml"), case["name"].as_str().unwrap().to_owned(), records));
        }
    }
    out
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

#[test]
fn at_least_fourteen_chains_lead_across_both_clouds() {
    let found = hits();
    let files: BTreeSet<&String> = found.iter().map(|(file, ..)| file).collect();
    assert!(files.len() >= 14, "{files:?}");
    let (all, _) = cards(&Pack::embedded());
    let correlations = all.iter().filter(|card| card.is_correlation);
    let told: BTreeSet<&String> = correlations.map(|card| &card.meta.file).collect();
    assert_eq!(files, told, "each has a case that hits");
    for (file, name, records) in &found {
        let of_aws = |record: &Value| record.get("eventSource").is_some();
        let both = records.iter().any(of_aws) && records.iter().any(|record| !of_aws(record));
        assert!(both, "{file}: {name}: the records are of one cloud");
    }
}

/// One incident holds all that the match cites, of both clouds, is as bad as the
/// correlation says, and is told by it or by something worse.
#[test]
fn a_match_is_one_incident_with_the_records_of_both_clouds() {
    let (rules, thresholds) = (rules(), thresholds());
    for (file, name, records) in hits() {
        let (findings, decision) = selvedge_agent::trial::trial(&rules, &thresholds, &[], &records).unwrap();
        let own: BTreeMap<&str, Severity> = rules
            .correlations()
            .iter()
            .filter(|one| one.meta.file == file)
            .map(|one| (&*one.meta.id, one.meta.severity))
            .collect();
        let found =
            findings.iter().find(|finding| own.get(finding.rule.as_str()).is_some_and(|s| *s >= Severity::Medium));
        let found = found.unwrap_or_else(|| panic!("{file}: {name}: no finding"));
        let holders: Vec<_> = decision
            .incidents
            .iter()
            .map(|(_, incident)| incident)
            .filter(|i| i.findings.contains(&found.id))
            .collect();
        assert_eq!(holders.len(), 1, "{file}: {name}");
        let incident = holders[0];
        assert!(
            incident.severity >= found.severity && incident.title.contains(&found.title)
                || incident.severity > found.severity,
            "{file}: {name}: {} {}",
            incident.severity.word(),
            incident.title
        );
        assert!(found.evidence.iter().all(|record| incident.evidence.contains(record)), "{file}: {name}");
        assert!(incident.story.iter().any(|line| line.text.contains(&found.title)), "{file}: {name}");
        let clouds: BTreeSet<&str> =
            incident.story.iter().map(|line| line.cloud.as_str()).filter(|cloud| !cloud.is_empty()).collect();
        assert!(clouds.contains("AWS") && clouds.len() > 1, "{file}: {name}: {clouds:?}");
    }
}

/// The same records in 200 orders, some of them twice.
#[test]
fn the_order_of_arrival_says_nothing() {
    let rules = rules();
    let brain = Brain::new(&rules, thresholds(), Content::embedded().digest());
    let one = |(file, name, records): &(String, String, Vec<Value>)| {
        let mut dice = Dice(records.len() as u64);
        let text = |records: &[(EventId, Record)]| {
            let (findings, decision) = decided(&brain, &[], records.to_vec()).unwrap();
            let incidents: Vec<_> = decision.incidents.iter().map(|(_, incident)| incident).collect();
            String::from_utf8(canon::to_vec(&(findings, incidents))).unwrap()
        };
        let mut records = read(&rules, records).unwrap();
        let expect = text(&records);
        for _ in 0..200 {
            for i in (1..records.len()).rev() {
                records.swap(i, dice.below(i + 1));
            }
            let mut arriving = records.clone();
            if dice.below(2) == 0 {
                arriving.push(records[dice.below(records.len())].clone());
            }
            assert_eq!(text(&arriving), expect, "{file}: {name}");
        }
    };
    let (hits, one) = (hits(), &one);
    std::thread::scope(|scope| {
        for part in hits.chunks(hits.len().div_ceil(4)) {
            scope.spawn(move || part.iter().for_each(one));
        }
    });
}

/// What correlations and lingering signals make of months in which nothing is wrong.
#[test]
fn a_month_of_administration_makes_no_match() {
    let (rules, thresholds) = (rules(), thresholds());
    let brain = Brain::new(&rules, thresholds, Content::embedded().digest());
    let run = |seed: u64| {
        let mut kept = Kept::default();
        let mut ingest = Ingest::new(&rules, Timestamp::UNIX_EPOCH);
        for made in Month::new(seed, 40_000) {
            let mut file = ingest.file("month");
            file.push(made.record.to_string().as_bytes(), &mut kept);
            file.finish(&mut kept);
        }
        let mut set = FactSet::new();
        kept.records.iter().for_each(|(id, record)| set.put(*id, record.clone()));
        let joined = Resolver::new(&set, &Estate::default()).links().len();
        let mut state = State::default();
        state.add(kept.records);
        let decision = state.decide(&brain, Timestamp::UNIX_EPOCH);
        let loud: Vec<String> = decision
            .findings
            .iter()
            .filter(|finding| finding.evidence.len() > 1 && finding.severity > Severity::Low)
            .map(|finding| format!("{seed}: {} {} {:?}", finding.title, finding.subject, finding.evidence))
            .collect();
        (loud, decision.incidents.len(), joined)
    };
    let found = std::thread::scope(|scope| {
        let running: Vec<_> = [31u64, 32, 33, 34]
            .map(|seed| {
                scope.spawn({
                    let run = &run;
                    move || run(seed)
                })
            })
            .into_iter()
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let incidents: usize = found.iter().map(|(_, incidents, _)| incidents).sum();
    let joined: usize = found.iter().map(|(.., joined)| joined).sum();
    let loud: Vec<&String> = found.iter().flat_map(|(loud, ..)| loud).collect();
    eprintln!("{incidents} incidents of all kinds, {joined} sessions joined to people, {} matches", loud.len());
    assert!(joined > 100, "too few people who work in both clouds: the month says too little");
    assert!(loud.is_empty(), "{loud:#?}");
}
