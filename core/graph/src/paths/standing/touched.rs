//! A change of an estate's picture, entity by entity, and what of the ways hangs on it.

use crate::estate::View;
use crate::estate::inventory::{Ground, Item, Link};
use crate::paths::aws::world::{has_keys, is_actor};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// Entities and relations as they are from now on; `None` where they are gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Entities.
    pub items: BTreeMap<EntityId, Option<Item>>,
    /// Relations.
    pub relations: BTreeMap<Link, Option<Ground>>,
}

impl Delta {
    /// What makes one picture of another, such as that of a newer export.
    pub fn between(old: &View, new: &View) -> Self {
        Self { items: differences(&old.items, &new.items), relations: differences(&old.relations, &new.relations) }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.relations.is_empty()
    }

    /// Makes the change, and gives what undoes it.
    pub fn apply(self, view: &mut View) -> Self {
        let mut out = Self::default();
        for (id, item) in self.items {
            let old = match item {
                Some(item) => view.items.insert(id.clone(), item),
                None => view.items.remove(&id),
            };
            out.items.insert(id, old);
        }
        for (link, ground) in self.relations {
            let old = match ground {
                Some(ground) => view.relations.insert(link.clone(), ground),
                None => view.relations.remove(&link),
            };
            out.relations.insert(link, old);
        }
        out
    }
}

fn differences<K: Ord + Clone, V: PartialEq + Clone>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
) -> BTreeMap<K, Option<V>> {
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), None));
    let come = new.iter().filter(|(key, value)| old.get(*key) != Some(*value));
    gone.chain(come.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

/// What is to be looked at again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Users and roles of AWS.
    pub(super) actors: BTreeSet<EntityId>,
    /// Groups of AWS.
    pub(super) groups: BTreeSet<EntityId>,
    /// Policies of AWS that are attached or that limit.
    pub(super) policies: BTreeSet<EntityId>,
    /// Role assignments of Azure.
    pub(super) assignments: BTreeSet<EntityId>,
    /// The objects that they are of.
    pub(super) assigned: BTreeSet<String>,
    /// All between the clouds that hangs on documents.
    pub(super) between: bool,
    /// All of Azure and Entra.
    pub(super) azure: bool,
    /// All there is.
    pub(super) everything: bool,
}

impl Touched {
    /// By a change that was made: `undo` has how it was, `view` how it is.
    pub(super) fn of(undo: &Delta, view: &View) -> Self {
        let mut out = Self::default();
        for (id, was) in &undo.items {
            out.item(id, was.as_ref(), view.items.get(id));
        }
        for (link, was) in &undo.relations {
            if was.as_ref() != view.relations.get(link) {
                out.relation(link, |id| view.items.contains_key(id) && !undo.items.contains_key(id));
            }
        }
        let keys = undo.items.keys().any(|id| id.kind == EntityKind::AccessKey);
        if keys
            && (!has_keys(view) || undo.items.iter().all(|(id, was)| id.kind != EntityKind::AccessKey || was.is_none()))
        {
            out.everything = true;
        }
        out
    }

    fn item(&mut self, id: &EntityId, was: Option<&Item>, is: Option<&Item>) {
        use EntityKind as K;
        let word = is.or(was).map(|item| item.word.as_str()).unwrap_or_default();
        match id.kind {
            K::IamRole | K::IamUser if is_actor(id) => drop(self.actors.insert(id.clone())),
            K::IamGroup => drop(self.groups.insert(id.clone())),
            K::Policy if word.starts_with("iam:") => drop(self.policies.insert(id.clone())),
            K::AccessKey => self.between = true,
            K::EntraUser | K::EntraGroup | K::ServicePrincipal | K::Application => {
                (self.azure, self.between) = (true, true);
            }
            _ if word.starts_with("graph:") => (self.azure, self.between) = (true, true),
            _ if word == "arm:role-assignment" => {
                self.assignments.insert(id.clone());
                let held = [was, is].into_iter().flatten().filter_map(|item| item.text("principalId"));
                self.assigned.extend(held.map(str::to_ascii_lowercase));
            }
            _ if word == "arm:role-eligibility" || word == "arm:deny-assignment" || word == "arm:role-definition" => {
                self.azure = true;
            }
            _ => self.everything = true,
        }
    }

    fn relation(&mut self, (from, kind, to): &Link, is_known: impl Fn(&EntityId) -> bool) {
        use EdgeKind as E;
        use EntityKind as K;
        let is_of_entra = matches!(from.kind, K::EntraUser | K::EntraGroup | K::ServicePrincipal | K::Application);
        match (kind, from.kind, to.kind) {
            (E::Attached | E::BoundedBy | E::MemberOf, K::IamRole | K::IamUser, _) => {
                self.actors.insert(from.clone());
            }
            (E::Attached, K::IamGroup, _) => drop(self.groups.insert(from.clone())),
            (E::Holds, K::IamRole | K::IamUser, K::AccessKey) => {
                self.actors.insert(from.clone());
                self.between = true;
            }
            // Service principals that only a trust policy names are tried for others, too.
            (E::Trusts, _, K::ServicePrincipal) => self.between = true,
            // Where identities lie and whom they trust is read from the documents themselves.
            (E::In | E::Trusts, K::IamRole | K::IamUser | K::IamGroup, _) => {}
            (E::In, K::Policy, _) => {}
            // Whom an assignment is of, and where it is good, is read from itself.
            (E::Assigned, _, _) if is_known(from) && to.key.contains("/roleassignments/") => {}
            (E::Grants | E::In, _, _) if from.key.contains("/roleassignments/") => {}
            (E::Assigned, _, K::PermissionSet) => self.between = true,
            (E::MemberOf, _, K::IdentityCenterGroup) => self.between = true,
            (E::MemberOf | E::Assigned | E::Owns | E::InstanceOf, _, _) if is_of_entra => {
                (self.azure, self.between) = (true, true);
            }
            _ => self.everything = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Attr;

    #[test]
    fn what_is_applied_is_undone() {
        let id = |name: &str| EntityId::new(EntityKind::IamRole, format!("arn:aws:iam::1:role/{name}"));
        let item = |name: &str, text: &str| {
            let mut item = crate::paths::twin::blank(&id(name), "iam:role", name);
            item.attributes.insert("x".into(), Attr::text(text));
            item
        };
        let link = |a: &str, b: &str| (id(a), EdgeKind::Attached, id(b));
        let mut view = View::default();
        view.items.insert(id("a"), item("a", "1"));
        view.items.insert(id("b"), item("b", "1"));
        view.relations.insert(link("a", "b"), Ground::default());
        let mut other = view.clone();
        other.items.insert(id("a"), item("a", "2"));
        other.items.remove(&id("b"));
        other.items.insert(id("c"), item("c", "1"));
        other.relations.clear();
        other.relations.insert(link("a", "c"), Ground::default());
        let was = view.clone();
        let undo = Delta::between(&view, &other).apply(&mut view);
        assert_eq!(view, other);
        assert_eq!(undo.items.len(), 3);
        assert_eq!(undo, undo.clone().apply(&mut view).apply(&mut view));
        undo.apply(&mut view);
        assert_eq!(view, was);
    }
}
