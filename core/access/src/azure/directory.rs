//! Who there is: users, groups and service principals of an Entra tenant, and who
//! is a member of what.

use super::read::{Item, Problem, list};
use crate::truth::{Missing, Truth};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What kind of principal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum PrincipalKind {
    /// A person's account, guests too.
    User,
    /// A group.
    Group,
    /// An application's, or a legacy one.
    ServicePrincipal,
    /// A service principal that Azure keeps the credentials of.
    ManagedIdentity,
    /// An application's registration: what its credentials sign in as is its
    /// service principal.
    Application,
    /// Not said.
    Unknown,
}

impl PrincipalKind {
    fn read(text: Option<&str>) -> Self {
        match text.unwrap_or_default().trim_start_matches("#microsoft.graph.").to_ascii_lowercase().as_str() {
            "user" => Self::User,
            "group" => Self::Group,
            "serviceprincipal" => Self::ServicePrincipal,
            "application" => Self::Application,
            "managedidentity" | "msi" => Self::ManagedIdentity,
            _ => Self::Unknown,
        }
    }
}

/// One user, group or service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Object id, lower-cased.
    pub id: String,
    /// Its kind.
    pub kind: PrincipalKind,
    /// `None` if it is not said.
    pub enabled: Option<bool>,
    /// `userPrincipalName` or, for a service principal, nothing.
    pub upn: Option<String>,
    /// The application behind a service principal, lower-cased.
    pub app_id: Option<String>,
    /// Owners' object ids, lower-cased; `None` if they were not collected.
    pub owners: Option<BTreeSet<String>>,
    /// For a group: direct members, lower-cased; `None` if not collected.
    pub members: Option<BTreeSet<String>>,
    /// For a group: whether it may hold Entra roles; `None` if not said.
    pub role_assignable: Option<bool>,
    /// For a group: whether a rule decides who is in it.
    pub dynamic: bool,
    /// Whether it is kept in step with an on-premises directory, which then is the
    /// one to change it.
    pub synced: bool,
    /// Arns of the AWS SAML providers and roles that a service principal's app
    /// roles name.
    pub aws_roles: Vec<String>,
}

/// An Entra tenant's principals. What is read is complete unless it says
/// `"open": true`; the default knows nobody and is not complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    complete: bool,
    principals: BTreeMap<String, Principal>,
    /// Direct groups of each member.
    groups_of: BTreeMap<String, BTreeSet<String>>,
    /// Groups whose members were not collected.
    hollow: BTreeSet<String>,
}

impl Directory {
    /// Reads `users`, `groups`, `servicePrincipals`, `applications` (or `principals` with a
    /// `type`) in Graph's form; a group has `members`, the others may have
    /// `owners`: lists of ids, or of objects with an `id`.
    pub fn read(input: &Value) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut out = Self { complete: input.get("open") != Some(&Value::Bool(true)), ..Self::default() };
        for (key, kind) in [
            ("users", PrincipalKind::User),
            ("groups", PrincipalKind::Group),
            ("servicePrincipals", PrincipalKind::ServicePrincipal),
            ("applications", PrincipalKind::Application),
            ("principals", PrincipalKind::Unknown),
        ] {
            let (items, problem) = list(input, key);
            if let Some(problem) = problem {
                out.complete = false;
                problems.push(problem);
            }
            for item in items {
                match read_principal(&item, kind) {
                    Ok(principal) => out.insert(principal),
                    Err(problem) => {
                        // Somebody is there whom we cannot place.
                        out.complete = false;
                        problems.push(problem);
                    }
                }
            }
        }
        (out, problems)
    }

    /// Adds a principal, in place of one with the same id.
    pub fn insert(&mut self, principal: Principal) {
        if let Some(old) = self.principals.remove(&principal.id) {
            for member in old.members.iter().flatten() {
                self.groups_of.entry(member.clone()).or_default().remove(&old.id);
            }
        }
        match &principal.members {
            Some(members) => {
                self.hollow.remove(&principal.id);
                for member in members {
                    self.groups_of.entry(member.clone()).or_default().insert(principal.id.clone());
                }
            }
            None if principal.kind == PrincipalKind::Group => {
                self.hollow.insert(principal.id.clone());
            }
            None => {}
        }
        self.principals.insert(principal.id.clone(), principal);
    }

    /// Whether a principal that is not in it does not exist.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The principal with that object id, in any case.
    pub fn principal(&self, id: &str) -> Option<&Principal> {
        self.principals.get(&id.to_ascii_lowercase())
    }

    /// All of them, by id.
    pub fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.principals.values()
    }

    /// The groups that list it as a member themselves.
    pub fn direct_groups(&self, id: &str) -> impl Iterator<Item = &str> {
        self.groups_of.get(&id.to_ascii_lowercase()).into_iter().flatten().map(String::as_str)
    }

    /// Itself and all groups it is in, through groups too. Circles end.
    pub fn identities(&self, id: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![id.to_ascii_lowercase()];
        while let Some(next) = open.pop() {
            if seen.contains(&next) {
                continue;
            }
            open.extend(self.direct_groups(&next).map(str::to_owned));
            seen.insert(next);
        }
        seen
    }

    /// Groups of which it is not known whether `identities` are in them: their
    /// members were not collected, or what contains them was not.
    pub fn possible_groups(&self, identities: &BTreeSet<String>) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let mut open: Vec<String> = self.hollow.iter().cloned().collect();
        while let Some(next) = open.pop() {
            if identities.contains(&next) || out.contains(&next) {
                continue;
            }
            open.extend(self.direct_groups(&next).map(str::to_owned));
            out.insert(next);
        }
        out
    }

    /// Whether it may be a group with anyone in it: its members were not collected,
    /// or it was not itself.
    pub fn may_hold_anyone(&self, id: &str) -> bool {
        self.hollow.contains(id) || (!self.complete && !self.principals.contains_key(id))
    }

    /// Whether `member` is in `group` directly.
    pub fn is_direct_member(&self, member: &str, group: &str) -> Truth {
        match self.principal(group).map(|found| &found.members) {
            Some(Some(members)) => Truth::from(members.contains(&member.to_ascii_lowercase())),
            Some(None) => Truth::unknown(Missing::NotCollected(format!("members of group {group}"))),
            None if !self.complete => Truth::unknown(Missing::NotCollected(format!("group {group}"))),
            None => Truth::No,
        }
    }

    /// Whether `owner` owns the object.
    pub fn is_owner(&self, owner: &str, object: &str) -> Truth {
        match self.principal(object).map(|found| &found.owners) {
            Some(Some(owners)) => Truth::from(owners.contains(&owner.to_ascii_lowercase())),
            Some(None) => Truth::unknown(Missing::NotCollected(format!("owners of {object}"))),
            None if !self.complete => Truth::unknown(Missing::NotCollected(format!("object {object}"))),
            None => Truth::No,
        }
    }
}

/// Ids from a list of texts or of objects with an `id`.
pub(super) fn ids(item: &Item<'_>, key: &str) -> Result<Option<BTreeSet<String>>, Problem> {
    let wrong = || item.problem(key, "must be a list of ids");
    let Some(value) = item.get(key) else {
        return Ok(None);
    };
    let entries = value.as_array().ok_or_else(wrong)?;
    let id = |entry: &Value| {
        let id = entry.as_str().or_else(|| entry.get("id").and_then(Value::as_str));
        id.map(str::to_ascii_lowercase).ok_or_else(wrong)
    };
    entries.iter().map(id).collect::<Result<_, _>>().map(Some)
}

fn read_principal(item: &Item<'_>, kind: PrincipalKind) -> Result<Principal, Problem> {
    let said = item.optional("servicePrincipalType").or_else(|| item.optional("@odata.type"));
    let said = PrincipalKind::read(said.or_else(|| item.optional("type")).or_else(|| item.optional("principalType")));
    // A service principal's type `Application` says what it is for, not what it is.
    let is_for_app = kind == PrincipalKind::ServicePrincipal && said == PrincipalKind::Application;
    let kind = if said == PrincipalKind::Unknown || is_for_app { kind } else { said };
    let flag = |key: &str| match item.get(key) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(item.problem(key, "must be true or false")),
    };
    Ok(Principal {
        id: item.text("id")?.to_ascii_lowercase(),
        kind,
        enabled: flag("accountEnabled")?,
        upn: item.optional("userPrincipalName").map(str::to_owned),
        app_id: item.optional("appId").map(str::to_ascii_lowercase),
        owners: ids(item, "owners")?,
        members: ids(item, "members")?,
        role_assignable: flag("isAssignableToRole")?,
        dynamic: item.texts("groupTypes")?.iter().any(|kind| kind.eq_ignore_ascii_case("DynamicMembership")),
        synced: flag("onPremisesSyncEnabled")?.unwrap_or(false),
        aws_roles: aws_roles(item)?,
    })
}

/// The AWS roles in an enterprise application's app roles: their `value` is
/// `ROLE-ARN,PROVIDER-ARN`, in either order.
fn aws_roles(item: &Item<'_>) -> Result<Vec<String>, Problem> {
    let mut out = Vec::new();
    for role in item.objects("appRoles")? {
        let value = role.get("value").and_then(Value::as_str).unwrap_or_default();
        let arns = value.split(',').map(str::trim);
        out.extend(arns.filter(|arn| arn.starts_with("arn:") && arn.contains(":role/")).map(str::to_owned));
    }
    Ok(out)
}
