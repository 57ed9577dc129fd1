//! What the policies of one kind say of a request.

use crate::answer::StatementRef;
use crate::glob;
use crate::policy::{Clause, Effect, Policy, Statement};
use crate::principal::{Asker, Reach};
use crate::request::{Named, Request};
use crate::resource;
use crate::truth::Truth;

/// A verdict with the statements that it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) truth: Truth,
    pub(crate) certain: Vec<StatementRef>,
    pub(crate) possible: Vec<StatementRef>,
}

impl Said {
    pub(crate) fn no() -> Self {
        Self::of(Truth::No)
    }

    pub(crate) fn of(truth: Truth) -> Self {
        Self { truth, certain: Vec::new(), possible: Vec::new() }
    }

    pub(crate) fn add(&mut self, cite: impl FnOnce() -> StatementRef, truth: Truth) {
        match truth {
            Truth::No => return,
            Truth::Yes => self.certain.push(cite()),
            Truth::Unknown(_) => self.possible.push(cite()),
        }
        let so_far = std::mem::replace(&mut self.truth, Truth::No);
        self.truth = so_far.or(truth);
    }

    pub(crate) fn or(mut self, other: Self) -> Self {
        self.truth = self.truth.or(other.truth);
        self.certain.extend(other.certain);
        self.possible.extend(other.possible);
        self
    }
}

/// What policies without principals say.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) allow: Said,
    pub(crate) deny: Said,
}

impl Layer {
    pub(crate) fn of<'a>(policies: impl IntoIterator<Item = &'a Named>, request: &Request) -> Self {
        let mut layer = Self { allow: Said::no(), deny: Said::no() };
        for (name, policy) in policies {
            for statement in &policy.statements {
                let truth = applies_in(statement, policy, request);
                let cite = || cite(name, statement);
                if statement.effect != Some(Effect::Deny) {
                    layer.allow.add(cite, truth.clone());
                }
                if statement.effect != Some(Effect::Allow) {
                    layer.deny.add(cite, truth);
                }
            }
        }
        layer
    }
}

/// What a policy with principals says: its allowing by how far it carries.
#[derive(Debug, Clone)]
pub(crate) struct Grants {
    /// The caller's account is named, or more.
    pub(crate) any: Said,
    /// The caller's role is named, or more.
    pub(crate) identity: Said,
    /// The very caller is named, or anybody.
    pub(crate) full: Said,
    pub(crate) deny: Said,
}

impl Grants {
    pub(crate) fn none() -> Self {
        Self { any: Said::no(), identity: Said::no(), full: Said::no(), deny: Said::no() }
    }

    pub(crate) fn of<'a>(policies: impl IntoIterator<Item = &'a Named>, request: &Request, asker: &Asker<'_>) -> Self {
        let mut grants = Self::none();
        for (name, policy) in policies {
            for statement in &policy.statements {
                let cite = || cite(name, statement);
                let truth = applies_in(statement, policy, request);
                if truth == Truth::No {
                    continue;
                }
                if statement.effect != Some(Effect::Allow) {
                    grants.deny.add(cite, truth.clone().and(is_for(statement, asker, Reach::Account)));
                }
                if statement.effect != Some(Effect::Deny) {
                    let reaches = |reach| truth.clone().and(is_for(statement, asker, reach));
                    grants.any.add(cite, reaches(Reach::Account));
                    grants.identity.add(cite, reaches(Reach::Identity));
                    grants.full.add(cite, reaches(Reach::Full));
                }
            }
        }
        grants
    }
}

/// Whether a statement is for the caller, by a name that carries at least so far.
pub(crate) fn is_for(statement: &Statement, asker: &Asker<'_>, least: Reach) -> Truth {
    let Some(principals) = &statement.principals else {
        // It cannot be read; the statement's obstacles say why.
        return Truth::Yes;
    };
    if principals.except {
        return asker.spared(&principals.names).negate();
    }
    let named = principals.names.iter().filter_map(|name| asker.named(name));
    Truth::any(named.filter(|(reach, _)| *reach >= least).map(|(_, truth)| truth))
}

fn cite(name: &str, statement: &Statement) -> StatementRef {
    StatementRef {
        policy: name.to_owned(),
        index: statement.index,
        sid: statement.sid.clone(),
        effect: statement.effect,
    }
}

/// Whether action, resource and conditions of a statement are the request's.
pub(crate) fn applies_in(statement: &Statement, policy: &Policy, request: &Request) -> Truth {
    let actions =
        clause(statement.actions.as_ref(), |pattern| Truth::from(glob::matches_ignore_case(pattern, &request.action)));
    if actions == Truth::No {
        return Truth::No;
    }
    let place = (policy.kind, policy.version);
    let resources = clause(statement.resources.as_ref(), |pattern| resource::covers(pattern, place, request));
    if resources == Truth::No {
        return Truth::No;
    }
    let conditions = Truth::all(statement.conditions.iter().map(|one| one.holds(&request.context)));
    let obstacles = match statement.obstacles.as_slice() {
        [] => Truth::Yes,
        some => Truth::Unknown(some.iter().cloned().collect()),
    };
    actions.and(resources).and(conditions).and(obstacles)
}

/// An unreadable clause settles nothing; the statement's obstacles say why.
fn clause(clause: Option<&Clause>, one: impl Fn(&str) -> Truth) -> Truth {
    clause.map_or(Truth::Yes, |clause| clause.matches(one))
}
