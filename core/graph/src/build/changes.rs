//! Events that change the estate: what was made, altered, joined, taken apart.
//!
//! They are applied in the order of time, whatever order they arrived in. A fact
//! carries less than its record, and so does the graph:
//!
//! - A call to AWS names one thing (`AwsUse::target`). Of `AttachRolePolicy` the
//!   role is known and not the policy, of `CreateAccessKey` the user and not the
//!   key, of calls about IAM groups nothing; they show as `changed`.
//! - A role or user is named without its path. If the inventory does not have it,
//!   its ARN is made without one.
//! - An operation in Azure says that it wrote, not what: neither the principal nor
//!   the role of a role assignment, nor whether a resource is new.
//! - Entra's audit names the objects, not which values changed.

use super::session_id;
use crate::estate::View;
use crate::factset::FactSet;
use crate::store::{Edge, EdgeKind, Graph};
use selvedge_model::fact::{ArmUse, AwsUse, Cite, EntraChange, RoleAssumption};
use selvedge_model::{EntityId, EntityKind, EventId, Fact, Timestamp, arn};
use std::collections::BTreeMap;

/// Applies all changes of a set.
pub(super) fn apply(graph: &mut Graph, view: &View, set: &FactSet) {
    let mut facts: Vec<(Timestamp, EventId, &Fact)> =
        set.facts().map(|fact| (fact.cite().at, fact.cite().event, fact)).collect();
    facts.sort_unstable_by_key(|(at, event, _)| (*at, *event));
    let names = Names::of(view);
    let mut changes = Changes { graph, names };
    for (.., fact) in facts {
        match fact {
            Fact::AwsUse(used) => changes.aws(used),
            Fact::ArmUse(used) => changes.arm(used),
            Fact::EntraChange(change) => changes.entra(change),
            Fact::RoleAssumption(assumption) => changes.assumed(assumption),
            Fact::SignIn(_) | Fact::Signal(_) | Fact::Portal(_) => {}
        }
    }
}

/// Entities of the inventory by what events call them.
struct Names<'a> {
    /// IAM principals by account and name.
    iam: BTreeMap<(EntityKind, &'a str, &'a str), &'a EntityId>,
    /// Objects of the directory that the inventory knows by another id, by object id.
    objects: BTreeMap<(EntityKind, &'a str), &'a EntityId>,
    /// Keys and secrets by account and name.
    stores: BTreeMap<(EntityKind, &'a str, &'a str), &'a EntityId>,
}

impl<'a> Names<'a> {
    fn of(view: &'a View) -> Self {
        let mut names = Self { iam: BTreeMap::new(), objects: BTreeMap::new(), stores: BTreeMap::new() };
        for item in view.items.values() {
            let account = item.scope.as_ref().filter(|scope| scope.kind == EntityKind::AwsAccount);
            let account = account.map_or("", |scope| scope.key.as_str());
            match item.id.kind {
                EntityKind::IamRole | EntityKind::IamUser => {
                    names.iam.insert((item.id.kind, account, item.name.as_str()), &item.id);
                }
                EntityKind::CryptoKey | EntityKind::Secret | EntityKind::Function => {
                    names.stores.insert((item.id.kind, account, item.name.as_str()), &item.id);
                    if let Some(id) = item.text("KeyId") {
                        names.stores.insert((item.id.kind, account, id), &item.id);
                    }
                }
                EntityKind::Application | EntityKind::Device | EntityKind::RoleDefinition => {
                    if let Some(object) = item.text("id") {
                        names.objects.insert((item.id.kind, object), &item.id);
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// An IAM principal by name.
    fn iam(&self, kind: EntityKind, account: &str, name: &str) -> EntityId {
        if name.starts_with("arn:") {
            return EntityId::aws(name);
        }
        let word = if kind == EntityKind::IamRole { "role" } else { "user" };
        let made = || EntityId::new(kind, format!("arn:aws:iam::{account}:{word}/{name}"));
        self.iam.get(&(kind, account, name)).map_or_else(made, |id| (*id).clone())
    }

    /// A key, secret or function by ARN, id or name.
    fn store(&self, kind: EntityKind, account: &str, name: &str) -> EntityId {
        if name.starts_with("arn:") {
            return EntityId::new(kind, name);
        }
        let made = || EntityId::new(kind, format!("{account}/{name}"));
        self.stores.get(&(kind, account, name)).map_or_else(made, |id| (*id).clone())
    }
}

/// What a change does to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It was made.
    Begins,
    /// It was deleted.
    Ends,
    /// It was altered.
    Alters,
    /// It was read or used.
    Reads,
}

/// The thing that a call to AWS is about and what the call does to it.
fn effect(used: &AwsUse, names: &Names<'_>) -> Option<(EntityId, Effect)> {
    let target = used.target.as_deref().filter(|target| !target.is_empty())?;
    let operation = used.operation.as_str();
    let is = |words: &[&str]| words.iter().any(|word| operation.contains(word));
    let changing = match operation {
        _ if used.read_only => Effect::Reads,
        _ if operation.starts_with("Create") => Effect::Begins,
        _ if operation.starts_with("Delete") => Effect::Ends,
        _ => Effect::Alters,
    };
    // Only a call about the thing itself makes or ends it.
    let alone = |names: &[&str]| if names.contains(&operation) { changing } else { Effect::Alters };
    match used.service.as_str() {
        "iam.amazonaws.com" if used.read_only => None,
        "iam.amazonaws.com" if target.starts_with("arn:aws:iam") && target.contains(":policy/") && is(&["Policy"]) => {
            Some((EntityId::aws(target), alone(&["DeletePolicy"])))
        }
        "iam.amazonaws.com" if is(&["Role"]) => {
            let role = names.iam(EntityKind::IamRole, &used.account, target);
            Some((role, alone(&["CreateRole", "DeleteRole", "CreateServiceLinkedRole"])))
        }
        "iam.amazonaws.com" if is(&["User", "AccessKey", "LoginProfile", "MFADevice"]) => {
            let user = names.iam(EntityKind::IamUser, &used.account, target);
            Some((user, alone(&["CreateUser", "DeleteUser"])))
        }
        "s3.amazonaws.com" if !used.read_only && is(&["Bucket", "PublicAccessBlock"]) => {
            Some((EntityId::new(EntityKind::Bucket, target), alone(&["CreateBucket", "DeleteBucket"])))
        }
        "kms.amazonaws.com" => {
            let reads = is(&["Decrypt", "GenerateDataKey", "ReEncrypt", "Encrypt"]);
            let effect = if reads { Effect::Reads } else { alone(&[]) };
            (reads || !used.read_only).then(|| (names.store(EntityKind::CryptoKey, &used.account, target), effect))
        }
        "secretsmanager.amazonaws.com" => {
            let reads = is(&["GetSecretValue"]);
            let effect = if reads { Effect::Reads } else { alone(&["DeleteSecret"]) };
            (reads || !used.read_only).then(|| (names.store(EntityKind::Secret, &used.account, target), effect))
        }
        "lambda.amazonaws.com" if !used.read_only => {
            let effect = if is(&["CreateFunction2", "DeleteFunction2"]) { changing } else { Effect::Alters };
            Some((names.store(EntityKind::Function, &used.account, target), effect))
        }
        _ => None,
    }
}

struct Changes<'a> {
    graph: &'a mut Graph,
    names: Names<'a>,
}

impl Changes<'_> {
    fn connect(&mut self, from: &EntityId, kind: EdgeKind, to: &EntityId, cite: &Cite) {
        if !from.key.is_empty() && !to.key.is_empty() {
            let edge = Edge { from: from.clone(), kind, to: to.clone() };
            self.graph.connect(edge, Some(cite.at), cite.record.as_str(), None);
        }
    }

    /// An edge that a record says to hold from now on, or to have ended.
    fn turn(&mut self, from: &EntityId, kind: EdgeKind, to: &EntityId, cite: &Cite, begins: bool) {
        let edge = Edge { from: from.clone(), kind, to: to.clone() };
        let is_new = self.graph.facts(&edge).is_none();
        self.connect(from, kind, to, cite);
        let Some(mut facts) = self.graph.facts_mut(&edge) else { return };
        if begins {
            facts.validity.begin(cite.at);
        } else {
            // Until then it held, though nothing that was read says since when.
            facts.stated |= is_new;
            facts.validity.end(cite.at);
        }
    }

    fn aws(&mut self, used: &AwsUse) {
        if used.error.is_some() {
            return;
        }
        let caller = match (&used.session, used.principal_type.as_str()) {
            (Some(key), _) => session_id(key),
            (None, "IAMUser") => EntityId::new(EntityKind::IamUser, used.principal_arn.clone()),
            (None, "Root") => EntityId::aws_account(&used.account),
            _ => return,
        };
        if caller.kind == EntityKind::IamUser && !caller.key.is_empty() {
            let name = || arn::Arn::parse(&used.principal_arn).map(|arn| arn.name().to_owned());
            self.graph.name_if_nameless(&caller, name);
            self.connect(&caller, EdgeKind::In, &EntityId::aws_account(&used.account), &used.cite);
            if !used.access_key_id.is_empty() {
                let key = EntityId::new(EntityKind::AccessKey, used.access_key_id.clone());
                self.connect(&caller, EdgeKind::Holds, &key, &used.cite);
            }
            if let (true, Some(bucket)) = (used.service == "s3.amazonaws.com", &used.target) {
                let bucket = EntityId::new(EntityKind::Bucket, bucket.clone());
                self.connect(&caller, EdgeKind::Accessed, &bucket, &used.cite);
            }
        }
        let Some((thing, effect)) = effect(used, &self.names) else { return };
        self.affect(&caller, &thing, effect, &used.cite);
        if effect == Effect::Begins {
            self.connect(&thing, EdgeKind::In, &EntityId::aws_account(&used.account), &used.cite);
        }
    }

    fn affect(&mut self, who: &EntityId, thing: &EntityId, effect: Effect, cite: &Cite) {
        let kind = if effect == Effect::Reads { EdgeKind::Accessed } else { EdgeKind::Changed };
        self.connect(who, kind, thing, cite);
        self.graph.name_if_nameless(thing, || arn::Arn::parse(&thing.key).map(|arn| arn.name().to_owned()));
        if matches!(effect, Effect::Alters | Effect::Reads) {
            return;
        }
        let mut entity = self.graph.entity(thing.clone());
        if effect == Effect::Begins {
            entity.validity.begin(cite.at);
        } else {
            entity.validity.end(cite.at);
        }
        entity.evidence.insert(cite.record.as_str().to_owned());
    }

    /// What STS gave out shows whom a role trusts.
    fn assumed(&mut self, assumption: &RoleAssumption) {
        if let Some(provider) = assumption.provider_arn.as_deref().filter(|arn| arn.starts_with("arn:")) {
            let role = EntityId::new(EntityKind::IamRole, assumption.role_arn.clone());
            let provider = EntityId::new(EntityKind::IdentityProvider, provider);
            self.connect(&role, EdgeKind::Trusts, &provider, &assumption.cite);
        }
    }

    fn arm(&mut self, used: &ArmUse) {
        let who = if used.upn.is_empty() {
            EntityId::new(EntityKind::ServicePrincipal, used.object_id.clone())
        } else {
            EntityId::entra_user(&used.tenant, &used.object_id)
        };
        let thing = EntityId::arm(&used.resource);
        let ends = used.operation.ends_with("/delete") && used.status.eq_ignore_ascii_case("succeeded");
        self.affect(&who, &thing, if ends { Effect::Ends } else { Effect::Alters }, &used.cite);
        // An assignment is about the scope that its id begins with.
        if let Some((scope, _)) = thing.key.split_once("/providers/microsoft.authorization/roleassignments/") {
            self.connect(&thing, EdgeKind::Grants, &EntityId::arm(scope), &used.cite);
        }
    }

    fn entra(&mut self, change: &EntraChange) {
        let who = if change.initiator_upn.is_empty() {
            EntityId::new(EntityKind::ServicePrincipal, change.initiator_id.clone())
        } else {
            EntityId::entra_user(&change.tenant, &change.initiator_id)
        };
        let targets: Vec<EntityId> =
            change.targets.iter().filter_map(|(kind, id)| self.object(&change.tenant, kind, id)).collect();
        let effect = match change.activity.to_ascii_lowercase().as_str() {
            "add user"
            | "add group"
            | "add application"
            | "add service principal"
            | "add device"
            | "restore user"
            | "restore group"
            | "restore application" => Effect::Begins,
            "delete user"
            | "delete group"
            | "delete application"
            | "remove service principal"
            | "delete device"
            | "hard delete user"
            | "hard delete group"
            | "hard delete application" => Effect::Ends,
            _ => Effect::Alters,
        };
        for target in &targets {
            self.affect(&who, target, effect, &change.cite);
        }
        self.join(change, &targets);
    }

    /// Memberships, roles and owners. Source: Entra audit activities, category
    /// GroupManagement, RoleManagement, ApplicationManagement.
    fn join(&mut self, change: &EntraChange, targets: &[EntityId]) {
        let activity = change.activity.to_ascii_lowercase();
        let begins = activity.starts_with("add ");
        if !begins && !activity.starts_with("remove ") {
            return;
        }
        let of = |kinds: &[EntityKind]| targets.iter().find(|target| kinds.contains(&target.kind));
        let whole = of(&[EntityKind::EntraGroup, EntityKind::RoleDefinition, EntityKind::Application]);
        let principals = [EntityKind::EntraUser, EntityKind::ServicePrincipal, EntityKind::Device];
        let (kind, whole) = match whole {
            Some(group) if activity.contains("member") && group.kind == EntityKind::EntraGroup => {
                (EdgeKind::MemberOf, group)
            }
            Some(role) if activity.contains("eligible member") => (EdgeKind::EligibleFor, role),
            Some(role) if activity.contains("member") && role.kind == EntityKind::RoleDefinition => {
                (EdgeKind::Assigned, role)
            }
            Some(owned) if activity.contains("owner") => (EdgeKind::Owns, owned),
            _ => return,
        };
        if let Some(part) = of(&principals) {
            let (part, whole) = (part.clone(), whole.clone());
            self.turn(&part, kind, &whole, &change.cite, begins);
        }
    }

    /// An object of the directory by the word of its type and its object id.
    fn object(&self, tenant: &str, kind: &str, id: &str) -> Option<EntityId> {
        if id.is_empty() {
            return None;
        }
        let kind = match kind.to_ascii_lowercase().as_str() {
            "user" => return Some(EntityId::entra_user(tenant, id)),
            "group" => EntityKind::EntraGroup,
            "application" => EntityKind::Application,
            "serviceprincipal" => EntityKind::ServicePrincipal,
            "device" => EntityKind::Device,
            "role" => EntityKind::RoleDefinition,
            "policy" => EntityKind::Policy,
            _ => return None,
        };
        let known = self.names.objects.get(&(kind, id));
        Some(known.map_or_else(|| EntityId::new(kind, id), |known| (*known).clone()))
    }
}
