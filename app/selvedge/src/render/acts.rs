//! What was done, or would be: a step a paragraph, three clocks each.

use selvedge_actions::{Approval, CONTRACTS, Reversibility, StepPurpose};
use selvedge_agent::execute::{EnforcedBy, Enforcement, Execution, Status, StepProgress, StepReport};
use selvedge_guard::Decision;
use selvedge_model::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;

/// The whole of it.
pub(crate) fn execution(execution: &Execution) {
    outln!("Plan {} of {}: {}.", execution.plan.0.short(16), execution.incident, words(execution.status));
    for step in &execution.steps {
        self::step(step, execution);
    }
    let must = &execution.person_must;
    if !must.is_empty() {
        outln!("\nA person must:");
        must.iter().for_each(|line| item(line));
    }
    if matches!(execution.status, Status::Previewed | Status::AwaitingApproval) {
        next(execution);
    }
    if matches!(execution.status, Status::Contained | Status::Stuck) {
        residual(execution);
    }
}

/// Which policies judged the plan, and who approved it.
pub(crate) fn grounds(execution: &Execution, approvals: &[Approval]) {
    outln!("Guard policies, version {}:", execution.judgement.policies.short(16));
    let mut said = std::collections::BTreeSet::new();
    for reason in execution.judgement.steps.iter().flat_map(|step| &step.reasons) {
        if said.insert(&reason.policy) {
            item(&format!("{}: {} [{}]", q(&reason.policy), q(&reason.why), reason.code));
        }
    }
    for approval in approvals.iter().filter(|a| a.plan == execution.plan) {
        item(&format!(
            "approved by {} at {}, until {}",
            q(&approval.by),
            selvedge_model::time::iso_second(approval.at),
            selvedge_model::time::iso_second(approval.expires_at)
        ));
    }
}

/// An item of a list.
fn item(text: &str) {
    let mut out = String::new();
    selvedge_respond::report::wrap(&mut out, "  - ", 4, text);
    out!("{out}");
}

/// A line of a step, indented and broken between words.
fn say(text: &str) {
    let mut out = String::new();
    selvedge_respond::report::wrap(&mut out, "      ", 6, text);
    out!("{out}");
}

fn words(status: Status) -> &'static str {
    match status {
        Status::Previewed => "a dry run, nothing was changed",
        Status::Refused => "the guard refuses it, nothing was changed",
        Status::AwaitingApproval => "it waits for approval, nothing was changed",
        Status::Contained => "contained",
        Status::Stuck => "stuck",
        Status::Unfinished => "begun and interrupted; `selvedge resume` goes on",
        Status::Undone => "undone",
        Status::UndoStuck => "the undo is stuck",
    }
}

fn step(step: &StepReport, execution: &Execution) {
    let progress = match step.progress {
        StepProgress::Planned => "planned",
        StepProgress::Stored => "done",
        StepProgress::Failed => "NOT done",
        StepProgress::NotReached => "not reached",
        StepProgress::Open => "open",
        StepProgress::Undone => "undone",
        StepProgress::UndoFailed => "NOT undone",
    };
    let kind = match step.purpose {
        StepPurpose::Contain => "",
        StepPurpose::Narrow => ", narrowing",
        StepPurpose::Canary => ", our own canary",
    };
    let what = format!("{} {}{kind}: {}: {progress}", step.action, step.title, q(&step.target.name));
    let mut out = String::from("\n");
    selvedge_respond::report::wrap(&mut out, &format!("  {:<3} ", step.step.0), 6, &what);
    out!("{out}");
    match (step.progress, step.undone) {
        (StepProgress::Undone, _) if heals_itself(step) => say("nothing to take back: the person signs in again"),
        (StepProgress::Undone, Some(undone)) => say(&format!("undone at {}", selvedge_model::time::iso_second(undone))),
        (StepProgress::Planned, _) => judged(step, execution),
        _ => clocks(step),
    }
    if let Some(refusal) = &step.refusal {
        say(&format!("[{}] {}", refusal.code, q(&refusal.why)));
        say(&format!("instead: {}", q(&refusal.instead)));
    }
}

fn heals_itself(step: &StepReport) -> bool {
    CONTRACTS.iter().any(|c| c.id == step.action && c.reversibility == Reversibility::SelfHealing)
}

/// What would be called, and what the guard says to it.
fn judged(step: &StepReport, execution: &Execution) {
    say(&step.why);
    say(&format!("would call {}", step.call.operation));
    let Some(judgement) = execution.judgement.of(&step.step) else {
        return;
    };
    let verdict = match &judgement.decision {
        Decision::Allow => "guard: allowed".to_owned(),
        Decision::NeedsApproval { who, how_many } => format!("guard: needs the approval of {how_many} ({})", q(who)),
        Decision::Refuse => "guard: refused".to_owned(),
    };
    let reasons: Vec<String> =
        judgement.reasons.iter().map(|r| format!("[{}] {}, by policy {}", r.code, q(&r.why), q(&r.policy))).collect();
    say(&if reasons.is_empty() { verdict } else { format!("{verdict}: {}", reasons.join("; ")) });
}

/// The three clocks.
fn clocks(step: &StepReport) {
    let Some(decided) = step.decided else {
        return;
    };
    let after = |at: Option<Timestamp>| {
        at.map_or_else(|| "unknown".to_owned(), |at| format!("+{:.2} s", at.duration_since(decided).as_secs_f64()))
    };
    let enforced = match &step.enforced {
        Enforcement::Enforced { at, proof } => {
            let by = match proof {
                EnforcedBy::Canary { .. } => "our canary was refused".to_owned(),
                EnforcedBy::Log { record } => format!("log record {record} shows it"),
            };
            format!("enforced {} ({by})", after(Some(*at)))
        }
        // The first deny holds until a narrowed one takes over, and the canary is our own.
        Enforcement::Unproven { .. } if step.purpose != StepPurpose::Contain => "nothing to prove".to_owned(),
        Enforcement::Unproven { wanted } => format!("enforced: not proven yet ({})", q(wanted)),
    };
    say(&format!(
        "decided {}; accepted {}; read back {}; {enforced}",
        selvedge_model::time::iso_second(decided),
        after(step.accepted),
        after(step.stored)
    ));
}

fn next(execution: &Execution) {
    outln!(
        "\nnext: selvedge approve {0} --plan {1} --by YOU, then selvedge respond {0} --apply",
        execution.incident,
        execution.plan.0.short(16)
    );
}

fn residual(execution: &Execution) {
    outln!("\nWhat stays possible:");
    let mut said = std::collections::BTreeSet::new();
    for step in execution.steps.iter().filter(|s| s.progress == StepProgress::Stored) {
        if said.insert(step.residual.clone()) {
            item(&q(&step.residual));
        }
    }
    outln!("\nundo: selvedge undo {} --by YOU", execution.incident);
}
