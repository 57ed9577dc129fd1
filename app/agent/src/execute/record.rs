//! What a case leaves in the journal: one enum, documented record by record.

use super::config::CaseFacts;
use super::report::Status;
use selvedge_actions::{Approval, Mutation, Plan, PreImage, Refusal, StepId};
use selvedge_guard::{Judgement, PermitKind};
use selvedge_model::{PlanHash, RecordId, Timestamp};
use selvedge_ports::Outcome;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A step as a look at its target found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// The step.
    pub step: StepId,
    /// What an undo would restore, if the step may be done.
    pub before: Option<PreImage>,
    /// The call, where it can be told in advance: a stamped time cannot.
    pub call: Option<Mutation>,
    /// What stands against the step.
    pub refusal: Option<Refusal>,
}

/// A call that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The plan.
    pub plan: PlanHash,
    /// The step.
    pub step: StepId,
    /// Whether it does or undoes the step.
    pub kind: PermitKind,
    /// 1, 2, 3, … over the whole life of the case.
    pub attempt: u32,
    /// The call.
    pub mutation: Mutation,
    /// What the call will replace.
    pub before: PreImage,
    /// The moment that the call stamps, if it stamps one.
    pub moment: Option<Timestamp>,
}

/// How it is known that a step has taken hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum EnforcedBy {
    /// A session of our own, under a deny that was put in place after this
    /// step's, was refused.
    Canary {
        /// The canary's step.
        step: StepId,
    },
    /// The provider's own log shows the suspect refused.
    Log {
        /// The record.
        record: RecordId,
    },
}

/// Every kind of record that the executor writes; bodies are canonical JSON,
/// and the record's `at` is when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum CaseRecord {
    /// A dry run: what was found and what the guard said.
    Previewed {
        /// The plan.
        plan: PlanHash,
        /// The judgement.
        judgement: Judgement,
        /// Each step.
        steps: Vec<Looked>,
    },
    /// A person's word.
    Approved {
        /// The approval.
        approval: Approval,
    },
    /// The plan is carried out from here on (again, if it got stuck before):
    /// with this, nothing but the journal is needed to go on.
    Started {
        /// The plan itself.
        plan: Box<Plan>,
        /// What the caller knew.
        case: CaseFacts,
        /// The judgement.
        judgement: Judgement,
        /// What the targets looked like when a person last saw them.
        expected: BTreeMap<StepId, PreImage>,
    },
    /// Committed before the call.
    Intent(Intent),
    /// Committed after the call.
    Outcome {
        /// The plan.
        plan: PlanHash,
        /// The step.
        step: StepId,
        /// Done or undone.
        kind: PermitKind,
        /// Of which intent.
        attempt: u32,
        /// The answer.
        outcome: Outcome,
    },
    /// The target was read back as it should be.
    Stored {
        /// The plan.
        plan: PlanHash,
        /// The step.
        step: StepId,
        /// Done or undone.
        kind: PermitKind,
    },
    /// The step has taken hold.
    Enforced {
        /// The plan.
        plan: PlanHash,
        /// The step.
        step: StepId,
        /// When it was seen.
        at: Timestamp,
        /// How it is known.
        proof: EnforcedBy,
    },
    /// The canary proved nothing; it is not asked again.
    Unproven {
        /// The plan.
        plan: PlanHash,
        /// The canary's step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// The step was given up in this run.
    Failed {
        /// The plan.
        plan: PlanHash,
        /// The step.
        step: StepId,
        /// Done or undone.
        kind: PermitKind,
        /// Why, and what a person can do.
        refusal: Refusal,
    },
    /// A person asked for the undo.
    UndoStarted {
        /// The plan.
        plan: PlanHash,
        /// Who.
        requested_by: String,
    },
    /// Nothing is left to be done without a person.
    Finished {
        /// The plan.
        plan: PlanHash,
        /// Done or undone.
        kind: PermitKind,
        /// How it ended.
        status: Status,
    },
}

impl CaseRecord {
    /// The journal kinds of these records.
    pub const KINDS: &'static [&'static str] = &[
        "previewed",
        "approved",
        "started",
        "intent",
        "outcome",
        "stored",
        "enforced",
        "unproven",
        "failed",
        "undo-started",
        "finished",
    ];

    /// The journal kind of this record.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Previewed { .. } => "previewed",
            Self::Approved { .. } => "approved",
            Self::Started { .. } => "started",
            Self::Intent(_) => "intent",
            Self::Outcome { .. } => "outcome",
            Self::Stored { .. } => "stored",
            Self::Enforced { .. } => "enforced",
            Self::Unproven { .. } => "unproven",
            Self::Failed { .. } => "failed",
            Self::UndoStarted { .. } => "undo-started",
            Self::Finished { .. } => "finished",
        }
    }

    /// The plan that it is about.
    pub fn plan(&self) -> PlanHash {
        match self {
            Self::Started { plan, .. } => plan.hash(),
            Self::Approved { approval } => approval.plan,
            Self::Intent(intent) => intent.plan,
            Self::Previewed { plan, .. }
            | Self::Outcome { plan, .. }
            | Self::Stored { plan, .. }
            | Self::Enforced { plan, .. }
            | Self::Unproven { plan, .. }
            | Self::Failed { plan, .. }
            | Self::UndoStarted { plan, .. }
            | Self::Finished { plan, .. } => *plan,
        }
    }
}
