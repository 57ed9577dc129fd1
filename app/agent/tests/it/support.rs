//! One small company: a role that two people use, a canary, one user in Entra;
//! and the plan that contains one of the two.

use selvedge_actions::plan::Wait;
use selvedge_actions::{
    Action, DenyScope, DenySession, DisableUser, Plan, RevokeSignInSessions, Step, StepId, StepPurpose,
};
use selvedge_agent::execute::{Blast, CaseFacts, Execution, Executor, RespondConfig, Seams, approve};
use selvedge_guard::{Guard, Mode};
use selvedge_model::{Confidence, Digest, IncidentId, SignedDuration, Timestamp};
use selvedge_ports::{Canary, CloudAct, CloudRead, Journal};
use selvedge_sim::{AwsCall, AwsSession, CallError, Place, RoleSpec, SimClock, SimCloud, UserSpec, run};
use selvedge_store::MemoryJournal;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const ROLE: &str = "MLDataEngineer";
pub(crate) const CANARY: &str = "SelvedgeCanary";
pub(crate) const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
pub(crate) const USER: &str = "5a1c93e4-0000-4f60-8d15-c3e97a40b62f";
pub(crate) const UPN: &str = "alice@contoso.com";
const READS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

pub(crate) struct World {
    pub(crate) clock: SimClock,
    pub(crate) cloud: SimCloud,
    pub(crate) guard: Guard,
    pub(crate) config: RespondConfig,
    pub(crate) alice: AwsSession,
    pub(crate) bystander: AwsSession,
    pub(crate) plan: Plan,
    pub(crate) case: CaseFacts,
}

pub(crate) fn arn(role: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{role}")
}

pub(crate) fn role(name: &str, path: &str) -> RoleSpec {
    RoleSpec {
        name: name.into(),
        path: path.into(),
        trust: TRUST.into(),
        inline: BTreeMap::from([("Reads".into(), READS.into())]),
        ..RoleSpec::default()
    }
}

pub(crate) fn world() -> World {
    let start: Timestamp = "2026-05-18T12:00:00Z".parse().unwrap();
    let clock = SimClock::new(start);
    let cloud = SimCloud::new(7, clock.clone());
    cloud.add_account(ACCOUNT);
    cloud.add_role(ACCOUNT, role(ROLE, ""));
    cloud.add_canary(ACCOUNT, CANARY);
    cloud.add_tenant(TENANT, true);
    cloud.add_user(
        TENANT,
        UserSpec {
            id: USER.into(),
            upn: UPN.into(),
            display_name: "Alice".into(),
            user_type: "Member".into(),
            on_premises: None,
        },
    );
    cloud.add_bucket(ACCOUNT, "ml-datasets", [("a".to_owned(), 10u64)]);
    let alice = cloud.assume_role(ACCOUNT, ROLE, UPN, "ec2.amazonaws.com").unwrap();
    let bystander = cloud.assume_role(ACCOUNT, ROLE, "bob@contoso.com", "ec2.amazonaws.com").unwrap();
    clock.advance(SignedDuration::from_mins(10));
    let canary = run(&clock, cloud.open(ACCOUNT)).unwrap().unwrap();
    let plan = plan(&alice, &canary.role_id, &canary.user_id, clock.now());
    let blast = Blast { principals: 1, sessions: 1 };
    let case = CaseFacts {
        join_confidence: Confidence::new(950),
        newest_evidence: clock.now(),
        blast: BTreeMap::from([(arn(ROLE), blast), (USER.to_owned(), blast)]),
    };
    let guard = Guard::load(
        include_str!("../../../../content/guard/schema.cedarschema"),
        &[("defaults.cedar", include_str!("../../../../content/guard/defaults.cedar"))],
    )
    .unwrap();
    let config = RespondConfig { canary_roles: BTreeSet::from([CANARY.to_owned()]), ..RespondConfig::default() };
    World { clock, cloud, guard, config, alice, bystander, plan, case }
}

fn deny(session: &AwsSession, scope: DenyScope, replaces_own: bool) -> Action {
    Action::DenySession(DenySession {
        account: ACCOUNT.into(),
        role_arn: session.role_arn.clone(),
        role_name: session.role_name.clone(),
        role_id: session.role_id.clone(),
        user_id: session.user_id(),
        policy_name: "SelvedgeDeny-1".into(),
        scope,
        replaces_own,
    })
}

fn step(id: &str, purpose: StepPurpose, action: Action, after: &[&str], restores: Option<&str>) -> Step {
    Step {
        id: StepId(id.into()),
        purpose,
        action,
        after: after.iter().map(|id| StepId((*id).into())).collect(),
        wait: Wait::None,
        restores: restores.map(|id| StepId(id.into())),
        why: "test".into(),
    }
}

pub(crate) fn revoke() -> Action {
    Action::RevokeSignInSessions(RevokeSignInSessions { tenant: TENANT.into(), user_id: USER.into(), upn: UPN.into() })
}

pub(crate) fn disable() -> Action {
    Action::DisableUser(DisableUser { tenant: TENANT.into(), user_id: USER.into(), upn: UPN.into() })
}

/// A deny of a session under the first policy's name.
pub(crate) fn deny_of(session: &AwsSession, scope: DenyScope, replaces_own: bool) -> Action {
    deny(session, scope, replaces_own)
}

/// A step that may be done at once.
pub(crate) fn step_of(id: &str, purpose: StepPurpose, action: Action) -> Step {
    step(id, purpose, action, &[], None)
}

/// A plan of one step.
pub(crate) fn single(action: Action, now: Timestamp) -> Plan {
    Plan {
        incident: IncidentId::new("INC-1"),
        parent: None,
        content: Digest::of(b"content"),
        snapshot: Digest::of(b"snapshot"),
        newest_evidence: now,
        steps: vec![step("s1", StepPurpose::Contain, action, &[], None)],
        evidence: vec![],
        made_at: now,
        expires_at: now + SignedDuration::from_hours(1),
    }
}

fn plan(alice: &AwsSession, canary_id: &str, canary_user: &str, now: Timestamp) -> Plan {
    let canary = Action::DenySession(DenySession {
        account: ACCOUNT.into(),
        role_arn: arn(CANARY),
        role_name: CANARY.into(),
        role_id: canary_id.into(),
        user_id: canary_user.into(),
        policy_name: "SelvedgeDeny-1".into(),
        scope: DenyScope::All,
        replaces_own: false,
    });
    let narrowed = || deny(alice, DenyScope::IssuedBeforeClosing, true);
    let mut last = step("s6", StepPurpose::Narrow, narrowed(), &["s5"], Some("s1"));
    last.wait = Wait::Seconds { secs: 60 };
    let mut plan = single(deny(alice, DenyScope::All, false), now);
    plan.steps.extend([
        step("s2", StepPurpose::Contain, revoke(), &[], None),
        step("s3", StepPurpose::Contain, disable(), &[], None),
        step("s4", StepPurpose::Canary, canary, &[], None),
        step("s5", StepPurpose::Narrow, narrowed(), &["s1", "s2", "s3"], Some("s1")),
        last,
    ]);
    plan
}

impl World {
    pub(crate) fn seams(&self) -> Seams<'_> {
        self.seams_over(&self.cloud, &self.cloud, &self.cloud)
    }

    pub(crate) fn seams_over<'a>(
        &'a self,
        read: &'a dyn CloudRead,
        act: &'a dyn CloudAct,
        canary: &'a dyn Canary,
    ) -> Seams<'a> {
        Seams { guard: &self.guard, config: &self.config, read, act, canary: Some(canary), clock: &self.clock }
    }

    pub(crate) fn approve(&self, journal: &mut dyn Journal) {
        approve(journal, &self.config, &self.plan, "bob@contoso.com", self.clock.now()).unwrap();
    }

    pub(crate) fn respond(&self, journal: &mut dyn Journal, mode: Mode) -> Execution {
        let executor = Executor::open(self.seams(), journal).unwrap();
        run(&self.clock, executor.respond(&self.plan, &self.case, mode)).unwrap()
    }

    pub(crate) fn resume(&self, journal: &mut dyn Journal) -> Execution {
        let executor = Executor::open(self.seams(), journal).unwrap();
        run(&self.clock, executor.resume(&self.plan.incident)).unwrap()
    }

    pub(crate) fn undo(&self, journal: &mut dyn Journal) -> Execution {
        let executor = Executor::open(self.seams(), journal).unwrap();
        run(&self.clock, executor.undo(&self.plan.incident, "bob@contoso.com")).unwrap()
    }

    /// Approved and carried out, in a new journal.
    pub(crate) fn contained(&self) -> (MemoryJournal, Execution) {
        let mut journal = MemoryJournal::new();
        self.approve(&mut journal);
        let execution = self.respond(&mut journal, Mode::Act);
        (journal, execution)
    }

    pub(crate) fn get(&self, session: &AwsSession) -> Result<(), CallError> {
        let from = Place::machine("203.0.113.77", "aws-cli/2.15");
        self.cloud.call(session, &from, &AwsCall::get_object("ml-datasets", "a")).map(|_| ())
    }

    pub(crate) fn received(&self) -> u64 {
        self.cloud.mutations().values().map(|count| count.received).sum()
    }
}

/// What a person reads of an execution, for snapshots.
pub(crate) fn shown(execution: &Execution) -> String {
    let mut lines = vec![format!("{:?}", execution.status)];
    lines.extend(execution.steps.iter().map(|step| format!("{} {:?}", step.step.0, step.progress)));
    lines.extend(execution.person_must.iter().map(|line| format!("- {line}")));
    lines.join("\n")
}
