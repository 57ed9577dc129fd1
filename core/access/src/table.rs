//! Many questions about the same principals: the compiled form of the evaluator.
//!
//! What a document says of an action on a resource is the same for everybody, unless a condition or
//! a variable hangs on who asks. So each document is asked once for an action and a resource, however
//! many principals have it, and a principal's verdict is put together from what its documents say.
//! Where anything else bears on the request, the evaluator itself is asked: the table never has
//! rules of its own.

use crate::answer::{Answer, Decision, Reason};
use crate::condition::Context;
use crate::evaluate::evaluate;
use crate::glob;
use crate::policy::{Effect, Policy, Statement};
use crate::request::{Named, PolicySet, Request};
use crate::resource;
use crate::truth::Truth;
use std::collections::BTreeMap;

/// A principal with all that bears on it.
#[derive(Debug, Clone)]
pub struct Member {
    /// ARN of a user or role.
    pub arn: String,
    /// Its account.
    pub account: String,
    /// Its policies, without a resource's own.
    pub policies: PolicySet,
    /// What is known of the context of its requests.
    pub context: Context,
}

/// What a document says of one action on one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Says {
    allow: bool,
    deny: bool,
    /// It hangs on who asks, or on what is not known.
    open: bool,
}

/// The documents of a principal, by number.
struct Row {
    identity: Vec<u32>,
    boundary: Option<u32>,
    levels: Vec<Vec<u32>>,
    /// Whether nothing else bears on its requests.
    is_plain: bool,
}

/// Principals that many questions are asked about.
pub struct Table<'p> {
    members: &'p [Member],
    documents: Vec<&'p Policy>,
    rows: Vec<Row>,
}

/// The answers to one action on one resource.
pub struct Column<'t, 'p> {
    table: &'t Table<'p>,
    request: Request,
    says: Vec<Says>,
    /// Whether the request is one that identity policies and their limits decide.
    is_plain: bool,
}

/// Statements of each document that the action is one of, by document.
pub struct Asked<'t, 'p> {
    table: &'t Table<'p>,
    action: String,
    statements: Vec<Vec<&'p Statement>>,
}

impl<'p> Table<'p> {
    /// Takes in the principals: equal documents are one.
    pub fn new(members: &'p [Member]) -> Self {
        let mut documents: Vec<&'p Policy> = Vec::new();
        // Documents are compared in full only where their size is the same.
        let mut by_size: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
        let mut number = |(_, policy): &'p Named| -> u32 {
            let patterns =
                policy.statements.iter().filter_map(|one| one.actions.as_ref()).map(|one| one.patterns().len());
            let size = (policy.statements.len(), patterns.sum());
            let same = by_size.entry(size).or_default();
            let known = same.iter().copied().find(|at| {
                documents.get(usize::try_from(*at).unwrap_or(usize::MAX)).is_some_and(|known| *known == policy)
            });
            known.unwrap_or_else(|| {
                let own = u32::try_from(documents.len()).unwrap_or(u32::MAX);
                documents.push(policy);
                same.push(own);
                own
            })
        };
        let mut rows = Vec::with_capacity(members.len());
        for member in members {
            let set = &member.policies;
            let is_plain = set.session.is_empty()
                && set.rcps.is_empty()
                && set.resource.is_none()
                && set.acls.is_empty()
                && set.endpoint.is_none()
                && set.grants.is_empty()
                && !member.arn.contains(":role/aws-service-role/")
                && (member.arn.contains(":user/") || member.arn.contains(":role/"));
            rows.push(Row {
                identity: set.identity.iter().map(&mut number).collect(),
                boundary: set.boundary.as_ref().map(&mut number),
                levels: set.scps.iter().map(|level| level.iter().map(&mut number).collect()).collect(),
                is_plain,
            });
        }
        Self { members, documents, rows }
    }

    /// How many documents there are that differ.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Prepares an action: which statements it is one of.
    pub fn action<'t>(&'t self, action: &str) -> Asked<'t, 'p> {
        let named = |statement: &&Statement| {
            let matches = |pattern: &str| Truth::from(glob::matches_ignore_case(pattern, action));
            statement.actions.as_ref().is_none_or(|actions| actions.matches(matches) != Truth::No)
        };
        let statements = self.documents.iter().map(|policy| policy.statements.iter().filter(named).collect()).collect();
        Asked { table: self, action: action.to_owned(), statements }
    }
}

impl<'t, 'p> Asked<'t, 'p> {
    /// Asks about the action on a resource of an account.
    pub fn on(&self, resource: &str, owner: &str) -> Column<'t, 'p> {
        let request = Request::new(self.action.clone(), resource, Context::open()).between(None, Some(owner));
        let is_plain = !request.is_up_to_the_resource() && !self.action.eq_ignore_ascii_case("sts:GetCallerIdentity");
        let documents = self.table.documents.iter().zip(&self.statements);
        let says = if is_plain {
            documents.map(|(policy, statements)| says(policy, statements, &request)).collect()
        } else {
            Vec::new()
        };
        Column { table: self.table, request, says, is_plain }
    }
}

/// What a document says; open as soon as anything hangs on more than action and resource.
fn says(policy: &Policy, statements: &[&Statement], request: &Request) -> Says {
    let mut out = Says { allow: false, deny: false, open: false };
    let place = (policy.kind, policy.version);
    for statement in statements {
        let covered = match &statement.resources {
            Some(clause) => clause.matches(|pattern| resource::covers(pattern, place, request)),
            None => Truth::unsupported("resources"),
        };
        if covered == Truth::No {
            continue;
        }
        let sure = covered == Truth::Yes
            && statement.conditions.is_empty()
            && statement.obstacles.is_empty()
            && statement.actions.is_some();
        match (sure, statement.effect) {
            (true, Some(Effect::Allow)) => out.allow = true,
            (true, Some(Effect::Deny)) => out.deny = true,
            _ => out.open = true,
        }
    }
    out
}

impl Column<'_, '_> {
    fn said(&self, document: u32) -> Says {
        let open = Says { allow: false, deny: false, open: true };
        self.says.get(usize::try_from(document).unwrap_or(usize::MAX)).copied().unwrap_or(open)
    }

    /// The verdict on a principal, by its place among the members; `None` if there is none.
    pub fn decide(&self, member: usize) -> Option<(Decision, Reason)> {
        if let Some(quick) = self.quick(member) {
            return Some(quick);
        }
        let answer = self.explain(member)?;
        Some((answer.decision, answer.reason))
    }

    /// What follows from what the documents say, if that is all there is to it.
    fn quick(&self, member: usize) -> Option<(Decision, Reason)> {
        let row = self.table.rows.get(member)?;
        let same = || {
            let own = self.table.members.get(member).map(|member| member.account.as_str());
            own == self.request.target_account()
        };
        if !self.is_plain || !row.is_plain || !same() {
            return None;
        }
        let (mut denied, mut allowed) = (false, true);
        let mut layer = |documents: &mut dyn Iterator<Item = u32>| -> Option<()> {
            let (mut allow, mut open) = (false, false);
            for said in documents.map(|document| self.said(document)) {
                allow |= said.allow;
                denied |= said.deny;
                open |= said.open;
            }
            allowed &= allow;
            (!open).then_some(())
        };
        layer(&mut row.identity.iter().copied())?;
        if let Some(boundary) = row.boundary {
            layer(&mut std::iter::once(boundary))?;
        }
        for level in &row.levels {
            layer(&mut level.iter().copied())?;
        }
        Some(match (denied, allowed) {
            (true, _) => (Decision::Deny, Reason::ExplicitDeny),
            (false, true) => (Decision::Allow, Reason::Allow),
            (false, false) => (Decision::Deny, Reason::ImplicitDeny),
        })
    }

    /// The evaluator's own answer, with its grounds.
    pub fn explain(&self, member: usize) -> Option<Answer> {
        let member = self.table.members.get(member)?;
        let request = Request {
            context: member.context.clone(),
            principal: Some(member.arn.clone()),
            principal_account: Some(member.account.clone()),
            ..self.request.clone()
        };
        Some(evaluate(&member.policies, &request))
    }

    /// Everybody who may, or of whom it is not known, by place.
    pub fn who_can(&self) -> impl Iterator<Item = (usize, Decision)> {
        let all = (0..self.table.rows.len()).filter_map(|member| Some((member, self.decide(member)?.0)));
        all.filter(|(_, decision)| *decision != Decision::Deny)
    }
}
