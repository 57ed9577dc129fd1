//! `selvedge rules`: what the rules look for, what is wrong with them, and
//! whether they do what their tests say.

use super::{RulesArgs, RulesCommand, RulesListArgs, output};
use crate::content;
use crate::error::Error;
use crate::render::{self, term};
use selvedge_agent::trial::trial;
use selvedge_content::{Content, Fault, Pack, RuleCard, Tested, TestedRule, cards, lint, run_tests};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Problem, Severity};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn run(command: &RulesCommand) -> Result<u8, Error> {
    match command {
        RulesCommand::List(args) => list(args),
        RulesCommand::Lint { rules, strict } => self::lint_pack(rules, *strict),
        RulesCommand::Test { rules, verbose } => test(rules, *verbose),
    }
}

/// The folder's rules, else the program's own.
pub(super) fn pack(path: Option<&Path>) -> Result<Pack, Error> {
    match path {
        None => Ok(Pack::embedded()),
        Some(path) if !path.exists() => {
            Err(Error::new("E0005", format!("there is no {}", path.display()), "check the spelling of the path"))
        }
        Some(path) => Ok(Pack::read(path)),
    }
}

fn list(args: &RulesListArgs) -> Result<u8, Error> {
    let (cards, problems) = cards(&pack(args.rules.path.as_deref())?);
    let none = cards.is_empty();
    let shown: Vec<&RuleCard> = cards.iter().filter(|card| is_wanted(card, args)).collect();
    if args.rules.json {
        for card in &shown {
            output::line(&rule(card))?;
        }
    } else {
        table(&shown);
        outln!("\n{} of {}", shown.len(), render::count(cards.len(), "rule"));
    }
    tell(&problems, args.rules.json);
    Ok(u8::from(none))
}

fn is_wanted(card: &RuleCard, args: &RulesListArgs) -> bool {
    let same = |wanted: &Option<String>, own: &[&str]| {
        wanted.as_ref().is_none_or(|wanted| own.iter().any(|own| own.eq_ignore_ascii_case(wanted)))
    };
    let source = &card.source;
    let names: Vec<&str> = [&source.product, &source.service].into_iter().flatten().map(String::as_str).collect();
    let tactics: Vec<&str> = card.meta.tactics.iter().map(String::as_str).collect();
    let tactic = args.tactic.as_ref().map(|tactic| tactic.replace(['_', ' '], "-"));
    same(&args.product, &names)
        && same(&tactic, &tactics)
        && args.level.is_none_or(|level| Severity::from(level) == card.meta.severity)
}

fn table(cards: &[&RuleCard]) {
    use term::Column::{Fixed, Number, Text};
    let rows: Vec<Vec<term::Cell>> = cards
        .iter()
        .map(|card| {
            let meta = &card.meta;
            vec![
                term::Cell::styled(render::text::style(meta.severity), meta.severity.word()),
                meta.confidence.get().to_string().into(),
                if card.is_correlation { "correlation".into() } else { q(&card.source.to_string()).into() },
                term::Cell::lines(meta.attack.iter().map(|technique| q(technique))),
                term::Cell::from(q(&meta.title)).below(term::DIM, q(&meta.file)),
            ]
        })
        .collect();
    let heads = [Fixed("LEVEL"), Number("CONF"), Fixed("LOGS"), Fixed("ATT&CK"), Text("RULE")];
    out!("{}", term::table(&heads, &rows, term::width()));
}

/// A rule as `rules list --json` and `explain --json` print it.
pub(super) fn rule(card: &RuleCard) -> Value {
    let meta = &card.meta;
    json!({
        "type": "rule",
        "id": meta.id,
        "version": meta.version,
        "title": meta.title,
        "level": meta.severity,
        "confidence": meta.confidence,
        "logsource": card.source,
        "correlation": card.is_correlation,
        "attack": meta.attack,
        "tactics": meta.tactics,
        "description": meta.why,
        "falsepositives": meta.falsepositives,
        "references": card.references,
        "author": meta.author,
        "file": meta.file,
    })
}

/// Files that could not be used: on stderr, so that the list stays a list.
fn tell(problems: &[Problem], as_json: bool) {
    for problem in problems {
        if as_json {
            errln!("{}", output::problem(problem));
        } else {
            errln!("warning: {}: {}", q(&problem.place), q(&problem.why));
        }
    }
}

fn lint_pack(args: &RulesArgs, strict: bool) -> Result<u8, Error> {
    let pack = pack(args.path.as_deref())?;
    let faults = lint(&pack);
    let is_error = |fault: &Fault| fault.error || strict;
    let errors = faults.iter().filter(|fault| is_error(fault)).count();
    for fault in &faults {
        let level = if is_error(fault) { "error" } else { "warning" };
        if args.json {
            output::line(&json!({ "type": "fault", "where": fault.place(), "level": level, "why": fault.why }))?;
        } else {
            let style = render::text::style(if is_error(fault) { Severity::High } else { Severity::Medium });
            let place = q(&fault.place());
            outln!("{}: {}", term::styled(style, level), term::styled(term::BOLD, &place));
            out!("{}", term::hanging("    ", &q(&fault.why), term::width()));
        }
    }
    let warnings = faults.len() - errors;
    if args.json {
        output::line(&json!({ "type": "summary", "files": pack.rules.len(), "errors": errors, "warnings": warnings }))?;
    } else {
        let files = render::count(pack.rules.len(), "rule file");
        outln!("{files}: {}, {}", render::count(errors, "error"), render::count(warnings, "warning"));
    }
    Ok(u8::from(errors > 0))
}

fn test(args: &RulesArgs, verbose: bool) -> Result<u8, Error> {
    let pack = pack(args.path.as_deref())?;
    let thresholds = content::thresholds(&Content::embedded())?;
    let tested = run_tests(&pack, &|rules, scene| {
        let (findings, _) = trial(rules, &thresholds, &scene.estate, &scene.records)?;
        Ok(findings.into_iter().map(|finding| finding.rule).collect())
    });
    for rule in &tested {
        if args.json { tested_json(rule)? } else { tested_text(rule, verbose) }
    }
    let cases: Vec<_> = tested.iter().flat_map(cases).collect();
    let failed_cases = cases.iter().filter(|case| !case.passed()).count();
    let failed = tested.iter().filter(|rule| !rule.passed()).count() + pack.problems.len();
    let untested = tested.iter().filter(|rule| rule.tested == Tested::Untested).count();
    for problem in &pack.problems {
        if args.json {
            output::line(&output::problem(problem))?;
        } else {
            outln!("{}: {}", q(&problem.place), q(&problem.why));
        }
    }
    if args.json {
        output::line(&json!({
            "type": "summary", "rules": tested.len(), "failed": failed, "untested": untested,
            "cases": cases.len(), "failed_cases": failed_cases,
        }))?;
    } else {
        let rules = render::count(tested.len(), "rule file");
        let cases = render::count(cases.len(), "case");
        outln!("\n{rules}, {cases}: {failed} failed, {untested} without tests");
    }
    Ok(u8::from(failed > 0))
}

fn cases(rule: &TestedRule) -> impl Iterator<Item = &selvedge_content::Case> {
    let cases = match &rule.tested {
        Tested::Cases(cases) => cases.as_slice(),
        Tested::Untested | Tested::Broken(_) => &[],
    };
    cases.iter()
}

fn tested_json(rule: &TestedRule) -> Result<(), Error> {
    for case in cases(rule) {
        output::line(&json!({
            "type": "case", "file": rule.file, "name": case.name,
            "expect": case.expect, "hit": case.hit, "passed": case.passed(),
        }))?;
    }
    match &rule.tested {
        Tested::Cases(_) => Ok(()),
        Tested::Untested => output::line(&json!({ "type": "untested", "file": rule.file })),
        Tested::Broken(problems) => problems.iter().try_for_each(|problem| output::line(&output::problem(problem))),
    }
}

fn tested_text(rule: &TestedRule, verbose: bool) {
    let mark = |passed: bool| {
        let (style, word) = if passed { (term::DIM, "ok") } else { (render::text::style(Severity::High), "FAILED") };
        term::styled(style, &format!("{word:<8}"))
    };
    let file = q(&rule.file);
    match &rule.tested {
        Tested::Cases(all) => {
            let failed = all.iter().filter(|case| !case.passed()).count();
            let of = render::count(all.len(), "case");
            let what = if failed == 0 { of } else { format!("{failed} of {of}") };
            outln!("{}{file}: {what}", mark(failed == 0));
            for case in all.iter().filter(|case| verbose || !case.passed()) {
                let came = match (case.expect, case.hit) {
                    (true, true) => "hit",
                    (false, false) => "no hit",
                    (true, false) => "no hit, but a hit is expected",
                    (false, true) => "a hit, but none is expected",
                };
                let lead = format!("          {}", mark(case.passed()));
                outln!("{lead}{} ({came})", q(&case.name));
            }
        }
        Tested::Untested => outln!("{}{file}", term::styled(term::DIM, "no test ")),
        Tested::Broken(problems) => {
            outln!("{}{file}", mark(false));
            for problem in problems {
                out!("{}", term::hanging("          ", &q(&problem.why), term::width()));
            }
        }
    }
}
