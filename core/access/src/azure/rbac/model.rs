//! Role definitions, role assignments, deny assignments and what else Azure
//! Resource Manager asks before it serves a call, as its APIs list them.

use crate::azure::action::Pattern;
use crate::azure::condition::Condition;
use crate::azure::read::{Item, Problem};
use crate::azure::scope::Scope;
use crate::truth::{Missing, Truth};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One block of a role definition or deny assignment. `Not…` takes away within
/// its own block only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permission {
    /// Control plane.
    pub actions: Vec<Pattern>,
    /// Taken from `actions`.
    pub not_actions: Vec<Pattern>,
    /// Data plane.
    pub data_actions: Vec<Pattern>,
    /// Taken from `data_actions`.
    pub not_data_actions: Vec<Pattern>,
    /// The block's own condition: some built-in roles have one.
    pub condition: Option<Clause>,
}

/// A condition as it was stored, or why it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// Read.
    Read(Condition),
    /// Not read.
    Unreadable(String),
}

impl Clause {
    pub(super) fn read(item: &Item<'_>, value: Option<&Value>, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = match value {
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) if text.trim().is_empty() => return None,
            Some(Value::String(text)) => text,
            Some(_) => {
                problems.push(item.problem("condition", "must be a text"));
                return Some(Self::Unreadable("a condition that is no text".into()));
            }
        };
        match Condition::parse(text) {
            Ok(condition) => Some(Self::Read(condition)),
            Err(problem) => {
                problems.push(item.problem("condition", &problem.to_string()));
                Some(Self::Unreadable(format!("condition of {}: {problem}", item.id())))
            }
        }
    }

    pub(super) fn holds(clause: Option<&Self>, context: &crate::azure::condition::Context) -> Truth {
        match clause {
            None => Truth::Yes,
            Some(Self::Read(condition)) => condition.holds(context),
            Some(Self::Unreadable(why)) => Truth::unknown(Missing::Unreadable(why.clone())),
        }
    }
}

impl Permission {
    /// Whether the block holds the action, without regard to its condition.
    /// `action` must come from [`crate::azure::action::normalize`].
    pub fn covers(&self, action: &str, is_data: bool) -> bool {
        let (some, not) =
            if is_data { (&self.data_actions, &self.not_data_actions) } else { (&self.actions, &self.not_actions) };
        let hit = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(action));
        hit(some) && !hit(not)
    }

    fn read(item: &Item<'_>, block: &Map<String, Value>, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        let patterns = |key: &str| match block.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(value) => serde_json::from_value::<Vec<Pattern>>(value.clone())
                .map_err(|_| item.problem("permissions", &format!("{key} must be a list of texts"))),
        };
        Ok(Self {
            actions: patterns("actions")?,
            not_actions: patterns("notActions")?,
            data_actions: patterns("dataActions")?,
            not_data_actions: patterns("notDataActions")?,
            condition: Clause::read(item, block.get("condition"), problems),
        })
    }

    fn read_all(item: &Item<'_>, problems: &mut Vec<Problem>) -> Result<Vec<Self>, Problem> {
        if item.get("permissions").is_none() {
            return Err(item.problem("permissions", "must be a list of objects"));
        }
        item.objects("permissions")?.into_iter().map(|block| Self::read(item, block, problems)).collect()
    }
}

/// The last part of an id, lower-cased: what names a role definition everywhere.
pub fn last_part(id: &str) -> String {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    /// GUID, lower-cased.
    pub id: String,
    /// Display name, as others wrote it.
    pub name: String,
    /// Its blocks: what any of them covers, the role grants.
    pub permissions: Vec<Permission>,
}

impl RoleDefinition {
    pub(super) fn read(item: &Item<'_>, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        // `name` is the GUID; ARM's `id` ends in it; az shows both.
        let id = item.optional("name").filter(|name| selvedge_model::guid::parse(name).is_some());
        let id = id.map_or_else(|| item.text("id"), Ok)?;
        let name = item.optional("roleName").or_else(|| item.optional("displayName")).unwrap_or_default();
        Ok(Self { id: last_part(id), name: name.to_owned(), permissions: Permission::read_all(item, problems)? })
    }
}

/// What stands between an eligible assignment and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Grants.
    Active,
    /// Grants nothing until its holder activates it.
    Eligible,
}

/// A role given to a principal at a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// As Azure names it.
    pub id: String,
    /// Object id, lower-cased.
    pub principal: String,
    /// Whether Azure says that the principal is a group.
    pub to_group: bool,
    /// The role's GUID, lower-cased.
    pub definition: String,
    /// Where, and below.
    pub scope: Scope,
    /// Must hold for what it names.
    pub condition: Option<Clause>,
    /// Active or eligible.
    pub state: State,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not at or after.
    pub until: Option<Timestamp>,
    /// What activation asks for: `mfa`, `approval`, `justification`, as the caller
    /// read it from the policy.
    pub requirements: Vec<String>,
}

fn scope_of(item: &Item<'_>) -> Result<Scope, Problem> {
    Scope::parse(item.text("scope")?).map_err(|why| item.problem("scope", &why))
}

impl RoleAssignment {
    pub(super) fn read(item: &Item<'_>, state: State, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        let kind = item.optional("principalType").unwrap_or_default();
        Ok(Self {
            id: item.id(),
            principal: item.text("principalId")?.to_ascii_lowercase(),
            to_group: kind.eq_ignore_ascii_case("group"),
            definition: last_part(item.text("roleDefinitionId")?),
            scope: scope_of(item)?,
            condition: Clause::read(item, item.get("condition"), problems),
            state,
            from: item.time("startDateTime")?,
            until: item.time("endDateTime")?,
            requirements: item.texts("requirements")?.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Whether it is in force at `at`.
    pub fn in_force(&self, at: Option<Timestamp>) -> Truth {
        if self.from.is_none() && self.until.is_none() {
            return Truth::Yes;
        }
        let Some(at) = at else {
            return Truth::unknown(Missing::ContextKey("at".into()));
        };
        Truth::from(self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until))
    }
}

/// Means everyone, in a deny assignment.
pub const EVERYONE: &str = "00000000-0000-0000-0000-000000000000";

/// What principals may not do, whoever lets them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenyAssignment {
    /// As Azure names it.
    pub id: String,
    /// Where.
    pub scope: Scope,
    /// Not below the scope.
    pub only_here: bool,
    /// Object ids, lower-cased, each with whether it may be a group's;
    /// [`EVERYONE`] may be among them.
    pub principals: BTreeMap<String, bool>,
    /// Not these.
    pub excluded: BTreeMap<String, bool>,
    /// What any of these covers, is denied.
    pub permissions: Vec<Permission>,
    /// Must hold.
    pub condition: Option<Clause>,
}

impl DenyAssignment {
    /// `None` for one that only audits.
    pub(super) fn read(item: &Item<'_>, problems: &mut Vec<Problem>) -> Result<Option<Self>, Problem> {
        if item.optional("denyAssignmentEffect").is_some_and(|effect| effect.eq_ignore_ascii_case("audit")) {
            return Ok(None);
        }
        Ok(Some(Self {
            id: item.id(),
            scope: scope_of(item)?,
            only_here: item.flag("doNotApplyToChildScopes")?,
            principals: whom(item, "principals")?
                .ok_or_else(|| item.problem("principals", "must be a list of principals"))?,
            excluded: whom(item, "excludePrincipals")?.unwrap_or_default(),
            permissions: Permission::read_all(item, problems)?,
            condition: Clause::read(item, item.get("condition"), problems),
        }))
    }
}

/// Principals of a deny assignment, each with whether it may be a group.
fn whom(item: &Item<'_>, key: &str) -> Result<Option<BTreeMap<String, bool>>, Problem> {
    if item.get(key).is_none() {
        return Ok(None);
    }
    let mut out = BTreeMap::new();
    for entry in item.objects(key)? {
        let id = entry.get("id").and_then(Value::as_str).ok_or_else(|| item.problem(key, "must each have an id"))?;
        let kind = entry.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        out.insert(id.to_ascii_lowercase(), !matches!(kind.as_str(), "user" | "serviceprincipal"));
    }
    Ok(Some(out))
}

/// A co-administrator or the service administrator of a subscription. They could
/// do all that an owner can; Azure retired them on 2024-08-31 (recalled).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicAdministrator {
    /// As Azure names it.
    pub id: String,
    /// The account's address, lower-cased.
    pub email: String,
    /// The subscription.
    pub scope: Scope,
}

impl ClassicAdministrator {
    pub(super) fn read(item: &Item<'_>) -> Result<Option<Self>, Problem> {
        let role = item.text("role")?.to_ascii_lowercase();
        if !role.contains("coadministrator") && !role.contains("serviceadministrator") {
            return Ok(None);
        }
        let id = item.id();
        let scope = Scope::parse(item.optional("scope").unwrap_or(&id)).map_err(|why| item.problem("scope", &why))?;
        let scope = scope.subscription().ok_or_else(|| item.problem("scope", "must be in a subscription"))?;
        Ok(Some(Self { id, email: item.text("emailAddress")?.to_ascii_lowercase(), scope }))
    }
}

/// How much a lock forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LockLevel {
    /// Deleting.
    CanNotDelete,
    /// Deleting and changing.
    ReadOnly,
}

/// A lock, for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// As Azure names it.
    pub id: String,
    /// Where, and below.
    pub scope: Scope,
    /// What it forbids.
    pub level: LockLevel,
}

impl Lock {
    pub(super) fn read(item: &Item<'_>) -> Result<Option<Self>, Problem> {
        let level = match item.text("level")?.to_ascii_lowercase().as_str() {
            "cannotdelete" => LockLevel::CanNotDelete,
            "readonly" => LockLevel::ReadOnly,
            "notspecified" => return Ok(None),
            _ => return Err(item.problem("level", "must be CanNotDelete or ReadOnly")),
        };
        let id = item.id();
        let lower = id.to_ascii_lowercase();
        let own = lower.rsplit_once("/providers/microsoft.authorization/locks/").map(|(scope, _)| scope);
        let scope = item.optional("scope").or(own).ok_or_else(|| item.problem("scope", "must be a text"))?;
        let scope = Scope::parse(scope).map_err(|why| item.problem("scope", &why))?;
        Ok(Some(Self { id, scope, level }))
    }
}

/// An assignment of an Azure Policy that can refuse: effect `deny` or
/// `denyAction`. Whether its rule fits a resource is for the caller to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDeny {
    /// As Azure names it.
    pub id: String,
    /// Where, and below.
    pub scope: Scope,
    /// Not there, nor below.
    pub not_scopes: Vec<Scope>,
    /// `denyAction` refuses deletion; `deny` refuses what is put.
    pub on_delete: bool,
    /// Whether the rule fits what is asked for; `None` if nobody worked it out.
    pub fits: Option<bool>,
}

impl PolicyDeny {
    pub(super) fn read(item: &Item<'_>) -> Result<Option<Self>, Problem> {
        let off = item.optional("enforcementMode").is_some_and(|mode| mode.eq_ignore_ascii_case("DoNotEnforce"));
        let on_delete = match item.text("effect")?.to_ascii_lowercase().as_str() {
            "deny" => false,
            "denyaction" => true,
            _ => return Ok(None),
        };
        let scopes = item.texts("notScopes")?.into_iter().map(Scope::parse);
        let not_scopes = scopes.collect::<Result<_, _>>().map_err(|why| item.problem("notScopes", &why))?;
        let fits = match item.get("fits") {
            None => None,
            Some(Value::Bool(fits)) => Some(*fits),
            Some(_) => return Err(item.problem("fits", "must be true or false")),
        };
        Ok((!off).then_some(Self { id: item.id(), scope: scope_of(item)?, not_scopes, on_delete, fits }))
    }
}
