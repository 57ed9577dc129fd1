//! From whom a target is protected.

use super::{Asked, DirectoryScope, Operation, tables};
use crate::azure::directory::{Principal, PrincipalKind};
use crate::truth::{Missing, Truth};

impl Asked<'_> {
    /// Whether a role that carries the operation and covers the target is also
    /// allowed to touch it.
    pub(super) fn past_protection(&self, role: &str, scope: &DirectoryScope) -> Truth {
        let Some(target) = self.target else {
            return Truth::Yes;
        };
        let within = match scope {
            DirectoryScope::Unit(id) if self.is_restricted(id) => Truth::Yes,
            _ => self.outside_restricted_units(),
        };
        let special = match self.operation {
            Operation::ResetPassword | Operation::AddAuthenticationMethod | Operation::ChangeSensitive => {
                self.may_touch_user(role, scope, target)
            }
            Operation::AddMember => self.membership_is_editable().and(self.group_is_open_to(role, target)),
            Operation::AddOwner if target.kind == PrincipalKind::Group => self.group_is_open_to(role, target),
            Operation::GrantAppRole => {
                let graph = target.app_id.as_deref() == Some(tables::GRAPH);
                Truth::from(!(graph && tables::NOT_FOR_GRAPH.contains(&role)))
            }
            _ => Truth::Yes,
        };
        within.and(special)
    }

    /// Whether a Graph permission reaches the target.
    pub(super) fn permission_reaches(&self, name: &str) -> Truth {
        let Some(target) = self.target else {
            return Truth::Yes;
        };
        let special = match (self.operation, name) {
            (Operation::AddMember, "RoleManagement.ReadWrite.Directory") => self.membership_is_editable(),
            (Operation::AddMember, _) => self.membership_is_editable().and(not_role_assignable(target)),
            (Operation::AddOwner, "ServicePrincipalEndpoint.ReadWrite.All") => {
                Truth::from(target.kind == PrincipalKind::ServicePrincipal)
            }
            (Operation::AddOwner, "Application.ReadWrite.All") => Truth::from(target.kind != PrincipalKind::Group),
            // recalled: on administrators the application needs a role besides.
            (Operation::ResetPassword, _) => match self.is_protected_person(target) {
                Truth::No => Truth::Yes,
                Truth::Yes => Truth::unsupported(format!("whether {name} alone reaches administrators")),
                unknown => unknown,
            },
            _ => Truth::Yes,
        };
        special.and(self.outside_restricted_units())
    }

    fn is_restricted(&self, unit: &str) -> bool {
        self.entra.units.get(unit).is_some_and(|unit| unit.restricted)
    }

    /// In a restricted management unit only roles for that unit count.
    pub(super) fn outside_restricted_units(&self) -> Truth {
        let Some(target) = self.target else {
            return Truth::Yes;
        };
        Truth::all(self.entra.units.iter().filter(|(_, unit)| unit.restricted).map(|(id, unit)| match &unit.members {
            Some(members) => Truth::from(!members.contains(&target.id)),
            None => Truth::unknown(Missing::NotCollected(format!("members of administrative unit {id}"))),
        }))
    }

    /// Nobody puts members into a group that a rule or another directory fills.
    pub(super) fn membership_is_editable(&self) -> Truth {
        match self.target {
            Some(group) if self.operation == Operation::AddMember => Truth::from(!group.dynamic && !group.synced),
            _ => Truth::Yes,
        }
    }

    fn group_is_open_to(&self, role: &str, group: &Principal) -> Truth {
        if tables::OVER_PROTECTED_GROUPS.contains(&role) { Truth::Yes } else { not_role_assignable(group) }
    }

    /// Whether the person holds any role, or is in or owns a role-assignable group.
    fn is_protected_person(&self, target: &Principal) -> Truth {
        let mut roles = self.entra.roles_of(self.directory, &target.id).filter(|held| !held.eligible);
        let perhaps = self.entra.roles_perhaps_of(self.directory, &target.id);
        let perhaps = Truth::any(perhaps.map(|(_, missing)| Truth::unknown(missing)));
        Truth::from(roles.next().is_some()).or(perhaps).or(self.near_protected_group(target))
    }

    fn near_protected_group(&self, target: &Principal) -> Truth {
        let groups = self.directory.direct_groups(&target.id).filter_map(|id| self.directory.principal(id));
        let member = Truth::any(groups.map(|group| not_role_assignable(group).negate()));
        let protected = self.directory.principals().filter(|one| one.role_assignable == Some(true));
        let near = Truth::any(protected.map(|group| {
            let owner = self.directory.is_owner(&target.id, &group.id);
            owner.or(self.directory.is_direct_member(&target.id, &group.id))
        }));
        member.or(near)
    }

    /// "Who can reset passwords" and "Who can perform sensitive actions".
    fn may_touch_user(&self, role: &str, scope: &DirectoryScope, target: &Principal) -> Truth {
        let everybody = tables::OVER_EVERYBODY.contains(&role)
            || (self.operation == Operation::ResetPassword && tables::DEPRECATED_OVER_EVERYBODY.contains(&role));
        if everybody && *scope == DirectoryScope::Tenant {
            return Truth::Yes;
        }
        let row =
            |table: &[(&str, &'static [&'static str])]| table.iter().find(|(by, _)| *by == role).map(|(_, whom)| *whom);
        let differs = if self.operation == Operation::ChangeSensitive { row(tables::SENSITIVE) } else { None };
        // Limited to a unit or an object, a role reaches no administrator at all.
        let limited = *scope != DirectoryScope::Tenant;
        let reaches = differs.or_else(|| row(tables::RESETS)).filter(|_| !limited).unwrap_or_default();
        let (mut active, mut eligible) = (Truth::Yes, Truth::Yes);
        for held in self.entra.roles_of(self.directory, &target.id) {
            let passes = Truth::from(reaches.contains(&held.role.as_str()));
            if held.eligible { eligible = eligible.and(passes) } else { active = active.and(passes) }
        }
        // Whether being eligible protects as being assigned does, is not documented.
        let eligible = match eligible {
            Truth::No => Truth::unsupported("whether an eligible role protects its holder"),
            passes => passes,
        };
        let perhaps = self.entra.roles_perhaps_of(self.directory, &target.id);
        let worse = perhaps.filter(|(held, _)| !reaches.contains(&held.role.as_str()));
        let perhaps = Truth::all(worse.map(|(_, missing)| Truth::unknown(missing)));
        active.and(eligible).and(perhaps).and(self.near_protected_group(target).negate())
    }
}

/// Whether the group is known not to be role-assignable.
fn not_role_assignable(group: &Principal) -> Truth {
    match group.role_assignable {
        Some(flag) => Truth::from(!flag),
        None => Truth::unknown(Missing::NotCollected(format!("isAssignableToRole of group {}", group.id))),
    }
}
