//! The digital twin: a fork of the estate's picture to which changes are made without touching
//! anything, and what is gained and lost by them.

use super::net::Edge;
use super::rule::Ways;
use super::survey::Survey;
use crate::estate::inventory::{Ground, Item};
use crate::estate::{Attr, Estate, View};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One change of an estate. Principals, policies and resources are named by ARN, ARM id or object
/// id, as the inventory has them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// A policy is attached to a principal of AWS.
    Attach {
        /// Whom to.
        principal: String,
        /// Its ARN.
        policy: String,
    },
    /// A policy is taken from a principal of AWS.
    Detach {
        /// Whom from.
        principal: String,
        /// Its ARN, or the name of an inline one.
        policy: String,
    },
    /// An inline policy is written.
    PutPolicy {
        /// Of whom.
        principal: String,
        /// Its name.
        name: String,
        /// Its document.
        document: Value,
    },
    /// A managed policy or one of an organization gets another document.
    SetDocument {
        /// Its ARN or id.
        policy: String,
        /// The document.
        document: Value,
    },
    /// A role gets another trust policy.
    SetTrust {
        /// Its ARN.
        role: String,
        /// The document.
        document: Value,
    },
    /// A resource gets another policy of its own; `null` takes it away.
    SetResourcePolicy {
        /// Its ARN or bucket name.
        resource: String,
        /// The document.
        document: Value,
    },
    /// A principal gets a permissions boundary; `null` takes it away.
    SetBoundary {
        /// Whom.
        principal: String,
        /// Its ARN.
        policy: Option<String>,
    },
    /// A principal is put into a group.
    Join {
        /// Who.
        principal: String,
        /// Which group.
        group: String,
    },
    /// A principal is taken out of a group.
    Leave {
        /// Who.
        principal: String,
        /// Which group.
        group: String,
    },
    /// A role of Azure is assigned.
    Assign {
        /// To whom: an object id.
        principal: String,
        /// The role definition's GUID.
        role: String,
        /// Where.
        scope: String,
    },
    /// Something is deleted: a principal, a policy, an assignment, a credential.
    Remove {
        /// What.
        entity: String,
    },
    /// Somebody else has the credentials of a principal.
    Steal {
        /// Whose.
        entity: String,
    },
}

/// What follows from changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Ways that are there after the changes and were not before.
    pub gained: Vec<Edge>,
    /// Ways that are gone.
    pub lost: Vec<Edge>,
    /// Who reaches which goals, and did not before.
    pub reaches: Vec<Reached>,
    /// Who no longer does.
    pub cut: Vec<Reached>,
    /// Of stolen credentials, all that is in reach: by the principal's id.
    pub stolen: BTreeMap<String, Vec<EntityId>>,
}

/// Somebody and a goal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reached {
    /// Who.
    pub from: EntityId,
    /// What.
    pub goal: EntityId,
}

/// A fork of an estate's picture.
pub struct Twin<'a> {
    estate: &'a Estate,
    view: View,
    stolen: Vec<EntityId>,
}

impl<'a> Twin<'a> {
    /// As the estate is.
    pub fn new(estate: &'a Estate, view: View) -> Self {
        Self { estate, view, stolen: Vec::new() }
    }

    /// The picture as it is now.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Makes a change.
    ///
    /// # Errors
    /// What the change names and is not there.
    pub fn apply(&mut self, change: &Change) -> Result<(), String> {
        match change {
            Change::Attach { principal, policy } => {
                let (from, to) = (self.known(principal)?, self.known(policy)?);
                self.relate(&from, EdgeKind::Attached, &to);
            }
            Change::Detach { principal, policy } => {
                let from = self.known(principal)?;
                let inline = EntityId::new(EntityKind::Policy, format!("{}/inline/{policy}", from.key));
                let to = if self.view.items.contains_key(&inline) { inline } else { EntityId::aws(policy) };
                self.unrelate(&from, EdgeKind::Attached, &to)?;
            }
            Change::PutPolicy { principal, name, document } => {
                let from = self.known(principal)?;
                let to = EntityId::new(EntityKind::Policy, format!("{}/inline/{name}", from.key));
                let item = self.view.items.entry(to.clone()).or_insert_with(|| blank(&to, "iam:inline-policy", name));
                item.attributes.insert("document".into(), Attr::whole(document));
                self.relate(&from, EdgeKind::Attached, &to);
            }
            Change::SetDocument { policy, document } => {
                let id = self.known(policy)?;
                self.set(&id, "document", Some(document));
            }
            Change::SetTrust { role, document } => {
                let id = self.known(role)?;
                self.set(&id, "AssumeRolePolicyDocument", Some(document));
            }
            Change::SetResourcePolicy { resource, document } => {
                let id = self.known(resource)?;
                self.set(&id, "policy", Some(document).filter(|document| !document.is_null()));
            }
            Change::SetBoundary { principal, policy } => {
                let from = self.known(principal)?;
                let to = policy.as_ref().map(|policy| self.known(policy)).transpose()?;
                self.view.relations.retain(|(a, kind, _), _| *a != from || *kind != EdgeKind::BoundedBy);
                if let Some(to) = to {
                    self.relate(&from, EdgeKind::BoundedBy, &to);
                }
            }
            Change::Join { principal, group } => {
                let (from, to) = (self.known(principal)?, self.known(group)?);
                self.relate(&from, EdgeKind::MemberOf, &to);
            }
            Change::Leave { principal, group } => {
                let (from, to) = (self.known(principal)?, self.known(group)?);
                self.unrelate(&from, EdgeKind::MemberOf, &to)?;
            }
            Change::Assign { principal, role, scope } => self.assign(principal, role, scope)?,
            Change::Remove { entity } => {
                let id = self.known(entity)?;
                self.view.items.remove(&id);
                self.view.relations.retain(|(from, _, to), _| *from != id && *to != id);
            }
            Change::Steal { entity } => {
                let id = self.known(entity)?;
                self.stolen.push(id);
            }
        }
        Ok(())
    }

    /// What follows, against how it was.
    pub fn outcome(&self, before: &Survey, was: &View, ways: &Ways) -> Outcome {
        let after = Survey::of(self.estate, &self.view, ways);
        let bare = |survey: &Survey| -> BTreeSet<(EntityId, EntityId, String)> {
            survey.net.edges().iter().map(|edge| (edge.from.clone(), edge.to.clone(), edge.way.clone())).collect()
        };
        let (old, new) = (bare(before), bare(&after));
        let only = |survey: &Survey, other: &BTreeSet<(EntityId, EntityId, String)>| -> Vec<Edge> {
            let edges = survey.net.edges().iter();
            edges
                .filter(|edge| !other.contains(&(edge.from.clone(), edge.to.clone(), edge.way.clone())))
                .cloned()
                .collect()
        };
        let (had, has) = (reached(before, was), reached(&after, &self.view));
        let stolen = self.stolen.iter().map(|id| {
            let reach = after.net.reach(&BTreeSet::from([id.clone()]));
            (id.key.clone(), reach.into_keys().cloned().collect())
        });
        Outcome {
            gained: only(&after, &old),
            lost: only(before, &new),
            reaches: has.difference(&had).cloned().collect(),
            cut: had.difference(&has).cloned().collect(),
            stolen: stolen.collect(),
        }
    }

    fn known(&self, what: &str) -> Result<EntityId, String> {
        let direct = [
            EntityId::aws(what),
            EntityId::arm(what),
            EntityId::new(EntityKind::Policy, what),
            EntityId::new(EntityKind::Bucket, what),
        ];
        if let Some(id) = direct.iter().find(|id| self.view.items.contains_key(*id)) {
            return Ok(id.clone());
        }
        super::ask::principal(&self.view, what).map_err(|found| match found.len() {
            0 => format!("nothing in the estate goes by {what}"),
            n => format!("{n} things go by {what}; name it by its ARN or id"),
        })
    }

    fn set(&mut self, id: &EntityId, key: &str, document: Option<&Value>) {
        let Some(item) = self.view.items.get_mut(id) else { return };
        match document {
            Some(document) => drop(item.attributes.insert(key.to_owned(), Attr::whole(document))),
            None => drop(item.attributes.remove(key)),
        }
    }

    fn relate(&mut self, from: &EntityId, kind: EdgeKind, to: &EntityId) {
        let ground = Ground { evidence: BTreeSet::from(["a change that was tried".to_owned()]), derived_by: None };
        self.view.relations.entry((from.clone(), kind, to.clone())).or_insert(ground);
    }

    fn unrelate(&mut self, from: &EntityId, kind: EdgeKind, to: &EntityId) -> Result<(), String> {
        let gone = self.view.relations.remove(&(from.clone(), kind, to.clone()));
        gone.map(drop).ok_or_else(|| format!("{} has no such relation to {}", from.key, to.key))
    }

    fn assign(&mut self, principal: &str, role: &str, scope: &str) -> Result<(), String> {
        let who = self.known(principal)?;
        let object = super::azure::object_id(&self.view, &who);
        let id =
            EntityId::arm(&format!("{scope}/providers/Microsoft.Authorization/roleAssignments/tried-{object}-{role}"));
        let mut item = blank(&id, "arm:role-assignment", "a change that was tried");
        for (key, value) in [("roleDefinitionId", role), ("principalId", object.as_str()), ("scope", scope)] {
            item.attributes.insert(key.to_owned(), Attr::text(value));
        }
        self.view.items.insert(id.clone(), item);
        self.relate(&who, EdgeKind::Assigned, &id);
        Ok(())
    }
}

fn blank(id: &EntityId, word: &str, name: &str) -> Item {
    Item {
        id: id.clone(),
        word: word.to_owned(),
        name: name.to_owned(),
        scope: None,
        region: None,
        created: None,
        attributes: BTreeMap::new(),
        sources: BTreeSet::new(),
        data_class: None,
        criticality: None,
    }
}

/// Who reaches which goals by more than having them.
fn reached(survey: &Survey, view: &View) -> BTreeSet<Reached> {
    let goals = survey.goals(view);
    let mut out = BTreeSet::new();
    for goal in goals.control.iter().chain(&goals.data) {
        let towards = survey.net.towards(&BTreeSet::from([goal.clone()]));
        out.extend(towards.nodes().map(|from| Reached { from: from.clone(), goal: goal.clone() }));
    }
    out
}
