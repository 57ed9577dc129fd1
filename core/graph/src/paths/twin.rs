//! The digital twin: a fork of the estate's picture to which changes are made without touching
//! anything, and what is gained and lost by them.

use super::aws::world::Links;
use super::net::Edge;
use super::rule::Ways;
use super::standing::{Delta, Reached, Shift, Standing};
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

/// A fork of an estate's picture. What follows from its changes is found anew, and nothing else.
pub struct Twin<'a> {
    standing: Standing<'a>,
    stolen: Vec<EntityId>,
}

impl<'a> Twin<'a> {
    /// As the estate is.
    pub fn new(estate: &'a Estate, view: View, ways: &'a Ways) -> Self {
        Self { standing: Standing::new(estate, view, ways), stolen: Vec::new() }
    }

    /// The picture as it is now.
    pub fn view(&self) -> &View {
        self.standing.view()
    }

    /// Makes a change.
    ///
    /// # Errors
    /// What the change names and is not there.
    pub fn apply(&mut self, change: &Change) -> Result<(), String> {
        let mut delta = Delta::default();
        match change {
            Change::Attach { principal, policy } => {
                let (from, to) = (self.known(principal)?, self.known(policy)?);
                self.relate(&mut delta, &from, EdgeKind::Attached, &to);
            }
            Change::Detach { principal, policy } => {
                let from = self.known(principal)?;
                let inline = EntityId::new(EntityKind::Policy, format!("{}/inline/{policy}", from.key));
                let to = if self.view().items.contains_key(&inline) { inline } else { EntityId::aws(policy) };
                self.unrelate(&mut delta, &from, EdgeKind::Attached, &to)?;
            }
            Change::PutPolicy { principal, name, document } => {
                let from = self.known(principal)?;
                let to = EntityId::new(EntityKind::Policy, format!("{}/inline/{name}", from.key));
                let known = self.view().items.get(&to).cloned();
                let mut item = known.unwrap_or_else(|| blank(&to, "iam:inline-policy", name));
                item.attributes.insert("document".into(), Attr::whole(document));
                delta.items.insert(to.clone(), Some(item));
                self.relate(&mut delta, &from, EdgeKind::Attached, &to);
            }
            Change::SetDocument { policy, document } => {
                let id = self.known(policy)?;
                self.set(&mut delta, &id, "document", Some(document));
            }
            Change::SetTrust { role, document } => {
                let id = self.known(role)?;
                self.set(&mut delta, &id, "AssumeRolePolicyDocument", Some(document));
            }
            Change::SetResourcePolicy { resource, document } => {
                let id = self.known(resource)?;
                self.set(&mut delta, &id, "policy", Some(document).filter(|document| !document.is_null()));
            }
            Change::SetBoundary { principal, policy } => {
                let from = self.known(principal)?;
                let to = policy.as_ref().map(|policy| self.known(policy)).transpose()?;
                for old in Links::of(self.view()).to(&from, EdgeKind::BoundedBy) {
                    delta.relations.insert((from.clone(), EdgeKind::BoundedBy, old.clone()), None);
                }
                if let Some(to) = to {
                    self.relate(&mut delta, &from, EdgeKind::BoundedBy, &to);
                }
            }
            Change::Join { principal, group } => {
                let (from, to) = (self.known(principal)?, self.known(group)?);
                self.relate(&mut delta, &from, EdgeKind::MemberOf, &to);
            }
            Change::Leave { principal, group } => {
                let (from, to) = (self.known(principal)?, self.known(group)?);
                self.unrelate(&mut delta, &from, EdgeKind::MemberOf, &to)?;
            }
            Change::Assign { principal, role, scope } => self.assign(&mut delta, principal, role, scope)?,
            Change::Remove { entity } => {
                let id = self.known(entity)?;
                let links = self.view().relations.keys().filter(|(from, _, to)| *from == id || *to == id);
                delta.relations.extend(links.map(|link| (link.clone(), None)));
                delta.items.insert(id, None);
            }
            Change::Steal { entity } => {
                let id = self.known(entity)?;
                self.stolen.push(id);
            }
        }
        self.standing.change(delta);
        Ok(())
    }

    /// What follows, against how it was when this was last asked.
    pub fn outcome(&mut self) -> Outcome {
        let Shift { gained, lost, reaches, cut, .. } = self.standing.settle();
        let stolen = self.stolen.iter().map(|id| (id.key.clone(), self.standing.reach(id)));
        Outcome { gained, lost, reaches, cut, stolen: stolen.collect() }
    }

    fn known(&self, what: &str) -> Result<EntityId, String> {
        let direct = [
            EntityId::aws(what),
            EntityId::arm(what),
            EntityId::new(EntityKind::Policy, what),
            EntityId::new(EntityKind::Bucket, what),
        ];
        if let Some(id) = direct.iter().find(|id| self.view().items.contains_key(*id)) {
            return Ok(id.clone());
        }
        super::ask::principal(self.view(), what).map_err(|found| match found.len() {
            0 => format!("nothing in the estate goes by {what}"),
            n => format!("{n} things go by {what}; name it by its ARN or id"),
        })
    }

    fn set(&self, delta: &mut Delta, id: &EntityId, key: &str, document: Option<&Value>) {
        let Some(mut item) = self.view().items.get(id).cloned() else { return };
        match document {
            Some(document) => drop(item.attributes.insert(key.to_owned(), Attr::whole(document))),
            None => drop(item.attributes.remove(key)),
        }
        delta.items.insert(id.clone(), Some(item));
    }

    fn relate(&self, delta: &mut Delta, from: &EntityId, kind: EdgeKind, to: &EntityId) {
        let link = (from.clone(), kind, to.clone());
        let known = self.view().relations.get(&link).cloned();
        let tried = || Ground { evidence: BTreeSet::from(["a change that was tried".to_owned()]), derived_by: None };
        delta.relations.insert(link, Some(known.unwrap_or_else(tried)));
    }

    fn unrelate(&self, delta: &mut Delta, from: &EntityId, kind: EdgeKind, to: &EntityId) -> Result<(), String> {
        let link = (from.clone(), kind, to.clone());
        if !self.view().relations.contains_key(&link) {
            return Err(format!("{} has no such relation to {}", from.key, to.key));
        }
        delta.relations.insert(link, None);
        Ok(())
    }

    fn assign(&self, delta: &mut Delta, principal: &str, role: &str, scope: &str) -> Result<(), String> {
        let who = self.known(principal)?;
        let object = super::azure::object_id(self.view(), &who);
        let id =
            EntityId::arm(&format!("{scope}/providers/Microsoft.Authorization/roleAssignments/tried-{object}-{role}"));
        let mut item = blank(&id, "arm:role-assignment", "a change that was tried");
        for (key, value) in [("roleDefinitionId", role), ("principalId", object.as_str()), ("scope", scope)] {
            item.attributes.insert(key.to_owned(), Attr::text(value));
        }
        delta.items.insert(id.clone(), Some(item));
        self.relate(delta, &who, EdgeKind::Assigned, &id);
        Ok(())
    }
}

pub(super) fn blank(id: &EntityId, word: &str, name: &str) -> Item {
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
