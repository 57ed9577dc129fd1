//! What is wrong with rules: errors, which keep a rule from working, and
//! warnings, which are the rules of this house for its own pack.

use crate::card::{Document, documents, load};
use crate::testing::{log_sources, parse};
use crate::{ContentFile, Pack};
use selvedge_detect::sigma::{RuleEngine, RuleMeta};
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{Problem, Severity};
use std::collections::BTreeMap;

/// Keys that a rule may have: those of Sigma, and our `confidence`.
const KEYS: [&str; 20] = [
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "author",
    "references",
    "date",
    "modified",
    "logsource",
    "detection",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "confidence",
];

/// Keys that a correlation may have besides: ours are `across_actors` and
/// `away_from_home`.
const CORRELATION_KEYS: [&str; 4] = ["correlation", "generate", "across_actors", "away_from_home"];

/// Keys that a `logsource` may have.
const SOURCE_KEYS: [&str; 4] = ["product", "service", "category", "definition"];

/// Something that is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The rule's file, or its test file.
    pub file: String,
    /// The line, where it is known.
    pub line: Option<usize>,
    /// Whether it keeps the rule from working. What does not is a warning.
    pub error: bool,
    /// What, and what to do.
    pub why: String,
}

impl Fault {
    /// `file:line`, or the file.
    pub fn place(&self) -> String {
        self.line.map_or_else(|| self.file.clone(), |line| format!("{}:{line}", self.file))
    }
}

/// Everything that is wrong with the rules of a pack, in order of the files.
pub fn lint(pack: &Pack) -> Vec<Fault> {
    let (engine, problems) = load(&pack.rules);
    let mut faults: Vec<Fault> = pack.problems.iter().chain(&problems).map(broken).collect();
    let mut metas: BTreeMap<&str, Vec<&RuleMeta>> = BTreeMap::new();
    for meta in (0..engine.rule_count()).filter_map(|index| engine.rule(index)) {
        metas.entry(&meta.file).or_default().push(meta);
    }
    let mut over_sets: BTreeMap<&str, Vec<&RuleMeta>> = BTreeMap::new();
    for one in engine.correlations() {
        over_sets.entry(&one.meta.file).or_default().push(&one.meta);
    }
    for file in &pack.rules {
        let (sets, records): (Vec<Document>, Vec<Document>) =
            documents(&file.text).into_iter().partition(Document::is_correlation);
        let of = |metas: &BTreeMap<&str, Vec<&'_ RuleMeta>>| -> Vec<RuleMeta> {
            metas.get(file.path.as_str()).into_iter().flatten().map(|meta| (*meta).clone()).collect()
        };
        let (found, correlations) = (of(&metas), of(&over_sets));
        let mut of_file = Linter { file: &file.path, faults: &mut faults };
        for (meta, document) in found.iter().zip(&records) {
            of_file.rule(meta, document);
        }
        for (meta, document) in correlations.iter().zip(&sets) {
            of_file.correlation(meta, document);
        }
        // A correlation may have those beside it that it looks at.
        if found.len() > 1 && correlations.is_empty() {
            of_file.warn(None, "the file holds several rules; give each its own, with its tests beside it");
        }
        if found.len().saturating_add(correlations.len()) > 0 && pack.tests_of(file).is_none() {
            of_file.warn(None, "there is no test file beside the rule; `selvedge rules test` runs it");
        }
    }
    for tests in &pack.tests {
        self::tests(pack, tests, &mut faults);
    }
    faults.sort();
    faults.dedup();
    faults
}

/// A problem of the loader: an error. Parsers say the line in words.
fn broken(problem: &Problem) -> Fault {
    let line = problem.why.split(" line ").nth(1).map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    Fault { file: problem.place.clone(), line: line.flatten(), error: true, why: problem.why.clone() }
}

fn tests(pack: &Pack, tests: &ContentFile, faults: &mut Vec<Fault>) {
    let mut linter = Linter { file: &tests.path, faults };
    if pack.rule_of(tests).is_none() {
        linter.add(None, true, "it tests no rule: there is none of its name beside it".to_owned());
    }
    match parse(tests) {
        Err(problem) => {
            let line = problem.place.rsplit_once(':').and_then(|(_, line)| line.parse().ok());
            linter.add(line, true, problem.why);
        }
        Ok(file) => {
            for (expected, what) in [(true, "hit"), (false, "near miss")] {
                if !file.cases.iter().any(|case| case.expect == expected) {
                    linter.warn(None, &format!("no case expects {expected}: show at least one {what}"));
                }
            }
        }
    }
}

/// Collects what is wrong with one file.
struct Linter<'a> {
    file: &'a str,
    faults: &'a mut Vec<Fault>,
}

impl Linter<'_> {
    fn add(&mut self, line: Option<usize>, error: bool, why: String) {
        self.faults.push(Fault { file: self.file.to_owned(), line, error, why });
    }

    fn warn(&mut self, line: Option<usize>, why: &str) {
        self.add(line, false, why.to_owned());
    }

    fn rule(&mut self, meta: &RuleMeta, document: &Document) {
        let source = document.source();
        if log_sources(&source).is_empty() {
            let why = format!(
                "no log that is read here has the log source {}, so the rule never runs; \
                 docs/howto/write-a-rule.md lists them",
                quote_for_log(&source.to_string())
            );
            self.add(Some(document.line_of("logsource")), true, why);
        }
        for key in document.source_keys().filter(|key| !SOURCE_KEYS.contains(key)) {
            let why = format!("a logsource has no `{}`; it is ignored", quote_for_log(key));
            self.warn(Some(document.line_of("logsource")), &why);
        }
        for (key, line) in document.keys().filter(|(key, _)| !KEYS.contains(key)) {
            self.warn(Some(line), &format!("`{}` is no field of a rule; it is ignored", quote_for_log(key)));
        }
        self.house(meta, document);
        if meta.severity > Severity::Medium {
            let why = "one record alone is medium at most; what is worse is what comes together";
            self.warn(Some(document.line_of("level")), why);
        }
    }

    fn correlation(&mut self, meta: &RuleMeta, document: &Document) {
        let known = |key: &str| {
            KEYS.contains(&key) && !matches!(key, "logsource" | "detection") || CORRELATION_KEYS.contains(&key)
        };
        for (key, line) in document.keys().filter(|(key, _)| !known(key)) {
            self.warn(Some(line), &format!("`{}` is no field of a correlation; it is ignored", quote_for_log(key)));
        }
        self.house(meta, document);
    }

    /// What is asked of our own rules.
    fn house(&mut self, meta: &RuleMeta, document: &Document) {
        let uuid = meta.id.len() == 36 && meta.id.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
        let has = |key: &str| document.keys().any(|(name, _)| name == key);
        for (key, holds, why) in [
            ("id", uuid, "the id is no uuid; give the rule one that nobody else has"),
            ("tags", !meta.attack.is_empty(), "no tag names an ATT&CK technique (`attack.t1078.004`)"),
            ("tags", !meta.tactics.is_empty(), "no tag names an ATT&CK tactic (`attack.initial-access`)"),
            (
                "falsepositives",
                !meta.falsepositives.is_empty(),
                "`falsepositives` does not say what else looks like it",
            ),
            ("description", meta.why.ends_with('.'), "the description is no sentence; people read it as the reason"),
            ("level", has("level"), "it has no level, so it counts as informational"),
        ] {
            if !holds {
                self.warn(Some(document.line_of(key)), why);
            }
        }
    }
}
