//! `selvedge explain`: what an error code means, what a rule looks for.

use super::{ExplainArgs, output, rules};
use crate::error::Error;
use crate::render::term::{self, BOLD, DIM, styled};
use selvedge_content::{Pack, RuleCard, cards};
use selvedge_model::untrusted::quote_for_log as q;
use serde_json::json;

/// The table of codes, which is also the documentation's.
const CODES: &str = include_str!("../../../../docs/errors/README.md");

/// The same of the rules that are code.
const RULES_IN_CODE: &str = include_str!("../../../../docs/rules/README.md");

/// How many near matches are named.
const NEAR: usize = 5;

/// From here on two names are near.
const SIMILAR: f64 = 0.85;

/// Shortest part of a rule's id that is taken for it.
const SHORTEST_PART: usize = 6;

/// Prints what is known of a code or rule.
pub(super) fn run(args: &ExplainArgs) -> Result<u8, Error> {
    let wanted = args.what.trim();
    if let Some([code, means, next]) = row(CODES, wanted) {
        return self::code(code, means, next, args.json);
    }
    if let Some(row) = row(RULES_IN_CODE, wanted) {
        return in_code(row, args.json);
    }
    let mut pack = Pack::embedded();
    if let Some(path) = &args.rules {
        let added = rules::pack(Some(path))?;
        pack.rules.extend(added.rules);
    }
    let (cards, _) = cards(&pack);
    match found(&cards, wanted) {
        Some(card) => sigma(card, args.json),
        None => Err(unknown(wanted, &cards)),
    }
}

/// The row of a table whose first cell is `wanted`, letter case ignored; a cell
/// that ends in `*` stands for every name that begins like it.
fn row<const N: usize>(table: &'static str, wanted: &str) -> Option<[&'static str; N]> {
    let fits = |name: &str| match name.strip_suffix('*') {
        Some(begins) => wanted.get(..begins.len()).is_some_and(|head| head.eq_ignore_ascii_case(begins)),
        None => name.eq_ignore_ascii_case(wanted),
    };
    rows(table).find(|row: &[&str; N]| row.first().is_some_and(|first| fits(first)))
}

/// The rows of a table, without its heading.
fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.trim_end().strip_suffix('|'))
        .filter_map(|line| line.split(" | ").map(str::trim).collect::<Vec<_>>().try_into().ok())
        .skip(1)
}

fn code(code: &str, means: &str, next: &str, as_json: bool) -> Result<u8, Error> {
    if as_json {
        output::line(&json!({ "code": code, "means": means, "next": next }))?;
    } else {
        outln!("{code}: {means}\nhelp: {next}");
    }
    Ok(0)
}

fn in_code([rule, title, level, looks_for, also, attack, file]: [&str; 7], as_json: bool) -> Result<u8, Error> {
    let (techniques, tactics) = attack.split_once("; ").unwrap_or((attack, ""));
    if as_json {
        let list = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        output::line(&json!({
            "type": "rule", "id": rule, "title": title, "level": level, "description": looks_for,
            "falsepositives": [also], "attack": list(techniques), "tactics": list(tactics), "file": file,
        }))?;
        return Ok(0);
    }
    heading(title, &format!("{rule}   {level}   code, over several records"));
    section("What it looks for", looks_for);
    section("What else looks like it", also);
    section("ATT&CK", attack);
    section("File", file);
    Ok(0)
}

fn sigma(card: &RuleCard, as_json: bool) -> Result<u8, Error> {
    let meta = &card.meta;
    if as_json {
        let mut value = rules::rule(card);
        if let Some(map) = value.as_object_mut() {
            map.insert("detection".to_owned(), card.detection.clone().into());
        }
        output::line(&value)?;
        return Ok(0);
    }
    let facts = [q(&meta.id), meta.severity.word().to_owned(), format!("confidence {}", meta.confidence.get())];
    heading(&q(&meta.title), &facts.join("   "));
    section("Why", &q(&meta.why));
    outln!("\n{}", styled(BOLD, &format!("What it looks for, in {}", q(&card.source.to_string()))));
    // Line by line: the quoting would show a line's end.
    card.detection.lines().for_each(|line| outln!("  {}", q(line)));
    list("What else looks like it", &meta.falsepositives);
    section("ATT&CK", &q(&[meta.attack.as_slice(), &meta.tactics].concat().join(", ")));
    list("References", &card.references);
    let author = meta.author.as_deref().map(|author| format!(", by {}", q(author))).unwrap_or_default();
    section("File", &format!("{}{author}", q(&meta.file)));
    Ok(0)
}

fn heading(title: &str, below: &str) {
    outln!("{}\n{}", styled(BOLD, title), styled(DIM, below));
}

fn section(title: &str, text: &str) {
    outln!("\n{}", styled(BOLD, title));
    out!("{}", term::hanging("  ", text, term::width()));
}

fn list(title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    outln!("\n{}", styled(BOLD, title));
    items.iter().for_each(|item| out!("{}", term::hanging("  - ", &q(item), term::width())));
}

/// The rule of that id, part of an id, or file.
fn found<'a>(cards: &'a [RuleCard], wanted: &str) -> Option<&'a RuleCard> {
    let wanted = wanted.to_lowercase();
    let one = |fits: &dyn Fn(&RuleCard) -> bool| {
        let mut found = cards.iter().filter(|card| fits(card));
        found.next().filter(|_| found.next().is_none())
    };
    one(&|card| card.meta.id.to_lowercase() == wanted)
        .or_else(|| one(&|card| card.meta.file.to_lowercase() == wanted || stem(&card.meta.file) == wanted))
        .or_else(|| {
            let long = wanted.len() >= SHORTEST_PART;
            one(&|card| long && card.meta.id.to_lowercase().starts_with(&wanted))
        })
}

/// A file's name without folder and ending.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.split('.').next().unwrap_or(name).to_lowercase()
}

fn unknown(wanted: &str, cards: &[RuleCard]) -> Error {
    let near = near(wanted, cards);
    let lists = "docs/errors lists the codes, `selvedge rules list` the rules";
    let help = if near.is_empty() { lists.to_owned() } else { format!("near it: {}; {lists}", near.join(", ")) };
    Error::new("E0004", format!("there is no code or rule {wanted}"), help)
}

/// Codes and rules whose name is like it, or whose title holds it.
fn near(wanted: &str, cards: &[RuleCard]) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let score = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &wanted);
    let mut all: Vec<(f64, String)> = rows::<3>(CODES).map(|[code, ..]| (score(code), code.to_owned())).collect();
    all.extend(rows::<7>(RULES_IN_CODE).map(|[rule, ..]| (score(rule), rule.to_owned())));
    for card in cards {
        let (name, title) = (stem(&card.meta.file), card.meta.title.to_lowercase());
        let holds = wanted.len() > 2 && (title.contains(&wanted) || name.contains(&wanted));
        let best = score(&name).max(score(&card.meta.id)).max(score(&title));
        all.push((if holds { 1.0 } else { best }, name));
    }
    all.retain(|(score, _)| *score >= SIMILAR);
    all.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    all.dedup();
    all.into_iter().take(NEAR).map(|(_, name)| name).collect()
}
