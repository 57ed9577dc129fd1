//! The 180 public rules, each made to fire by a record that is built from what
//! the rule means, in every form its log comes in. The records go the whole way:
//! framed, their kind told from their content, unwrapped, mapped, matched.

mod build;
mod forms;
mod known;

use build::Wanted;
use forms::Form;
use selvedge_content::read_rules;
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use selvedge_detect::text::{Line, TextLog};
use selvedge_detect::{Framer, Piece, normalise, unwrap};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a file of these bytes comes to: the rules that hit any record of it, and
/// the kinds that were found.
pub(crate) fn run(rules: &SigmaRules, bytes: &[u8]) -> (BTreeSet<usize>, Vec<&'static str>) {
    let (mut hits, mut kinds) = (BTreeSet::new(), Vec::new());
    let mut text = TextLog::default();
    let mut framer = Framer::new();
    let mut take = |json: selvedge_detect::json::Json<'_>, bytes: &[u8]| {
        unwrap(json, bytes, &mut |found| {
            kinds.push(found.kind.word());
            let done = normalise(&found, "2026-11-23T00:00:00Z".parse().unwrap());
            assert_eq!(done.unmapped_because, None, "{}", found.json);
            let Some(source) = LogSource::of(found.kind) else { return };
            let seen = Seen { source, json: found.json, ocsf: Some(&done.event.ocsf) };
            let found = rules.matches(seen);
            assert_eq!(found, rules.matches_slowly(seen));
            hits.extend(found.into_iter().map(|hit| hit.rule));
        });
    };
    let mut piece = |piece: Piece<'_>| {
        let line = match piece {
            Piece::Json(_, bytes, json) => return take(json, bytes),
            Piece::Line(_, line) => text.line(line),
            Piece::Row(_, row) => text.row(row),
            Piece::Broken(_, why) => panic!("{why}"),
        };
        match line {
            Line::Heading => {}
            Line::Unreadable(why) => panic!("{why}"),
            Line::Record(record) => {
                let mut scratch = Scratch::default();
                let doc = Doc::parse(record.as_bytes(), &mut scratch).unwrap();
                take(doc.root(), record.as_bytes());
            }
        }
    };
    framer.push(bytes, &mut piece);
    framer.finish(&mut piece);
    (hits, kinds)
}

struct Public {
    rules: SigmaRules,
    /// File stem and parsed text, in the order of the rules' indices.
    texts: Vec<(String, Value)>,
}

fn public() -> Option<Public> {
    let corpus = crate::corpus::corpus("180 public rules, each on a record of its own")?;
    let (files, problems) = read_rules(&corpus.join("sigma"));
    assert_eq!(problems, []);
    let (rules, problems) = SigmaRules::load(files.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    assert_eq!(problems, []);
    let texts = files.iter().map(|file| {
        let stem = file.path.rsplit('/').next().unwrap().trim_end_matches(".yml").to_owned();
        (stem, yaml_serde::from_str(&file.text).unwrap())
    });
    Some(Public { texts: texts.collect(), rules })
}

/// Each rule fires on a record built from its own detection, in every form.
#[test]
fn every_public_rule_fires_in_every_form() {
    let Some(public) = public() else { return };
    assert_eq!(public.texts.len(), 180);
    let (mut silent, mut built) = (Vec::new(), 0);
    for (index, (stem, rule)) in public.texts.iter().enumerate() {
        let service = rule["logsource"]["service"].as_str().unwrap();
        let wanted = Wanted::of(stem, rule);
        for form in Form::of(service) {
            if !form.can_hold(stem) {
                continue;
            }
            built += 1;
            let bytes = form.file(&wanted);
            let (hits, kinds) = run(&public.rules, &bytes);
            if !hits.contains(&index) {
                silent.push(format!("{stem} {form:?} {kinds:?}: {}", String::from_utf8_lossy(&bytes)));
            }
        }
    }
    assert!(silent.is_empty(), "{} of {built} records fire no rule:\n{}", silent.len(), silent.join("\n"));
    assert!(built > 500, "{built}");
}

/// Real records whose wording is not the rule's own.
#[test]
fn public_rules_fire_on_what_the_logs_really_say() {
    let Some(public) = public() else { return };
    for (stem, form, record) in known::RECORDS {
        let index = public.texts.iter().position(|(own, _)| own == stem).unwrap_or_else(|| panic!("no rule {stem}"));
        let record: Value = serde_json::from_str(record).unwrap_or_else(|e| panic!("{stem}: {e}"));
        let (hits, kinds) = run(&public.rules, &form.file_of(&record));
        assert!(hits.contains(&index), "{stem} {form:?} {kinds:?}: {record:#}");
    }
}

/// Records that are nearly what a rule means, and are not.
#[test]
fn public_rules_are_silent_on_what_they_do_not_mean() {
    let Some(public) = public() else { return };
    for (stem, form, record) in known::NEAR_MISSES {
        let index = public.texts.iter().position(|(own, _)| own == stem).unwrap_or_else(|| panic!("no rule {stem}"));
        let record: Value = serde_json::from_str(record).unwrap_or_else(|e| panic!("{stem}: {e}"));
        let (hits, _) = run(&public.rules, &form.file_of(&record));
        assert!(!hits.contains(&index), "{stem} {form:?}: {record:#}");
    }
}
