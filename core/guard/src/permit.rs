//! The permit: the only thing that carries a mutation to a cloud.

use jiff::Timestamp;
use selvedge_actions::{Mutation, StepId};
use selvedge_model::PlanHash;

/// Whether a permit applies a step or undoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PermitKind {
    /// Does the step.
    Apply,
    /// Restores the pre-image.
    Undo,
}

/// For one step, once, until it expires. Neither `Clone` nor `Deserialize`; no
/// public constructor; the call consumes it.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    plan: PlanHash,
    step: StepId,
    kind: PermitKind,
    mutation: Mutation,
    expires_at: Timestamp,
}

impl Permit {
    pub(crate) fn new(
        plan: PlanHash,
        step: StepId,
        kind: PermitKind,
        mutation: Mutation,
        expires_at: Timestamp,
    ) -> Self {
        Self { plan, step, kind, mutation, expires_at }
    }

    /// The plan it belongs to.
    pub fn plan(&self) -> PlanHash {
        self.plan
    }

    /// The step it is for.
    pub fn step(&self) -> &StepId {
        &self.step
    }

    /// Apply or undo.
    pub fn kind(&self) -> PermitKind {
        self.kind
    }

    /// The mutation, for looking at.
    pub fn mutation(&self) -> &Mutation {
        &self.mutation
    }

    /// After this moment the holder must not act.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Consumes the permit for the one call it allows.
    pub fn into_mutation(self) -> Mutation {
        self.mutation
    }
}
