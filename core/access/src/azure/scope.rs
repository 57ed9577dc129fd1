//! Scopes of Azure: the root, management groups, subscriptions, resource groups,
//! resources and their children, and what lies above each.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const MANAGEMENT_GROUP: &str = "/providers/microsoft.management/managementgroups/";
const SUBSCRIPTION: &str = "/subscriptions/";

/// Longest scope that is read, in bytes. Azure's are far below 4 KB (recalled).
const MAX_BYTES: usize = 8 * 1024;

/// A scope's id, lower-cased, without a slash at the end. Ids compare without
/// case. The root is `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Scope(String);

/// What kind of scope it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// `/`.
    Root,
    /// `/providers/Microsoft.Management/managementGroups/NAME`.
    ManagementGroup,
    /// `/subscriptions/ID`.
    Subscription,
    /// `/subscriptions/ID/resourceGroups/NAME`.
    ResourceGroup,
    /// Anything below, or a resource of the tenant.
    Resource,
}

impl Scope {
    /// The root.
    pub fn root() -> Self {
        Self("/".into())
    }

    /// A scope as Azure writes it.
    ///
    /// # Errors
    /// Says why the text is no scope.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err("longer than any scope".into());
        }
        if !text.starts_with('/') {
            return Err("a scope starts with /".into());
        }
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        if lower.is_empty() {
            return Ok(Self::root());
        }
        let segments: Vec<&str> = lower.split('/').skip(1).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err("an empty part in a scope".into());
        }
        if boundaries(&segments).last() != Some(&segments.len()) {
            return Err("no id of a management group, subscription, resource group or resource".into());
        }
        Ok(Self(lower))
    }

    /// The id, lower-cased.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its kind.
    pub fn kind(&self) -> ScopeKind {
        if self.0 == "/" {
            return ScopeKind::Root;
        }
        if self.0.strip_prefix(MANAGEMENT_GROUP).is_some_and(|name| !name.contains('/')) {
            return ScopeKind::ManagementGroup;
        }
        let segments: Vec<&str> = self.0.split('/').skip(1).collect();
        match segments.as_slice() {
            ["subscriptions", _] => ScopeKind::Subscription,
            ["subscriptions", _, "resourcegroups", _] => ScopeKind::ResourceGroup,
            _ => ScopeKind::Resource,
        }
    }

    /// The subscription it is in or is, if any.
    pub fn subscription(&self) -> Option<Self> {
        let id = self.0.strip_prefix(SUBSCRIPTION)?.split('/').next()?;
        Some(Self(format!("{SUBSCRIPTION}{id}")))
    }

    /// Itself and what contains it by its id alone, innermost first: down to the
    /// subscription or management group, without root and group chain.
    pub fn enclosing(&self) -> Vec<Self> {
        let segments: Vec<&str> = self.0.split('/').skip(1).collect();
        let mut out: Vec<Self> = boundaries(&segments)
            .into_iter()
            .filter_map(|end| segments.get(..end))
            .map(|part| Self(format!("/{}", part.join("/"))))
            .collect();
        out.reverse();
        out
    }

    /// Whether `self` lies in `outer` or is it, by the ids alone.
    pub fn is_within(&self, outer: &Self) -> bool {
        outer.0 == "/" || self == outer || self.0.strip_prefix(&outer.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The innermost enclosing resource of that type (`microsoft.storage/storageaccounts`).
    pub fn enclosing_of_type(&self, resource_type: &str) -> Option<Self> {
        let (namespace, kind) = resource_type.split_once('/')?;
        self.enclosing().into_iter().find(|scope| {
            let mut back = scope.0.rsplit('/').skip(1);
            back.next().is_some_and(|last| last.eq_ignore_ascii_case(kind))
                && back.next().is_some_and(|last| last.eq_ignore_ascii_case(namespace))
        })
    }
}

/// How many segments each scope on the way to this one has. Stops where the
/// segments are no id.
fn boundaries(segments: &[&str]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at: usize = match segments {
        ["subscriptions", _, "resourcegroups", _, ..] => {
            out.push(2);
            out.push(4);
            4
        }
        ["subscriptions", _, ..] => {
            out.push(2);
            2
        }
        _ => 0,
    };
    loop {
        let rest = segments.get(at..).unwrap_or_default();
        let taken: usize = match rest {
            ["providers", _, _, _, ..] => 4,
            // A child: after a resource, not right behind a subscription.
            [kind, _, ..] if out.last() == Some(&at) && *kind != "providers" && at > 4 => 2,
            [kind, _, ..] if *kind != "providers" && at == 4 && segments.first() == Some(&"providers") => 2,
            _ => return out,
        };
        at = at.saturating_add(taken);
        out.push(at);
    }
}

/// Which management group each subscription and management group is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hierarchy {
    parents: BTreeMap<Scope, Scope>,
    /// Management groups that are in no other.
    tops: BTreeSet<Scope>,
}

impl Hierarchy {
    /// Puts `child` into the management group `parent`; the last word counts.
    pub fn insert(&mut self, child: Scope, parent: Scope) {
        self.parents.insert(child, parent);
    }

    /// Says that the management group is in no other.
    pub fn insert_top(&mut self, group: Scope) {
        self.tops.insert(group);
    }

    /// Whether the chain above `scope` is known up to its end.
    pub fn knows(&self, scope: &Scope) -> bool {
        if scope.subscription().is_none() && scope.kind() != ScopeKind::ManagementGroup {
            return true;
        }
        let above = self.above(scope);
        above.iter().rev().nth(1).is_some_and(|last| self.tops.contains(last))
    }

    /// Itself and all above it, innermost first, the root last. A chain that bites
    /// its tail ends there.
    pub fn above(&self, scope: &Scope) -> Vec<Scope> {
        let mut out = scope.enclosing();
        let mut seen = BTreeSet::new();
        let mut at = out.last().cloned();
        while let Some(child) = at {
            at = self.parents.get(&child).filter(|parent| seen.insert((*parent).clone())).cloned();
            out.extend(at.clone());
        }
        out.push(Scope::root());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn enclosing_scopes() {
        let nic = "/subscriptions/S/resourceGroups/R/providers/N.S/t/n";
        for (text, expect) in [
            ("/", vec!["/"]),
            ("/subscriptions/S/", vec!["/subscriptions/s"]),
            (
                nic,
                vec![
                    "/subscriptions/s/resourcegroups/r/providers/n.s/t/n",
                    "/subscriptions/s/resourcegroups/r",
                    "/subscriptions/s",
                ],
            ),
            (
                "/subscriptions/s/providers/N.S/t/n/c/m/providers/E.X/u/v",
                vec![
                    "/subscriptions/s/providers/n.s/t/n/c/m/providers/e.x/u/v",
                    "/subscriptions/s/providers/n.s/t/n/c/m",
                    "/subscriptions/s/providers/n.s/t/n",
                    "/subscriptions/s",
                ],
            ),
            (
                "/providers/Microsoft.Management/managementGroups/M",
                vec!["/providers/microsoft.management/managementgroups/m"],
            ),
            ("/providers/N.S/t/n/c/m", vec!["/providers/n.s/t/n/c/m", "/providers/n.s/t/n"]),
        ] {
            let got: Vec<String> = scope(text).enclosing().iter().map(|s| s.as_str().to_owned()).collect();
            let got = if text == "/" { vec!["/".to_owned()] } else { got };
            assert_eq!(got, expect, "{text}");
        }
    }

    #[test]
    fn what_is_no_scope() {
        for text in [
            "",
            "x",
            "/subscriptions",
            "/subscriptions/s/resourceGroups",
            "/subscriptions//x",
            "/foo/bar",
            "/subscriptions/s/foo/bar",
            "/subscriptions/s/resourceGroups/r/foo/bar",
            "/subscriptions/s/resourceGroups/r/providers/n/t",
        ] {
            assert!(Scope::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_circle_of_management_groups_ends() {
        let group = |name: &str| scope(&format!("/providers/Microsoft.Management/managementGroups/{name}"));
        let mut hierarchy = Hierarchy::default();
        hierarchy.insert(scope("/subscriptions/s"), group("a"));
        hierarchy.insert(group("a"), group("b"));
        hierarchy.insert(group("b"), group("a"));
        let above = hierarchy.above(&scope("/subscriptions/s/resourceGroups/r"));
        assert_eq!(
            above,
            [
                scope("/subscriptions/s/resourceGroups/r"),
                scope("/subscriptions/s"),
                group("a"),
                group("b"),
                Scope::root()
            ]
        );
    }

    #[test]
    fn types() {
        let blob = scope(
            "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c",
        );
        let account = blob.enclosing_of_type("Microsoft.Storage/storageAccounts").unwrap();
        assert!(account.as_str().ends_with("/storageaccounts/a"));
        assert!(blob.is_within(&account) && !account.is_within(&blob));
        assert_eq!(blob.enclosing_of_type("Microsoft.KeyVault/vaults"), None);
    }
}
