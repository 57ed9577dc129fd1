//! Azure RBAC: what a principal may do at a scope.
//!
//! Source: Azure RBAC documentation, "overview", "role-definitions",
//! "deny-assignments". Assignments at a scope count below it. A deny assignment
//! beats every grant. Of the rest one suffices: an assignment in force to the
//! principal or a group it is in, of a role with a block that covers the action,
//! and whose conditions hold. Behind that stand locks and policies, for everybody.

mod layers;
mod model;
mod notes;

pub use model::{
    ClassicAdministrator, Clause, DenyAssignment, EVERYONE, Lock, LockLevel, Permission, PolicyDeny, RoleAssignment,
    RoleDefinition, State, last_part,
};
pub use notes::Note;

use super::action::normalize;
use super::condition::Context;
use super::directory::{Directory, Principal};
use super::read::{Item, Problem, list};
use super::scope::{Hierarchy, Scope, ScopeKind};
use crate::answer::Decision;
use crate::truth::{Missing, Truth};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The role that all of a subscription's classic administrators had in effect.
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// Whether a disabled principal is asked about with a token that it already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Token {
    /// Not said: for a disabled principal the answer then stays open.
    #[default]
    Unsaid,
    /// It must get one first.
    New,
    /// It has one that has not run out.
    Held,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRequest {
    /// The principal's object id.
    pub principal: String,
    /// Such as `Microsoft.Compute/virtualMachines/start/action`.
    pub action: String,
    /// Whether it is one of the data plane.
    pub is_data: bool,
    /// Where.
    pub scope: Scope,
    /// What conditions may ask for; the action is put in.
    pub context: Context,
    /// When; needed only where something is limited in time.
    pub at: Option<Timestamp>,
    /// Whether there is a token.
    pub token: Token,
}

impl AccessRequest {
    /// An action of the control plane, in an open context, at no particular time.
    pub fn control(principal: &str, action: &str, scope: Scope) -> Self {
        Self {
            principal: principal.to_ascii_lowercase(),
            action: action.to_owned(),
            is_data: false,
            scope,
            context: Context::open(),
            at: None,
            token: Token::default(),
        }
    }

    /// An action of the data plane, likewise.
    pub fn data(principal: &str, action: &str, scope: Scope) -> Self {
        Self { is_data: true, ..Self::control(principal, action, scope) }
    }

    /// With what conditions may ask for.
    pub fn with_context(self, context: Context) -> Self {
        Self { context, ..self }
    }

    /// With the time.
    pub fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }
}

/// Why a verdict fell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessReason {
    /// A role grants it and nothing stands against it.
    Granted,
    /// No role grants it.
    NoRole,
    /// A deny assignment.
    DenyAssignment,
    /// A lock.
    Locked,
    /// An Azure Policy.
    Policy,
    /// The principal is disabled and gets no token.
    Disabled,
    /// Something is missing.
    Undecided,
}

/// What decided, or could have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The assignment's, lock's or policy's id.
    pub id: String,
    /// The role's GUID, for a role assignment.
    pub definition: Option<String>,
    /// Through whom: the principal itself or a group.
    pub principal: Option<String>,
}

/// The verdict with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessAnswer {
    /// The verdict.
    #[serde(flatten)]
    pub decision: Decision,
    /// Why.
    pub reason: AccessReason,
    /// What decided, by id.
    pub decided_by: Vec<Cause>,
    /// What else one should know.
    pub notes: Vec<Note>,
}

/// All that decides over access in Azure, indexed.
#[derive(Debug, Clone, Default)]
pub struct Rbac {
    open: bool,
    definitions: BTreeMap<String, RoleDefinition>,
    assignments: Vec<RoleAssignment>,
    by_principal: BTreeMap<String, Vec<usize>>,
    /// Principals of which an assignment says that they are groups.
    groups: BTreeSet<String>,
    denials: BTreeMap<Scope, Vec<DenyAssignment>>,
    classic: BTreeMap<Scope, Vec<ClassicAdministrator>>,
    locks: BTreeMap<Scope, Vec<Lock>>,
    policies: BTreeMap<Scope, Vec<PolicyDeny>>,
    hierarchy: Hierarchy,
    global_administrators: BTreeSet<String>,
    /// Entries that could grant and cannot be read.
    unread_grants: BTreeSet<Missing>,
    /// Entries that could refuse and cannot be read.
    unread_refusals: BTreeSet<Missing>,
}

impl Rbac {
    /// Reads `roleDefinitions`, `roleAssignments`, `roleEligibilities`,
    /// `denyAssignments`, `classicAdministrators`, `locks`, `policies`,
    /// `managementGroups` (with `details.parent.id` or `parent`), `subscriptions`
    /// (with `managementGroup`), in ARM's form, and `globalAdministrators`, a list
    /// of object ids. Complete unless it says `"open": true`.
    ///
    /// What cannot be read is a problem, and leaves every answer open that it
    /// could have changed.
    pub fn read(input: &Value) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut out = Self { open: input.get("open") == Some(&Value::Bool(true)), ..Self::default() };
        out.read_grants(input, &mut problems);
        out.read_refusals(input, &mut problems);
        out.read_hierarchy(input, &mut problems);
        (out, problems)
    }

    fn read_grants(&mut self, input: &Value, problems: &mut Vec<Problem>) {
        for item in self.grants_under(input, "roleDefinitions", problems) {
            // An assignment of a role that is not there is open anyway.
            match RoleDefinition::read(&item, problems) {
                Ok(definition) => drop(self.definitions.insert(definition.id.clone(), definition)),
                Err(problem) => problems.push(problem),
            }
        }
        for (key, state) in [
            ("roleAssignments", State::Active),
            ("roleAssignmentScheduleInstances", State::Active),
            ("roleEligibilities", State::Eligible),
            ("roleEligibilityScheduleInstances", State::Eligible),
        ] {
            for item in self.grants_under(input, key, problems) {
                match RoleAssignment::read(&item, state, problems) {
                    Ok(assignment) => self.insert(assignment),
                    Err(problem) => {
                        if state == State::Active {
                            self.unread_grants.insert(unread(&problem));
                        }
                        problems.push(problem);
                    }
                }
            }
        }
        for item in self.grants_under(input, "classicAdministrators", problems) {
            match ClassicAdministrator::read(&item) {
                Ok(Some(one)) => self.classic.entry(one.scope.clone()).or_default().push(one),
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        match input.get("globalAdministrators") {
            None | Some(Value::Null) => {}
            Some(Value::Array(ids)) => {
                self.global_administrators =
                    ids.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect();
            }
            Some(_) => problems.push(Problem { at: "/globalAdministrators".into(), why: "must be a list".into() }),
        }
    }

    fn read_refusals(&mut self, input: &Value, problems: &mut Vec<Problem>) {
        for item in self.refusals_under(input, "denyAssignments", problems) {
            let read = DenyAssignment::read(&item, problems);
            self.keep(read, problems, |out, one: DenyAssignment| {
                out.denials.entry(one.scope.clone()).or_default().push(one);
            });
        }
        for item in self.refusals_under(input, "locks", problems) {
            let read = Lock::read(&item);
            self.keep(read, problems, |out, one: Lock| out.locks.entry(one.scope.clone()).or_default().push(one));
        }
        for item in self.refusals_under(input, "policies", problems) {
            let read = PolicyDeny::read(&item);
            self.keep(read, problems, |out, one: PolicyDeny| {
                out.policies.entry(one.scope.clone()).or_default().push(one);
            });
        }
    }

    fn grants_under<'a>(&mut self, input: &'a Value, key: &str, problems: &mut Vec<Problem>) -> Vec<Item<'a>> {
        let (items, problem) = list(input, key);
        self.unread_grants.extend(problem.iter().map(unread));
        problems.extend(problem);
        items
    }

    fn refusals_under<'a>(&mut self, input: &'a Value, key: &str, problems: &mut Vec<Problem>) -> Vec<Item<'a>> {
        let (items, problem) = list(input, key);
        self.unread_refusals.extend(problem.iter().map(unread));
        problems.extend(problem);
        items
    }

    fn keep<T>(
        &mut self,
        read: Result<Option<T>, Problem>,
        problems: &mut Vec<Problem>,
        put: impl FnOnce(&mut Self, T),
    ) {
        match read {
            Ok(Some(one)) => put(self, one),
            Ok(None) => {}
            Err(problem) => {
                self.unread_refusals.insert(unread(&problem));
                problems.push(problem);
            }
        }
    }

    fn read_hierarchy(&mut self, input: &Value, problems: &mut Vec<Problem>) {
        for (key, names) in [("managementGroups", ["parent", "id"]), ("subscriptions", ["managementGroup", "id"])] {
            let (items, problem) = list(input, key);
            if let Some(problem) = problem {
                self.open = true;
                problems.push(problem);
            }
            for item in items {
                match read_parent(&item, names) {
                    Ok((child, Some(parent))) => self.hierarchy.insert(child, parent),
                    Ok((child, None)) if item.get("details").is_some() => self.hierarchy.insert_top(child),
                    Ok(_) => {}
                    Err(problem) => {
                        // Somewhere a chain is not known.
                        self.open = true;
                        problems.push(problem);
                    }
                }
            }
        }
    }

    /// Adds an assignment.
    pub fn insert(&mut self, assignment: RoleAssignment) {
        if assignment.to_group {
            self.groups.insert(assignment.principal.clone());
        }
        self.by_principal.entry(assignment.principal.clone()).or_default().push(self.assignments.len());
        self.assignments.push(assignment);
    }

    /// Assignments to principals that do not exist: nobody has them. Empty if the
    /// directory is not complete.
    pub fn orphans<'a>(&'a self, directory: &'a Directory) -> impl Iterator<Item = &'a RoleAssignment> {
        self.assignments.iter().filter(|one| directory.is_complete() && directory.principal(&one.principal).is_none())
    }

    /// The roles, by GUID.
    pub fn definition(&self, id: &str) -> Option<&RoleDefinition> {
        self.definitions.get(&last_part(id))
    }

    /// Whether the principal may do it, and why.
    pub fn evaluate(&self, directory: &Directory, request: &AccessRequest) -> AccessAnswer {
        let asked = Asked::new(self, directory, request);
        let mut answer = self.decide(&asked);
        answer.notes = self.notes(&asked, &answer);
        answer
    }

    /// The answer without its notes.
    fn decide(&self, asked: &Asked<'_>) -> AccessAnswer {
        let denied = self.denied(asked);
        if !denied.certain.is_empty() {
            return AccessAnswer::settled(Decision::Deny, AccessReason::DenyAssignment, denied.certain);
        }
        let granted = self.granted(asked);
        let nobody = asked.principal.is_none() && asked.directory.is_complete();
        if nobody || (granted.certain.is_empty() && granted.missing.is_empty()) {
            return AccessAnswer::settled(Decision::Deny, AccessReason::NoRole, Vec::new());
        }
        let mut open = Tally::default();
        if granted.certain.is_empty() {
            open.absorb(&granted);
        }
        open.absorb(&denied);
        for (layer, reason) in self.layers(asked) {
            if !layer.certain.is_empty() {
                return AccessAnswer::settled(Decision::Deny, reason, layer.certain);
            }
            open.absorb(&layer);
        }
        open.missing.extend(self.unread_refusals.iter().cloned());
        if open.missing.is_empty() {
            return AccessAnswer::settled(Decision::Allow, AccessReason::Granted, granted.certain);
        }
        AccessAnswer::settled(Decision::Unknown { missing: open.missing }, AccessReason::Undecided, open.possible)
    }

    fn denied(&self, asked: &Asked<'_>) -> Tally {
        let mut tally = Tally::default();
        for deny in self.reaching(&self.denials, asked) {
            let truth = self.denies(deny, asked);
            tally.add(truth, Cause { id: deny.id.clone(), definition: None, principal: None });
        }
        tally
    }

    fn denies(&self, deny: &DenyAssignment, asked: &Asked<'_>) -> Truth {
        if deny.only_here && deny.scope != asked.request.scope {
            return Truth::No;
        }
        let covers = covers(&deny.permissions, asked);
        if covers == Truth::No {
            return Truth::No;
        }
        let everyone = deny.principals.contains_key(EVERYONE);
        let whom = if everyone { Truth::Yes } else { asked.is_any_of(&deny.principals) };
        let spared = asked.is_any_of(&deny.excluded);
        let condition = Clause::holds(deny.condition.as_ref(), &asked.context);
        whom.and(spared.negate()).and(covers).and(condition).and(self.reaches(&deny.scope, asked))
    }

    fn granted(&self, asked: &Asked<'_>) -> Tally {
        let mut tally = Tally::default();
        for assignment in self.assignments_of(asked) {
            if assignment.state == State::Active {
                tally.add(self.grants(assignment, asked), cause(assignment));
            }
        }
        self.classic_grants(asked, &mut tally);
        tally.missing.extend(self.unread_grants.iter().cloned());
        tally
    }

    /// The assignments to the principal, its groups, and groups it may be in, that
    /// reach the scope.
    fn assignments_of<'a>(&'a self, asked: &'a Asked<'_>) -> impl Iterator<Item = &'a RoleAssignment> {
        // Groups that nobody collected: only in an incomplete directory.
        let strange = (!asked.directory.is_complete()).then_some(&self.groups);
        let strange = strange.into_iter().flatten().filter(|id| asked.is_strange(id));
        let ids = asked.identities.iter().chain(&asked.possible).chain(strange);
        let all = ids.filter_map(|id| self.by_principal.get(id)).flatten().filter_map(|at| self.assignments.get(*at));
        all.filter(|one| self.may_reach(&one.scope, asked))
    }

    fn grants(&self, assignment: &RoleAssignment, asked: &Asked<'_>) -> Truth {
        let Some(definition) = self.definitions.get(&assignment.definition) else {
            let missing = Missing::NotCollected(format!("role definition {}", assignment.definition));
            return Truth::unknown(missing).and(assignment.in_force(asked.request.at));
        };
        let covers = covers(&definition.permissions, asked);
        if covers == Truth::No {
            return Truth::No;
        }
        let member = asked.is(&assignment.principal);
        let condition = Clause::holds(assignment.condition.as_ref(), &asked.context);
        let in_force = assignment.in_force(asked.request.at);
        covers.and(member).and(condition).and(in_force).and(self.reaches(&assignment.scope, asked))
    }

    /// Classic administrators are retired, but subscriptions may list them still:
    /// whether they work is not known.
    fn classic_grants(&self, asked: &Asked<'_>, tally: &mut Tally) {
        if asked.request.is_data {
            return;
        }
        let Some(upn) = asked.principal.and_then(|principal| principal.upn.as_deref()) else {
            return;
        };
        for one in asked.above.iter().filter_map(|scope| self.classic.get(scope)).flatten() {
            if one.email.eq_ignore_ascii_case(upn) {
                let why = "whether a retired classic administrator still has access";
                let cause = Cause { id: one.id.clone(), definition: Some(OWNER.into()), principal: None };
                tally.add(Truth::unsupported(why), cause);
            }
        }
    }

    /// Whether what stands at `scope` counts where it is asked: yes for what
    /// contains it, unknown for a management group where the chain is not known.
    fn reaches(&self, scope: &Scope, asked: &Asked<'_>) -> Truth {
        if asked.above.contains(scope) {
            Truth::Yes
        } else if self.may_reach(scope, asked) {
            Truth::unknown(Missing::NotCollected(format!("management groups above {}", asked.request.scope.as_str())))
        } else {
            Truth::No
        }
    }

    /// What of `all` stands above where it is asked, or may.
    fn reaching<'a, T>(
        &'a self,
        all: &'a BTreeMap<Scope, Vec<T>>,
        asked: &'a Asked<'_>,
    ) -> impl Iterator<Item = &'a T> {
        let sure = asked.above.iter().filter_map(|scope| all.get(scope));
        let is_open = self.open && !asked.is_chain_known;
        let more = all.iter().filter(move |(scope, _)| is_open && scope.kind() == ScopeKind::ManagementGroup);
        let more = more.filter(|(scope, _)| !asked.above.contains(scope)).map(|(_, entries)| entries);
        sure.chain(more).flatten()
    }

    fn may_reach(&self, scope: &Scope, asked: &Asked<'_>) -> bool {
        asked.above.contains(scope)
            || (self.open && scope.kind() == ScopeKind::ManagementGroup && !asked.is_chain_known)
    }
}

/// What the entry that cannot be read leaves open.
fn unread(problem: &Problem) -> Missing {
    Missing::Unreadable(format!("{}: {}", problem.at, problem.why))
}

/// A management group or subscription and what it is in, if that is said.
fn read_parent(item: &Item<'_>, names: [&str; 2]) -> Result<(Scope, Option<Scope>), Problem> {
    let [parent, id] = names;
    let child = Scope::parse(item.text(id)?).map_err(|why| item.problem(id, &why))?;
    let nested = item.get("details").and_then(|details| details.get("parent")).or_else(|| item.get(parent));
    let text = match nested {
        None | Some(Value::Null) => return Ok((child, None)),
        Some(Value::String(text)) => Some(text.as_str()),
        Some(other) => other.get("id").and_then(Value::as_str),
    };
    let text = text.ok_or_else(|| item.problem(parent, "must be an id"))?;
    let parent_scope = Scope::parse(text).map_err(|why| item.problem(parent, &why))?;
    if parent_scope.kind() != ScopeKind::ManagementGroup {
        return Err(item.problem(parent, "must be a management group"));
    }
    Ok((child, Some(parent_scope)))
}

fn cause(assignment: &RoleAssignment) -> Cause {
    Cause {
        id: assignment.id.clone(),
        definition: Some(assignment.definition.clone()),
        principal: Some(assignment.principal.clone()),
    }
}

/// Whether any block covers the action, its own condition holding.
fn covers(permissions: &[Permission], asked: &Asked<'_>) -> Truth {
    let blocks = permissions.iter().filter(|block| block.covers(&asked.action, asked.request.is_data));
    Truth::any(blocks.map(|block| Clause::holds(block.condition.as_ref(), &asked.context)))
}

/// A request with what follows from it.
struct Asked<'a> {
    request: &'a AccessRequest,
    directory: &'a Directory,
    principal: Option<&'a Principal>,
    action: String,
    context: Context,
    /// The principal and its groups.
    identities: BTreeSet<String>,
    /// Groups that it may be in.
    possible: BTreeSet<String>,
    /// The scope and all above it, innermost first.
    above: Vec<Scope>,
    is_chain_known: bool,
}

impl<'a> Asked<'a> {
    fn new(rbac: &Rbac, directory: &'a Directory, request: &'a AccessRequest) -> Self {
        let identities = directory.identities(&request.principal);
        let above = rbac.hierarchy.above(&request.scope);
        let is_chain_known = rbac.hierarchy.knows(&request.scope);
        Self {
            request,
            directory,
            principal: directory.principal(&request.principal),
            action: normalize(&request.action),
            context: request.context.clone().with_action(request.action.trim()),
            possible: directory.possible_groups(&identities),
            identities,
            above,
            is_chain_known,
        }
    }

    /// Whether nobody knows the principal: it may be a group with anyone in it.
    fn is_strange(&self, id: &str) -> bool {
        !self.identities.contains(id) && self.directory.principal(id).is_none()
    }

    /// Whether an Entra role that was given to `holders` is the principal's: it
    /// counts for direct members of a group only.
    fn holds_directly(&self, holders: &BTreeSet<String>) -> bool {
        let mut groups = self.directory.direct_groups(&self.request.principal);
        holders.contains(&self.request.principal) || groups.any(|group| holders.contains(group))
    }

    /// Whether the one who asks is that principal or in that group.
    fn is(&self, id: &str) -> Truth {
        if self.identities.contains(id) {
            Truth::Yes
        } else if self.possible.contains(id) || (self.is_strange(id) && !self.directory.is_complete()) {
            Truth::unknown(Missing::NotCollected(format!("members of group {id}")))
        } else {
            Truth::No
        }
    }

    /// Ids, each with whether it may be a group's.
    fn is_any_of(&self, ids: &BTreeMap<String, bool>) -> Truth {
        let own = |id: &String, may_be_group: bool| may_be_group || self.identities.contains(id);
        Truth::any(ids.iter().filter(|(id, group)| own(id, **group)).map(|(id, _)| self.is(id)))
    }
}

/// What is certain, what is possible, and what is missing.
#[derive(Debug, Default)]
struct Tally {
    certain: Vec<Cause>,
    possible: Vec<Cause>,
    missing: BTreeSet<Missing>,
}

impl Tally {
    fn add(&mut self, truth: Truth, cause: Cause) {
        match truth {
            Truth::No => {}
            Truth::Yes => self.certain.push(cause),
            Truth::Unknown(missing) => {
                self.possible.push(cause);
                self.missing.extend(missing);
            }
        }
    }

    fn absorb(&mut self, other: &Self) {
        self.possible.extend(other.possible.iter().cloned());
        self.missing.extend(other.missing.iter().cloned());
    }
}

impl AccessAnswer {
    fn settled(decision: Decision, reason: AccessReason, mut decided_by: Vec<Cause>) -> Self {
        decided_by.sort();
        decided_by.dedup();
        Self { decision, reason, decided_by, notes: Vec::new() }
    }
}
