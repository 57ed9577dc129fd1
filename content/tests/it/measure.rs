//! How long matching takes; run by hand:
//! `cargo test --release -p selvedge-content --test it -- --ignored --nocapture measure`.

use selvedge_content::read_rules;
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use selvedge_detect::{Framer, Piece, unwrap};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Every record below `paths`, by its log source.
pub(crate) fn records(paths: &[PathBuf]) -> BTreeMap<LogSource, Vec<String>> {
    let mut out: BTreeMap<LogSource, Vec<String>> = BTreeMap::new();
    let found = selvedge_files::walk(paths);
    for file in &found.files {
        let mut framer = Framer::new();
        let mut keep = |piece: Piece<'_>| {
            let Piece::Json(_, bytes, json) = piece else { return };
            let (json, bytes) = match json.get("label").and(json.get("event")) {
                Some(inner) => (inner, inner.raw().as_bytes()),
                None => (json, bytes),
            };
            unwrap(json, bytes, &mut |found| {
                let Some(source) = LogSource::of(found.kind) else { return };
                out.entry(source).or_default().push(found.json.raw().to_owned());
            });
        };
        selvedge_files::read_file(file, &mut |chunk| {
            framer.push(chunk, &mut keep);
            ControlFlow::Continue(())
        });
        framer.finish(&mut keep);
    }
    out
}

#[test]
#[ignore = "a measurement"]
fn measure() {
    let corpus = PathBuf::from(std::env::var_os("SELVEDGE_CORPUS").unwrap());
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let (mut files, _) = read_rules(&own);
    files.extend(read_rules(&corpus.join("sigma")).0);
    let (rules, problems) = SigmaRules::load(files.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    eprintln!("{} rules, problems {problems:?}", rules.rule_count());
    for source in LogSource::ALL {
        eprintln!("{:?}: always looked at, of all: {:?}", source.services[0], rules.looked_at_always(source));
        eprintln!("    {:?}", rules.asked_always(source));
    }
    let all = records(&[corpus.join("panther"), corpus.join("stratus"), corpus.join("crosscloud_sample/logs")]);
    for (source, texts) in &all {
        let mut scratches: Vec<Scratch> = texts.iter().map(|_| Scratch::default()).collect();
        let docs: Vec<Doc<'_>> =
            texts.iter().zip(&mut scratches).map(|(t, s)| Doc::parse(t.as_bytes(), s).unwrap()).collect();
        let (mut hits, mut best) = (0, u128::MAX);
        for _ in 0..30 {
            let start = Instant::now();
            hits = 0;
            for doc in &docs {
                hits += rules.matches(Seen { source: *source, json: doc.root(), ocsf: None }).len();
            }
            best = best.min(start.elapsed().as_nanos());
        }
        let mut looked: BTreeMap<usize, usize> = BTreeMap::new();
        for doc in &docs {
            for rule in rules.looked_at(Seen { source: *source, json: doc.root(), ocsf: None }) {
                *looked.entry(rule).or_default() += 1;
            }
        }
        let total: usize = looked.values().sum();
        eprintln!("    {} rules looked at a record", total as f64 / docs.len() as f64);
        let mut often: Vec<_> = looked.into_iter().map(|(rule, count)| (count, rule)).collect();
        often.sort_unstable_by(|a, b| b.cmp(a));
        for (count, rule) in often.iter().take(12) {
            let file = &rules.rule(*rule).unwrap().file;
            eprintln!("    {count} {}", file.rsplit('/').next().unwrap());
        }
        for doc in &docs {
            let seen = Seen { source: *source, json: doc.root(), ocsf: None };
            assert_eq!(rules.matches(seen), rules.matches_slowly(seen));
        }
        eprintln!(
            "{:?}: {} records, {hits} hits, {} ns a record",
            source.services,
            docs.len(),
            best / docs.len() as u128
        );
    }
}
