//! Who may do what in an estate: questions to the evaluators with all that the inventory says.

use super::aws::actions::Actions;
use super::aws::calls::{Aim, all};
use super::aws::world::{Actor, World, parsed};
use super::azure;
use super::rule::{Call, Form, Ways};
use crate::estate::{Estate, View};
use crate::store::EdgeKind;
use selvedge_access::azure::{AccessRequest, Scope};
use selvedge_access::policy::Kind;
use selvedge_access::request::Named;
use selvedge_access::{Decision, Reason, Request, evaluate};
use selvedge_model::{EntityId, EntityKind};
use serde::Serialize;
use std::collections::BTreeSet;

/// What an evaluator answered about one principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// Who.
    pub principal: EntityId,
    /// What was asked for.
    pub action: String,
    /// On what.
    pub resource: String,
    /// `allow`, `deny` or `unknown`.
    pub decision: &'static str,
    /// Why.
    pub reason: String,
    /// Statements or assignments that decided; of an implicit deny the kinds of policies that do
    /// not allow.
    pub by: Vec<String>,
    /// What would settle it.
    pub missing: Vec<String>,
}

/// An estate that can be asked.
pub struct Asking<'a> {
    view: &'a View,
    world: World,
    directory: azure::World,
}

impl<'a> Asking<'a> {
    /// Of an inventory and its picture.
    pub fn new(_estate: &'a Estate, view: &'a View, ways: &Ways) -> Self {
        let actions = Actions::new(ways.actions());
        Self { view, world: World::of(view, &actions), directory: azure::World::of(view) }
    }

    /// What was not exported and would matter.
    pub fn lacks(&self) -> BTreeSet<String> {
        let mut out = self.world.lacks();
        out.extend(self.directory.lacks.iter().cloned());
        out
    }

    /// Whether an action is one of Azure.
    fn is_azure(action: &str) -> bool {
        action.contains('/')
    }

    /// Everybody who may, or may perhaps.
    pub fn who_can(&self, action: &str, resource: &str) -> Vec<Answered> {
        let all: Vec<Answered> = if Self::is_azure(action) {
            let mut holders: BTreeSet<&String> = self.directory.assigned.keys().collect();
            let members: Vec<BTreeSet<String>> = holders.iter().map(|one| self.directory.members(one, true)).collect();
            holders.extend(members.iter().flatten());
            holders.into_iter().filter_map(|object| self.of_azure(object, action, resource)).collect()
        } else {
            self.world.actors.values().map(|actor| self.of_aws(actor, action, resource)).collect()
        };
        all.into_iter().filter(|one| one.decision != "deny").collect()
    }

    /// Whether one principal may; `None` if nobody of that id is known.
    pub fn explain(&self, principal: &EntityId, action: &str, resource: &str) -> Option<Answered> {
        if Self::is_azure(action) {
            let object = azure::object_id(self.view, principal);
            return self.of_azure(&object, action, resource);
        }
        self.world.actors.get(principal).map(|actor| self.of_aws(actor, action, resource))
    }

    fn of_aws(&self, actor: &Actor, action: &str, resource: &str) -> Answered {
        let owner = resource.split(':').nth(4).filter(|account| !account.is_empty());
        let held = self.scope_of(resource);
        let owner = owner.or(held.as_deref()).unwrap_or(&actor.account);
        let context = actor.context.clone();
        let request =
            Request::new(action, resource, context).by(actor.arn.clone()).between(Some(&actor.account), Some(owner));
        let policy = self.policy_of(action, resource);
        let answer = {
            let mut policies = actor.policies.borrow_mut();
            policies.resource = policy;
            let answer = evaluate(&policies, &request);
            policies.resource = None;
            answer
        };
        let (decision, missing) = split(&answer.decision);
        let cited = answer.decided_by.iter().map(|one| {
            let sid = one.sid.as_ref().map(|sid| format!("#{sid}")).unwrap_or_default();
            format!("{}.Statement[{}]{sid}", one.policy, one.index)
        });
        Answered {
            principal: actor.id.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            decision,
            reason: word(answer.reason).to_owned(),
            by: cited.chain(answer.lacking.iter().cloned()).collect(),
            missing,
        }
    }

    /// The account of a bucket, which no ARN of it tells.
    fn scope_of(&self, resource: &str) -> Option<String> {
        let item = self.view.items.get(&EntityId::aws(resource))?;
        item.scope.as_ref().map(|scope| scope.key.clone())
    }

    /// The policy of the resource itself.
    fn policy_of(&self, action: &str, resource: &str) -> Option<Named> {
        let id = EntityId::aws(resource);
        if action.to_ascii_lowercase().starts_with("sts:assumerole") {
            return self.world.actors.get(&id).and_then(|actor| actor.trust.clone());
        }
        let document = self.view.items.get(&id)?.attributes.get("policy")?;
        Some((format!("{} policy", id.key), parsed(Kind::Resource, document)))
    }

    fn of_azure(&self, object: &str, action: &str, resource: &str) -> Option<Answered> {
        let id = self.directory.ids.get(object)?;
        let scope = Scope::parse(resource).ok()?;
        let control = AccessRequest::control(object, action, scope.clone());
        let mut answer = self.directory.rbac.evaluate(&self.directory.directory, &control);
        if answer.decision == Decision::Deny {
            // The caller need not know whether an action is of the data plane.
            let data = AccessRequest::data(object, action, scope);
            let other = self.directory.rbac.evaluate(&self.directory.directory, &data);
            if other.decision != Decision::Deny {
                answer = other;
            }
        }
        let (decision, missing) = split(&answer.decision);
        let reason = serde_json::to_value(answer.reason).ok();
        let notes = answer.notes.iter().filter_map(|note| serde_json::to_string(note).ok());
        Some(Answered {
            principal: id.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            decision,
            reason: reason.and_then(|reason| reason.as_str().map(str::to_owned)).unwrap_or_default(),
            by: answer.decided_by.iter().map(|cause| format!("assignment {}", cause.id)).chain(notes).collect(),
            missing,
        })
    }

    /// Which of the calls that ways take a principal of AWS may make on something, each with a
    /// resource for which it may; `None` if nobody of that id is known.
    pub fn powers(&self, principal: &EntityId, ways: &Ways) -> Option<Vec<Answered>> {
        let actor = self.world.actors.get(principal)?;
        let mut out = Vec::new();
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        for way in ways.iter() {
            let passed = Call { action: "iam:PassRole".into(), on: vec!["arn:aws:iam::{account}:role/{new}".into()] };
            let also = matches!(way.form, Form::Pass { .. }).then_some(&passed);
            for call in way.calls().iter().chain(also) {
                let on = call.on.first().map_or("*", String::as_str);
                if !seen.insert((call.action.clone(), on.to_owned())) {
                    continue;
                }
                let on =
                    if matches!(on, "target" | "policy") || on.starts_with("target/") { own(&call.action) } else { on };
                let asked = Call { action: call.action.clone(), on: vec![on.to_owned()] };
                let Some(verdict) = all(&self.world, actor, &[asked], Aim::default()) else { continue };
                out.push(Answered {
                    principal: principal.clone(),
                    action: call.action.clone(),
                    resource: on.replace("{account}", &actor.account).replace("{region}", "*").replace("{new}", "*"),
                    decision: if verdict.is_certain() { "allow" } else { "unknown" },
                    reason: if verdict.is_certain() { "allow" } else { "unknown" }.into(),
                    by: verdict.by.into_iter().collect(),
                    missing: verdict.missing.iter().map(ToString::to_string).collect(),
                });
            }
        }
        out.sort_by(|a, b| (&a.action, &a.resource).cmp(&(&b.action, &b.resource)));
        out.dedup_by(|a, b| a.action == b.action && a.resource == b.resource);
        Some(out)
    }
}

/// Something that a call of IAM is about.
fn own(action: &str) -> &'static str {
    let name = action.to_ascii_lowercase();
    match name.split_once(':').map_or("", |(_, name)| name) {
        name if name.contains("group") => "arn:aws:iam::{account}:group/{new}",
        name if name.contains("policyversion") => "arn:aws:iam::{account}:policy/{new}",
        name if name.contains("user") || name.contains("key") || name.contains("profile") => {
            "arn:aws:iam::{account}:user/{new}"
        }
        _ => "arn:aws:iam::{account}:role/{new}",
    }
}

fn split(decision: &Decision) -> (&'static str, Vec<String>) {
    match decision {
        Decision::Allow => ("allow", Vec::new()),
        Decision::Deny => ("deny", Vec::new()),
        Decision::Unknown { missing } => ("unknown", missing.iter().map(ToString::to_string).collect()),
    }
}

fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::ExplicitDeny => "explicit-deny",
        Reason::ImplicitDeny => "implicit-deny",
        Reason::Allow | Reason::AlwaysAllowed => "allow",
        Reason::Undecided => "unknown",
    }
}

/// Where somebody's reach begins: with a principal or a thing by any of its names, with a session's
/// ARN at its role, with an access key at whom it belongs to.
///
/// # Errors
/// The candidates, where there is none or more than one.
pub fn start(view: &View, what: &str) -> Result<EntityId, Vec<EntityId>> {
    let parts: Vec<&str> = what.splitn(6, ':').collect();
    if let (Some(account), Some(rest)) = (parts.get(4), parts.get(5))
        && let Some(name) = rest.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next())
    {
        let own = |id: &&EntityId| {
            let mut arn = id.key.splitn(6, ':').skip(4);
            id.kind == EntityKind::IamRole && arn.next() == Some(account) && id.key.rsplit('/').next() == Some(name)
        };
        return view.items.keys().find(own).cloned().ok_or_else(Vec::new);
    }
    let key = EntityId::new(EntityKind::AccessKey, what);
    let holders = view.relations.keys().filter(|(_, kind, to)| *kind == EdgeKind::Holds && *to == key);
    let mut holders = holders.filter(|(from, ..)| matches!(from.kind, EntityKind::IamUser | EntityKind::IamRole));
    holders.next().map_or_else(|| principal(view, what), |(from, ..)| Ok(from.clone()))
}

/// The entity that a name means, among principals: a key, a UPN, an object id, a name that one has.
///
/// # Errors
/// The candidates, where there is none or more than one.
pub fn principal(view: &View, what: &str) -> Result<EntityId, Vec<EntityId>> {
    let wanted = what.to_lowercase();
    let is_principal = |kind: EntityKind| {
        use EntityKind as K;
        matches!(
            kind,
            K::IamUser | K::IamRole | K::IamGroup | K::EntraUser | K::EntraGroup | K::ServicePrincipal | K::Application
        )
    };
    let ids: BTreeSet<&EntityId> = view.items.keys().collect();
    if let Some(exact) = ids.iter().find(|id| id.key == what || crate::find::text(id).eq_ignore_ascii_case(what)) {
        return Ok((*exact).clone());
    }
    let named = |id: &EntityId| {
        let item = view.items.get(id);
        item.is_some_and(|item| item.name.to_lowercase() == wanted)
            || id.key.to_lowercase().rsplit('/').next() == Some(wanted.as_str())
    };
    let found: Vec<EntityId> = ids.into_iter().filter(|id| named(id)).cloned().collect();
    let principals: Vec<EntityId> = found.iter().filter(|id| is_principal(id.kind)).cloned().collect();
    match (principals.as_slice(), found.as_slice()) {
        ([one], _) => Ok(one.clone()),
        ([], [one]) => Ok(one.clone()),
        ([], _) => Err(found),
        _ => Err(principals),
    }
}
