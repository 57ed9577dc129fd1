//! What a rule says about itself, checked when it is loaded.

use super::compile;
use super::placeholder::Placeholders;
use super::rule::Asks;
use super::source::RuleSource;
use rsigma_parser::{CorrelationRule, SigmaRule, Status, version};
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{Confidence, Digest, Severity};
use std::sync::Arc;

/// Digits of the digest that make a rule's version.
const VERSION_DIGITS: usize = 12;

/// What a rule says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMeta {
    /// The rule's id; where it has none its name, else the file's name. Unique
    /// among the loaded rules.
    pub id: Arc<str>,
    /// Digest prefix of the rule's text: an edited rule is another rule.
    pub version: Arc<str>,
    /// One line for people.
    pub title: String,
    /// From `level`; a rule without one claims nothing and is [`Severity::Info`].
    pub severity: Severity,
    /// From the custom attribute `confidence` (0 to 1000); else from `status`:
    /// stable 700, test 500, anything less 300.
    pub confidence: Confidence,
    /// ATT&CK techniques, such as `T1078.004`, sorted.
    pub attack: Vec<String>,
    /// ATT&CK tactics, such as `initial-access`, sorted.
    pub tactics: Vec<String>,
    /// The description, on one line.
    pub why: String,
    /// What else may look like this.
    pub falsepositives: Vec<String>,
    /// Who wrote it; some rule licences ask that the name stays with the rule.
    pub author: Option<String>,
    /// Its licence, as the rule names it.
    pub license: Option<String>,
    /// What it was written from.
    pub references: Vec<String>,
    /// The file it came from.
    pub file: String,
}

/// A rule that is fit to run.
pub(super) struct Prepared {
    pub(super) meta: RuleMeta,
    /// Its `name`, by which filters may mean it.
    pub(super) name: Option<String>,
    pub(super) source: RuleSource,
    pub(super) asks: Asks<String>,
}

/// Checks one rule of a file and compiles it, or says what is wrong with it.
pub(super) fn prepare(
    file: &str,
    text: &str,
    ordinal: usize,
    mut rule: SigmaRule,
    placeholders: &Placeholders,
) -> Result<Prepared, String> {
    let title = quote_for_log(&rule.title);
    let fault = |why: String| format!("the rule `{title}` cannot be used: {why}");
    if version::array_matching_enabled(rule.sigma_version) {
        return Err(fault("sigma-version 3 and later (array selectors) is not supported; use version 2".to_owned()));
    }
    if rule.detection.timeframe.is_some() {
        return Err(fault("`timeframe` asks for several records; write a correlation rule instead".to_owned()));
    }
    let source = rule_source(&rule)
        .ok_or_else(|| fault("its logsource names neither product, service nor category".to_owned()))?;
    let confidence = confidence(rule.custom_attributes.get("confidence"), rule.status).map_err(&fault)?;
    placeholders.fill(&mut rule.detection).map_err(&fault)?;
    let asks = compile::asks(&rule.detection).map_err(|why| fault(quote_for_log(&why)))?;
    let (attack, tactics) = attack_tags(&rule.tags);
    let meta = RuleMeta {
        id: rule.id.or_else(|| rule.name.clone()).unwrap_or_else(|| file.to_owned()).into(),
        version: Digest::of_parts([text.as_bytes(), ordinal.to_string().as_bytes()]).short(VERSION_DIGITS).into(),
        title: one_line(&rule.title),
        severity: rule.level.and_then(|level| Severity::parse(level.as_str())).unwrap_or_default(),
        confidence,
        attack,
        tactics,
        why: one_line(rule.description.as_deref().unwrap_or(&rule.title)),
        falsepositives: rule.falsepositives.iter().map(|text| one_line(text)).collect(),
        author: rule.author,
        license: rule.license,
        references: rule.references,
        file: file.to_owned(),
    };
    Ok(Prepared { meta, name: rule.name, source, asks })
}

/// What a correlation says about itself, or what is wrong with it. `ordinal` is its
/// place among the documents of the file.
pub(super) fn of_correlation(
    file: &str,
    text: &str,
    ordinal: usize,
    rule: &CorrelationRule,
) -> Result<RuleMeta, String> {
    let (attack, tactics) = attack_tags(&rule.tags);
    Ok(RuleMeta {
        id: rule.id.clone().or_else(|| rule.name.clone()).unwrap_or_else(|| format!("{file}#{ordinal}")).into(),
        version: Digest::of_parts([text.as_bytes(), b"correlation", ordinal.to_string().as_bytes()])
            .short(VERSION_DIGITS)
            .into(),
        title: one_line(&rule.title),
        severity: rule.level.and_then(|level| Severity::parse(level.as_str())).unwrap_or_default(),
        confidence: confidence(rule.custom_attributes.get("confidence"), rule.status)?,
        attack,
        tactics,
        why: one_line(rule.description.as_deref().unwrap_or(&rule.title)),
        falsepositives: rule.falsepositives.iter().map(|text| one_line(text)).collect(),
        author: rule.author.clone(),
        license: rule.license.clone(),
        references: rule.references.clone(),
        file: file.to_owned(),
    })
}

fn rule_source(rule: &SigmaRule) -> Option<RuleSource> {
    RuleSource::new(&rule.logsource.product, &rule.logsource.service, &rule.logsource.category)
}

fn confidence(own: Option<&yaml_serde::Value>, status: Option<Status>) -> Result<Confidence, String> {
    let Some(value) = own else {
        return Ok(Confidence::new(match status {
            Some(Status::Stable) => 700,
            Some(Status::Test) => 500,
            _ => 300,
        }));
    };
    value
        .as_u64()
        .and_then(|number| u16::try_from(number).ok())
        .filter(|number| *number <= 1000)
        .map(Confidence::new)
        .ok_or_else(|| "`confidence` must be a whole number from 0 to 1000".to_owned())
}

/// Splits `attack.*` tags into techniques and tactics. Groups (`g0016`) and
/// software (`s0002`) are neither.
fn attack_tags(tags: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut techniques, mut tactics) = (Vec::new(), Vec::new());
    for tag in tags {
        let tag = tag.to_ascii_lowercase();
        let Some(rest) = tag.strip_prefix("attack.") else { continue };
        let numbered =
            rest.strip_prefix(['t', 'g', 's']).is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()));
        if !numbered {
            tactics.push(rest.replace('_', "-"));
        } else if rest.starts_with('t') {
            techniques.push(rest.to_ascii_uppercase());
        }
    }
    for list in [&mut techniques, &mut tactics] {
        list.sort_unstable();
        list.dedup();
    }
    (techniques, tactics)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
