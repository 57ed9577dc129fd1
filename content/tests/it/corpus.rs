//! The rule engine against rules and records that others wrote.

use crate::{hits, hits_of};
use selvedge_content::{Content, read_rules};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use selvedge_detect::{Framer, Piece, unwrap};
use selvedge_model::Severity;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

pub(crate) fn corpus(cases: &str) -> Option<PathBuf> {
    let found = std::env::var_os("SELVEDGE_CORPUS").map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: {cases} (SELVEDGE_CORPUS is not set)");
    }
    found
}

fn records(corpus: &std::path::Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(corpus.join("panther").join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].take()).collect()
}

/// Every public cloud rule must load, and no record may upset them.
#[test]
fn public_rules_load_and_run() {
    let Some(corpus) = corpus("180 public rules over 341 records") else { return };
    let (files, problems) = read_rules(&corpus.join("sigma"));
    assert_eq!(problems, []);
    assert!(files.len() >= 180, "{} rules", files.len());
    let (rules, problems) = SigmaRules::load(files.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    assert_eq!(problems, []);
    assert_eq!(rules.rule_count(), files.len());
    for (name, source, least) in [
        ("cloudtrail.jsonl", LogSource::CLOUDTRAIL, 20),
        ("azure_monitoractivity.jsonl", LogSource::AZURE_ACTIVITY, 5),
        ("azure_audit.jsonl", LogSource::ENTRA_AUDIT, 1),
    ] {
        let hit = records(&corpus, name).iter().filter(|record| hits(&rules, source, record) > 0).count();
        assert!(hit >= least, "{name}: only {hit} records hit any rule");
    }
}

/// The records of other people's rules are full of attacks, so our rules speak up;
/// but few of them say above low of one record alone, and none fires everywhere.
#[test]
fn own_rules_keep_their_level() {
    let Some(corpus) = corpus("our rules over 341 records") else { return };
    let content = Content::embedded();
    let (rules, _) = SigmaRules::load(content.rules.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    for (name, source, most) in [
        ("cloudtrail.jsonl", LogSource::CLOUDTRAIL, 25),
        ("azure_monitoractivity.jsonl", LogSource::AZURE_ACTIVITY, 25),
    ] {
        let all = records(&corpus, name);
        let (mut loud, mut of_rule) = (0, BTreeMap::<usize, usize>::new());
        for record in &all {
            let hits = hits_of(&rules, source, record);
            loud += usize::from(hits.iter().any(|hit| rules.rule(*hit).unwrap().severity > Severity::Low));
            hits.into_iter().for_each(|hit| *of_rule.entry(hit).or_default() += 1);
        }
        assert!(loud * 100 <= all.len() * most, "{name}: {loud} of {} above low", all.len());
        let (busiest, count) = of_rule.into_iter().max_by_key(|(_, count)| *count).unwrap();
        assert!(count * 5 < all.len(), "{name}: {} fires {count} times", rules.rule(busiest).unwrap().title);
    }
}

/// Over a whole company's logs the rules single out the attack's sign-ins, and
/// nothing that one record shows is above low.
#[test]
fn a_company_day_is_quiet() {
    let Some(corpus) = corpus("our rules over the sample company's logs") else { return };
    let content = Content::embedded();
    let (rules, _) = SigmaRules::load(content.rules.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    let found = selvedge_files::walk([corpus.join("crosscloud_sample/logs")]);
    assert_eq!(found.problems, []);
    let mut hits: BTreeMap<String, usize> = BTreeMap::new();
    for file in &found.files {
        let mut framer = Framer::new();
        let mut count = |piece: Piece<'_>| {
            let Piece::Json(_, bytes, json) = piece else { return };
            unwrap(json, bytes, &mut |found| {
                let Some(source) = LogSource::of(found.kind) else { return };
                for hit in rules.matches(Seen { source, json: found.json, ocsf: None }) {
                    let rule = rules.rule(hit.rule).unwrap();
                    assert!(rule.severity <= Severity::Low, "{}", rule.title);
                    let name = rule.file.rsplit('/').next().unwrap_or_default();
                    *hits.entry(name.replace(".yaml", "")).or_default() += 1;
                }
            });
        };
        let report = selvedge_files::read_file(file, &mut |chunk| {
            framer.push(chunk, &mut count);
            ControlFlow::Continue(())
        });
        framer.finish(&mut count);
        assert_eq!(report.problems, []);
    }
    assert_eq!(hits.get("azure_management_from_unknown_device"), Some(&1));
    assert_eq!(hits.get("refresh_token_from_unknown_device"), Some(&1));
    assert!(hits.get("logic_app_workflow_write").is_some_and(|count| *count <= 10), "{hits:?}");
}
