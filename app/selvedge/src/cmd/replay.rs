//! `selvedge replay`: raw logs in, incidents out.

use super::{ReplayArgs, output, respond};
use crate::config::Config;
use crate::error::Error;
use crate::render::Outcome;
use crate::render::summary::Found;
use crate::{content, folder, logs, render};
use selvedge_agent::state::{self, BatchReceipt, State};
use selvedge_graph::paths::Survey;
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{Finding, RecordId, Timestamp};
use selvedge_ports::Journal;
use selvedge_respond::decide::Decision;
use selvedge_store::MemoryJournal;
use std::borrow::Cow;
use std::path::Path;

pub(super) fn run(args: &ReplayArgs, config: &Config) -> Result<u8, Error> {
    super::some_exist(&args.paths)?;
    let now = Timestamp::now();
    let mut loaded = content::load(args.rules.as_deref())?;
    loaded.brain.places = config.places()?;
    let (mut journal, is_kept) = open(config, args.state.state.as_deref())?;
    let head = journal.head()?;
    let mut state = State::load(&*journal)?;
    let mut of_estate = Vec::new();
    if let Some(path) = &args.estate {
        // First: it says which records matter most.
        super::estate::read(path, &mut state.estate, &mut of_estate);
        state.watch();
    }
    let read = logs::read(&args.paths, &loaded.rules, now, state, !args.state.json)?;
    // What they saw is in the state; what they say of themselves, in the brain.
    drop(loaded.take_rules());
    let (mut state, counts) = (read.state, read.tally.counts);
    let mut problems = loaded.problems.clone();
    problems.extend(read.problems);
    problems.extend(of_estate);
    loaded.brain.canaries = config.canaries(&state.estate);
    let mut remarks = remarks_on(&state);
    state.settle();
    remarks.extend(remark_on_limits(&state));
    let mut decision = state.decide(&loaded.brain, now);
    remarks.extend(remarks_on_bounds(&decision));
    let receipt =
        BatchReceipt { sources: read.sources, digest: read.ids.digest, counts, content: loaded.brain.content };
    // Without a folder the facts need not be there twice.
    let facts = is_kept.then(|| state.changes()).into_iter().flatten();
    let incidents = state::commit_import(&mut *journal, head, &receipt, facts, &state, &mut decision, now)?;
    respond::record_proofs(&mut *journal, &incidents, &state, &loaded, config)?;
    let cited = decision.findings.iter().flat_map(|f| &f.evidence).chain(incidents.iter().flat_map(|i| &i.evidence));
    let here = state.read_now(cited);
    let is_here = |evidence: &[RecordId]| evidence.iter().any(|record| here.contains(record));
    let mut findings: Vec<Finding> = decision.findings.into_iter().filter(|f| is_here(&f.evidence)).collect();
    if counts.records == 0 && args.estate.is_some() {
        // Without logs the estate itself is what there is to look at.
        let (view, survey) = Survey::of_estate(&state.estate, &content::ways(&loaded.content)?);
        findings.extend(survey.findings(&view, now));
        remarks.extend(survey.lacks.iter().map(|what| format!("not looked at: {what}")));
    }
    let mut found = Found::default();
    let mut lines = args.state.json.then(output::Lines::stdout);
    for finding in by_time(&findings, decision.quiet.findings(&state.set, &loaded.brain.rules, true)) {
        found.add(&finding);
        lines.as_mut().map_or(Ok(()), |lines| lines.write(&output::finding(&finding)))?;
    }
    let outcome = Outcome {
        at: now,
        counts,
        kinds: read.tally.kinds,
        duplicates: read.ids.repeated,
        remarks,
        problems,
        findings,
        found,
        incidents: incidents.into_iter().filter(|i| is_here(&i.evidence)).collect(),
    };
    if let Some(file) = &args.report {
        std::fs::write(file, render::html::page(&outcome)).map_err(|e| {
            Error::new("E0001", format!("{}: {e}", file.display()), "name a file in a folder that can be written")
        })?;
    }
    print(&outcome, lines)?;
    Ok(exit_code(args, &outcome))
}

/// What is to be said of the inventory.
fn remarks_on(state: &State) -> Vec<String> {
    match state.estate.unused_documents {
        0 => Vec::new(),
        n => vec![format!("{n} inventory documents are of kinds that this version does not use yet")],
    }
}

/// What is to be said of what a decision did not look at.
fn remarks_on_bounds(decision: &Decision) -> Vec<String> {
    let (left_out, unread, unmatched) = (decision.left_out, decision.unread, decision.unmatched);
    let most = selvedge_respond::cluster::MAX_INCIDENTS;
    let all = [
        (
            left_out,
            format!("{left_out} more incidents out of findings are not listed: the {most} worst are; all findings are"),
        ),
        (
            unread,
            format!(
                "{unread} more records of people whose sign-ins show a risk were not read: their incidents are told by the others"
            ),
        ),
        (
            unmatched,
            format!(
                "{unmatched} more records with findings than correlations across actors look at: such correlations may be missed"
            ),
        ),
    ];
    let bounds = all.into_iter().filter(|(count, _)| *count > 0).map(|(_, remark)| remark);
    bounds.chain(remark_on_unsigned(decision)).collect()
}

/// What is to be said of SAML sessions whose sign-ins are not in the logs.
fn remark_on_unsigned(decision: &Decision) -> Option<String> {
    let all: u64 = decision.unsigned.values().fold(0, |sum, count| sum.saturating_add(*count));
    let reasons: Vec<String> = decision.unsigned.iter().map(|(why, count)| format!("{why} ({count})")).collect();
    (all > 0).then(|| {
        format!(
            "SAML sessions in AWS without a sign-in in the logs: {all}; whether they are forged is unknown: {}",
            reasons.join("; ")
        )
    })
}

/// What is to be said of records that are not kept.
fn remark_on_limits(state: &State) -> Option<String> {
    let set = &state.set;
    if set.left_out() == 0 {
        return None;
    }
    let (times, limit) = (set.left_out(), set.session_limit());
    Some(if set.pressure().step == 0 {
        format!(
            "{times} calls of AWS sessions with more than {limit} from one address were left out; their bytes are a lower bound"
        )
    } else {
        format!(
            "there is more than fits into memory: {times} records were left out: of the calls of one AWS session from one address {limit} are kept at most, of what is rarer more; import fewer logs at once into a new folder"
        )
    })
}

/// The state folder's journal, and whether it is kept. If nobody named a folder and the default one
/// cannot be made, or another process holds it, the run goes on without one and
/// says so. A journal that is damaged, or none of ours, is an error always:
/// whoever goes on without it would not learn that it is.
fn open(config: &Config, flag: Option<&Path>) -> Result<(Box<dyn Journal>, bool), Error> {
    let error = match folder::open(config, flag) {
        Ok(journal) => return Ok((Box::new(journal), true)),
        Err(error) => error,
    };
    let named = flag.is_some() || config.state_dir.is_some();
    if named || !may_go_on_without(&config.state_dir(flag)) {
        return Err(error.into());
    }
    errln!("warning: incidents of this run are not kept: {error}");
    errln!("help: name a folder with --state");
    Ok((Box::new(MemoryJournal::default()), false))
}

/// Whether the folder is not there, although it was to be made, or another
/// process has its journal open.
fn may_go_on_without(dir: &Path) -> bool {
    if !dir.is_dir() {
        return true;
    }
    let file = std::fs::OpenOptions::new().read(true).write(true).open(dir.join("journal.redb"));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

/// Two lists of findings by time, as one.
fn by_time<'a>(
    loud: &'a [Finding],
    quiet: impl Iterator<Item = Finding> + 'a,
) -> impl Iterator<Item = Cow<'a, Finding>> + 'a {
    let (mut loud, mut quiet) = (loud.iter().peekable(), quiet.peekable());
    std::iter::from_fn(move || {
        let later = |quiet: &Finding| loud.peek().is_none_or(|loud| quiet.occurred_at < loud.occurred_at);
        quiet.next_if(later).map(Cow::Owned).or_else(|| loud.next().map(Cow::Borrowed))
    })
}

/// Prints what is left to print: all as text, or as JSON what follows the findings.
fn print(outcome: &Outcome, lines: Option<output::Lines>) -> Result<(), Error> {
    let Some(mut lines) = lines else {
        out!("{}", render::text::replay(outcome, render::term::width()));
        return Ok(());
    };
    for incident in &outcome.incidents {
        lines.write(&output::incident(incident))?;
    }
    for problem in &outcome.problems {
        lines.write(&output::problem(problem))?;
    }
    lines.write(&output::summary(outcome))?;
    lines.flush()?;
    // Whoever watches sees it too: a smaller answer must not look like a whole one.
    for remark in &outcome.remarks {
        errln!("note: {}", quote_for_log(remark));
    }
    Ok(())
}

fn exit_code(args: &ReplayArgs, outcome: &Outcome) -> u8 {
    if args.strict && !outcome.problems.is_empty() {
        return 1;
    }
    let worst = outcome.found.worst().into_iter().chain(outcome.incidents.iter().map(|i| i.severity)).max();
    match (args.fail_on, worst) {
        (Some(limit), Some(worst)) if worst >= limit.into() => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::may_go_on_without;
    use selvedge_store::RedbJournal;

    #[test]
    fn only_a_folder_that_is_not_there_or_is_held_can_be_done_without() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let file = dir.join("journal.redb");
        assert!(!may_go_on_without(dir), "an empty folder is there");
        assert!(may_go_on_without(&dir.join("nowhere")));
        std::fs::write(&file, "a text of somebody else").unwrap();
        assert!(!may_go_on_without(dir), "a foreign file is an error");
        assert!(may_go_on_without(&file), "a file where the folder should be");
        std::fs::remove_file(&file).unwrap();
        let held = RedbJournal::open(&file).unwrap();
        assert!(may_go_on_without(dir), "another one holds it");
        drop(held);
        assert!(!may_go_on_without(dir));
    }
}
