//! What was done, or would be: a step a paragraph, three clocks each.

use selvedge_agent::execute::{EnforcedBy, Enforcement, Execution, Status, StepProgress, StepReport};
use selvedge_guard::Decision;
use selvedge_model::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;

/// The whole of it.
pub(crate) fn execution(execution: &Execution) {
    anstream::println!("Plan {} of {}: {}.", execution.plan.0.short(16), execution.incident, words(execution.status));
    for step in &execution.steps {
        self::step(step, execution);
    }
    let must = &execution.person_must;
    if !must.is_empty() {
        anstream::println!("\nA person must:");
        must.iter().for_each(|line| anstream::println!("  - {}", q(line)));
    }
    if matches!(execution.status, Status::Previewed | Status::AwaitingApproval) {
        next(execution);
    }
    if matches!(execution.status, Status::Contained | Status::Stuck) {
        residual(execution);
    }
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
    anstream::println!("\n  {:<3} {} {} on {}: {progress}", step.step.0, step.action, step.title, q(&step.target.name));
    anstream::println!("      {}", step.why);
    if step.progress == StepProgress::Planned {
        judged(step, execution);
    }
    clocks(step);
    if let Some(refusal) = &step.refusal {
        anstream::println!("      [{}] {}", refusal.code, q(&refusal.why));
        anstream::println!("      instead: {}", q(&refusal.instead));
    }
}

/// What would be called, and what the guard says to it.
fn judged(step: &StepReport, execution: &Execution) {
    anstream::println!("      would call {}", step.call.operation);
    let Some(judgement) = execution.judgement.of(&step.step) else {
        return;
    };
    match &judgement.decision {
        Decision::Allow => anstream::println!("      guard: allowed"),
        Decision::NeedsApproval { who, how_many } => {
            anstream::println!("      guard: needs the approval of {how_many} ({})", q(who));
        }
        Decision::Refuse => anstream::println!("      guard: refused"),
    }
    for reason in &judgement.reasons {
        anstream::println!("        [{}] {} (policy {})", reason.code, q(&reason.why), q(&reason.policy));
    }
}

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
                EnforcedBy::Canary { .. } => "our canary was refused",
                EnforcedBy::Log { .. } => "the logs show it",
            };
            format!("enforced {} ({by})", after(Some(*at)))
        }
        Enforcement::Unproven { wanted } => format!("enforced: not proven yet ({})", q(wanted)),
    };
    anstream::println!(
        "      decided {}; accepted {}; read back {}; {enforced}",
        selvedge_model::time::iso_second(decided),
        after(step.accepted),
        after(step.stored)
    );
    if let Some(undone) = step.undone {
        anstream::println!("      undone at {}", selvedge_model::time::iso_second(undone));
    }
}

fn next(execution: &Execution) {
    anstream::println!(
        "\nnext: selvedge approve {0} --plan {1} --by YOU, then selvedge respond {0} --apply",
        execution.incident,
        execution.plan.0.short(16)
    );
}

fn residual(execution: &Execution) {
    anstream::println!("\nWhat stays possible:");
    let mut said = std::collections::BTreeSet::new();
    for step in execution.steps.iter().filter(|s| s.progress == StepProgress::Stored) {
        if said.insert(step.residual.clone()) {
            anstream::println!("  - {}", q(&step.residual));
        }
    }
    anstream::println!("\nundo: selvedge undo {} --by YOU", execution.incident);
}
