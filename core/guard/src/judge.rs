//! Judging, and the only way to a [`Permit`].

use crate::approvals::Approvals;
use crate::facts::{GuardFacts, Mode, TargetFacts};
use crate::invariants::{moment_is_past, plan_is_sound, pre_image_fits, step_is_sound};
use crate::load::Guard;
use crate::permit::{Permit, PermitKind};
use crate::request::{self, Parts};
use cedar_policy::{Authorizer, Context, Effect, Entities, EntityId, EntityTypeName, EntityUid, Policy, Request};
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::{Plan, PreImage, Refusal, Step, StepId};
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{Digest, PlanHash};
use serde::{Deserialize, Serialize};
use std::str::FromStr as _;

/// How long a permit lives.
const PERMIT_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// A policy, or rule of code, that took part in a decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// The policy's `@id`, or `code` for what no policy can allow.
    pub policy: String,
    /// Stable code, such as `E0301`.
    pub code: String,
    /// The reason.
    pub why: String,
    /// What a person can do.
    pub instead: String,
}

/// What the guard says about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "kebab-case")]
pub enum Decision {
    /// It may be done.
    Allow,
    /// It may be done once people have approved the plan.
    NeedsApproval {
        /// Who.
        who: String,
        /// How many different people.
        how_many: u32,
    },
    /// It may not be done.
    Refuse,
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepJudgement {
    /// The step.
    pub step: StepId,
    /// The decision.
    #[serde(flatten)]
    pub decision: Decision,
    /// The policies that decided, in the order of their ids.
    pub reasons: Vec<Reason>,
}

/// What the guard says about a plan. Equal plan and facts give an equal
/// judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The plan.
    pub plan: PlanHash,
    /// Digest of schema and policies.
    pub policies: Digest,
    /// When, as the facts say.
    pub at: Timestamp,
    /// One for each step, in the plan's order.
    pub steps: Vec<StepJudgement>,
}

impl Judgement {
    /// The judgement of a step.
    pub fn of(&self, step: &StepId) -> Option<&StepJudgement> {
        self.steps.iter().find(|judged| judged.step == *step)
    }

    /// How many people must still approve before the plan may start; 0 if
    /// enough did.
    pub fn approvals_needed(&self) -> u32 {
        let needed = self.steps.iter().map(|step| match &step.decision {
            Decision::NeedsApproval { how_many, .. } => *how_many,
            Decision::Allow | Decision::Refuse => 0,
        });
        needed.max().unwrap_or(0)
    }

    /// Whether nothing of the plan may be done.
    pub fn refuses_all(&self) -> bool {
        self.steps.iter().all(|step| step.decision == Decision::Refuse)
    }
}

impl Guard {
    /// Judges every step of a plan. It makes no permit and changes nothing.
    pub fn judge(&self, plan: &Plan, facts: &GuardFacts) -> Judgement {
        let sound = plan_is_sound(plan);
        let steps = plan.steps.iter().map(|step| match &sound {
            Ok(()) => self.judge_step(plan, step, facts),
            Err(refusal) => refused(step, refusal),
        });
        Judgement { plan: plan.hash(), policies: self.version, at: facts.now, steps: steps.collect() }
    }

    fn judge_step(&self, plan: &Plan, step: &Step, facts: &GuardFacts) -> StepJudgement {
        let checked = step_is_sound(step).and_then(|()| target_of(step, facts));
        match checked {
            Ok(target) => {
                self.decide(step, request::apply(plan, step, target, facts), Approvals::of(plan, facts).void())
            }
            Err(refusal) => refused(step, &refusal),
        }
    }

    /// A permit for doing a step. The mutation is computed here, from the step's
    /// own action: nobody can bring another.
    ///
    /// # Errors
    /// A [`Refusal`] with the deciding policy's reason and what would serve.
    pub fn permit_apply(
        &self,
        plan: &Plan,
        step: &StepId,
        before: &PreImage,
        moment: Option<Timestamp>,
        facts: &GuardFacts,
    ) -> Result<Permit, Refusal> {
        plan_is_sound(plan)?;
        let step = step_of(plan, step)?;
        may_act(facts)?;
        if facts.started_at.unwrap_or(facts.now) >= plan.expires_at {
            return Err(Refusal::new(
                "E0303",
                format!("the plan expired at {}", plan.expires_at),
                "respond again: a plan made from what is known now will be shown",
            ));
        }
        allowed(self.judge_step(plan, step, facts))?;
        pre_image_fits(plan, step, before)?;
        moment_is_past(step, moment, facts.now)?;
        let mutation = step.action.apply(before, moment)?;
        let life = facts.now.checked_add(PERMIT_LIFE).unwrap_or(Timestamp::MAX);
        let ends = Approvals::of(plan, facts).ends().map_or(life, |ends| ends.min(life));
        Ok(Permit::new(plan.hash(), step.id.clone(), PermitKind::Apply, mutation, ends))
    }

    /// A permit for restoring what was there before a step, where `now` stands;
    /// `None` if there is nothing to restore.
    ///
    /// # Errors
    /// A [`Refusal`] with the deciding policy's reason and what would serve.
    pub fn permit_undo(
        &self,
        plan: &Plan,
        step: &StepId,
        before: &PreImage,
        now: Option<&PreImage>,
        requested_by: &str,
        facts: &GuardFacts,
    ) -> Result<Option<Permit>, Refusal> {
        plan_is_sound(plan)?;
        let step = step_of(plan, step)?;
        may_act(facts)?;
        step_is_sound(step)?;
        let parts = request::undo(step, requested_by, target_of(step, facts)?, facts);
        allowed(self.decide(step, parts, &[]))?;
        pre_image_fits(plan, step, before)?;
        let life = facts.now.checked_add(PERMIT_LIFE).unwrap_or(Timestamp::MAX);
        Ok(step
            .action
            .inverse(before, now)
            .map(|mutation| Permit::new(plan.hash(), step.id.clone(), PermitKind::Undo, mutation, life)))
    }

    /// Asks Cedar. Forbids that approval lifts make it `NeedsApproval`, unless
    /// another forbid stands too.
    fn decide(&self, step: &Step, parts: Parts, void: &[String]) -> StepJudgement {
        let response = match self.ask(parts) {
            Ok(response) => response,
            Err(why) => return refused(step, &unjudged(&why)),
        };
        let errors: Vec<String> = response.diagnostics().errors().map(ToString::to_string).collect();
        if !errors.is_empty() {
            return refused(step, &unjudged(&errors.join("; ")));
        }
        let mut deciding: Vec<&Policy> =
            response.diagnostics().reason().filter_map(|id| self.policies.policy(id)).collect();
        deciding.sort_by(|a, b| a.id().cmp(b.id()));
        let forbids = deciding.iter().filter(|policy| policy.effect() == Effect::Forbid);
        let liftable = forbids.clone().filter_map(|policy| lifted_by(policy)).max();
        let decision = match (response.decision(), liftable) {
            (cedar_policy::Decision::Allow, _) => Decision::Allow,
            (_, Some((how_many, who))) if forbids.clone().all(|policy| lifted_by(policy).is_some()) => {
                Decision::NeedsApproval { who, how_many }
            }
            _ => Decision::Refuse,
        };
        let mut reasons: Vec<Reason> = deciding.iter().map(|policy| reason_of(policy, void)).collect();
        if reasons.is_empty() {
            reasons.push(Reason {
                policy: "code".into(),
                code: "E0301".into(),
                why: "no guard policy permits this".into(),
                instead: "add a policy that permits it, or act by hand".into(),
            });
        }
        StepJudgement { step: step.id.clone(), decision, reasons }
    }

    fn ask(&self, parts: Parts) -> Result<cedar_policy::Response, String> {
        let principal = uid("Selvedge::Agent", "agent")?;
        let action = uid("Selvedge::Action", &parts.action)?;
        let resource = uid(&format!("Selvedge::{}", parts.resource_type), &parts.resource_id)?;
        let entities = serde_json::json!([
            {
                "uid": { "type": format!("Selvedge::{}", parts.resource_type), "id": parts.resource_id },
                "attrs": parts.resource,
                "parents": [],
            },
            { "uid": { "type": "Selvedge::Agent", "id": "agent" }, "attrs": {}, "parents": [] },
        ]);
        let entities = Entities::from_json_value(entities, Some(&self.schema)).map_err(|e| e.to_string())?;
        let context =
            Context::from_json_value(parts.context, Some((&self.schema, &action))).map_err(|e| e.to_string())?;
        let request =
            Request::new(principal, action, resource, context, Some(&self.schema)).map_err(|e| e.to_string())?;
        Ok(Authorizer::new().is_authorized(&request, &self.policies, &entities))
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|e| e.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// How many people lift this forbid, and who.
fn lifted_by(policy: &Policy) -> Option<(u32, String)> {
    let count = policy.annotation("approvals")?.parse().ok()?;
    Some((count, policy.annotation("who").unwrap_or("an operator").to_owned()))
}

fn reason_of(policy: &Policy, void: &[String]) -> Reason {
    let mut why = policy.annotation("reason").unwrap_or_default().to_owned();
    let lifted = lifted_by(policy);
    if lifted.is_some() && !void.is_empty() {
        why = format!("{why}; {}", void.join("; "));
    }
    let instead = match (policy.annotation("instead"), &lifted) {
        (Some(instead), _) => instead.to_owned(),
        (None, Some(_)) => "have the plan approved (selvedge approve), then run respond again".into(),
        (None, None) => String::new(),
    };
    let code = if lifted.is_some() { "E0302" } else { "E0301" };
    Reason { policy: policy.id().to_string(), code: code.into(), why, instead }
}

fn refused(step: &Step, refusal: &Refusal) -> StepJudgement {
    let reason = Reason {
        policy: "code".into(),
        code: refusal.code.clone(),
        why: refusal.why.clone(),
        instead: refusal.instead.clone(),
    };
    StepJudgement { step: step.id.clone(), decision: Decision::Refuse, reasons: vec![reason] }
}

fn unjudged(why: &str) -> Refusal {
    Refusal::new(
        "E0308",
        format!("the guard's policies could not be evaluated: {}", quote_for_log(why)),
        "nothing is done without a judgement; check the guard policies, then run the command again",
    )
}

fn step_of<'a>(plan: &'a Plan, id: &StepId) -> Result<&'a Step, Refusal> {
    plan.step(id).ok_or_else(|| {
        Refusal::new("E0304", format!("the plan has no step {}", quote_for_log(&id.0)), "this is a defect; report it")
    })
}

fn target_of<'a>(step: &Step, facts: &'a GuardFacts) -> Result<&'a TargetFacts, Refusal> {
    let target = step.action.target();
    facts.targets.get(&target.id).ok_or_else(|| {
        Refusal::new(
            "E0305",
            format!("{} was not read; nothing is done to what is not known", quote_for_log(&target.name)),
            "see to it that it can be read, then run the command again",
        )
    })
}

fn may_act(facts: &GuardFacts) -> Result<(), Refusal> {
    if facts.kill_switch {
        return Err(Refusal::new(
            "E0306",
            "the kill switch is on",
            "turn it off in the configuration once you know why it was turned on",
        ));
    }
    match facts.mode {
        Mode::Act => Ok(()),
        Mode::DryRun => Err(Refusal::new("E0307", "this is a dry run", "run respond with --apply to act")),
    }
}

/// The first reason of a judgement that does not allow.
fn allowed(judged: StepJudgement) -> Result<(), Refusal> {
    if judged.decision == Decision::Allow {
        return Ok(());
    }
    // A reason that approval cannot lift says more than one that it can.
    let first = judged.reasons.iter().find(|r| r.code != "E0302").or_else(|| judged.reasons.first());
    Err(first.map_or_else(
        || unjudged("no reason was given"),
        |reason| {
            let why = match reason.policy.as_str() {
                "code" => reason.why.clone(),
                policy => format!("{} (guard policy {policy})", reason.why),
            };
            Refusal::new(&reason.code, why, reason.instead.clone())
        },
    ))
}
