//! Our own rules over a month of ordinary work: how loud they are.

use selvedge_content::Content;
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, RuleMeta, Seen, SigmaRules};
use selvedge_detect::unwrap;
use selvedge_model::{RecordKind, Severity};
use selvedge_sim::benign::{BenignRecord, Month};
use std::collections::BTreeMap;

/// Records of one month and the seeds of the months.
const SIZE: usize = 52_500;
const SEEDS: [u64; 4] = [11, 12, 13, 14];

/// What the months raised: rule (file name) to severity and number.
struct Noise {
    records: usize,
    /// Those of them in which somebody changed something.
    changes: usize,
    hits: BTreeMap<String, (Severity, usize)>,
}

impl Noise {
    fn measured() -> Self {
        let content = Content::embedded();
        let files = content.rules.iter().map(|file| (file.path.as_str(), file.text.as_str()));
        let (rules, problems) = SigmaRules::load(files);
        assert_eq!(problems, []);
        let parts = std::thread::scope(|scope| {
            let month = |seed| {
                scope.spawn({
                    let rules = &rules;
                    move || one_month(rules, seed)
                })
            };
            let running: Vec<_> = SEEDS.into_iter().map(month).collect();
            running.into_iter().map(|part| part.join().unwrap()).collect::<Vec<_>>()
        });
        let mut all = Self { records: 0, changes: 0, hits: BTreeMap::new() };
        for part in parts {
            all.records += part.records;
            all.changes += part.changes;
            for (name, (severity, count)) in part.hits {
                all.hits.entry(name).or_insert((severity, 0)).1 += count;
            }
        }
        all
    }

    fn count(&mut self, rule: &RuleMeta, text: &str) {
        let name = rule.file.trim_start_matches("rules/").trim_end_matches(".yaml");
        if std::env::var("SELVEDGE_NOISE_OF").is_ok_and(|of| of == name) {
            eprintln!("{text}");
        }
        self.hits.entry(name.to_owned()).or_insert((rule.severity, 0)).1 += 1;
    }

    fn per_100k(&self, count: usize) -> f64 {
        count as f64 * 100_000.0 / self.records as f64
    }

    /// The rules by how often they fired, in times for each 100,000 records.
    fn table(&self, of: impl Fn(Severity) -> bool) -> String {
        let mut rows: Vec<_> = self.hits.iter().filter(|(_, (severity, _))| of(*severity)).collect();
        rows.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
        let row = |(name, (severity, count)): &(&String, &(Severity, usize))| {
            format!("{:10.1}  {:<14} {name}\n", self.per_100k(*count), severity.word())
        };
        rows.iter().map(row).collect()
    }
}

fn one_month(rules: &SigmaRules, seed: u64) -> Noise {
    let mut noise = Noise { records: 0, changes: 0, hits: BTreeMap::new() };
    for made in Month::new(seed, SIZE) {
        noise.records += 1;
        noise.changes += usize::from(is_change(&made));
        let text = made.record.to_string();
        let mut scratch = Scratch::default();
        let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
        unwrap(doc.root(), text.as_bytes(), &mut |found| {
            // A line of a flow log is no JSON outside of these tests.
            let kind = if found.kind == RecordKind::Unmapped { made.kind } else { found.kind };
            let source = LogSource::of(kind).unwrap();
            for hit in rules.matches(Seen { source, json: found.json, ocsf: None }) {
                noise.count(rules.rule(hit.rule).unwrap(), &text);
            }
        });
    }
    noise
}

fn is_change(made: &BenignRecord) -> bool {
    match made.kind {
        RecordKind::CloudTrail => made.record["readOnly"] == false && made.record["managementEvent"] == true,
        RecordKind::AzureActivity | RecordKind::EntraAudit => true,
        _ => false,
    }
}

/// The measure: above low at most 30 times for each 100,000 events. And
/// what no single event should cost: a rule that says nothing by firing all day.
#[test]
fn a_month_of_administration_is_quiet() {
    let noise = Noise::measured();
    eprintln!("{} records, {} changes\n{}", noise.records, noise.changes, noise.table(|_| true));
    let loud: usize =
        noise.hits.values().filter(|(severity, _)| *severity > Severity::Low).map(|(_, count)| count).sum();
    let above_low = noise.table(|severity| severity > Severity::Low);
    assert!(noise.per_100k(loud) < 30.0, "{:.1} above low:\n{above_low}", noise.per_100k(loud));
    // Another estate may read less for each change: even with nothing but changes it would be quiet.
    let of_changes = loud as f64 * 100_000.0 / noise.changes as f64;
    assert!(of_changes < 30.0, "{of_changes:.1} above low for each 100,000 changes:\n{above_low}");
    assert!(loud > 0, "the month holds what only looks bad, too; if none of it shows, nothing is measured");
    for (name, (_, count)) in &noise.hits {
        assert!(noise.per_100k(*count) < 1_000.0, "{name} fires on {:.1} of 100,000 events", noise.per_100k(*count));
    }
}

/// The month is written in the providers' own shapes: what reads logs takes each
/// record for what it is.
#[test]
fn records_of_a_month_are_what_they_say() {
    for made in Month::new(21, 6_000) {
        let text = made.record.to_string();
        let mut scratch = Scratch::default();
        let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
        let mut kinds = Vec::new();
        unwrap(doc.root(), text.as_bytes(), &mut |found| kinds.push(found.kind));
        let known = matches!(
            made.kind,
            RecordKind::CloudTrail | RecordKind::AzureActivity | RecordKind::EntraSignIn | RecordKind::EntraAudit
        );
        // A line of a flow log is no JSON outside of these tests.
        assert!(kinds == [made.kind] || (!known && kinds == [RecordKind::Unmapped]), "{kinds:?} for {text}");
    }
}
