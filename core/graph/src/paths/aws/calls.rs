//! Whether somebody may make the calls of a way, with what the attacker may choose chosen.
//!
//! A name that is the attacker's to choose (a new function's, say) is looked for: a plain one
//! first, then such as the statements that may allow the call have in their resources. Found is
//! proven, since the evaluator says of the very name that the call is allowed. Not found is a
//! no: a policy that allows the call for some name allows it for one of its own patterns'.

use super::world::{Actor, World};
use crate::paths::rule::Call;
use selvedge_access::request::Named;
use selvedge_access::{Answer, Decision, Effect, Missing, Request, Truth, evaluate, glob};
use std::collections::{BTreeMap, BTreeSet};

/// A name that no policy is likely to speak of.
const PLAIN: &str = "selvedge-any";

/// Names that are tried, at most.
const MOST: usize = 24;

/// The answer to one or several calls together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::paths) struct Verdict {
    /// What would settle it; empty if all are allowed for certain.
    pub(in crate::paths) missing: BTreeSet<Missing>,
    /// Statements that allow them.
    pub(in crate::paths) by: BTreeSet<String>,
}

impl Verdict {
    pub(in crate::paths) fn is_certain(&self) -> bool {
        self.missing.is_empty()
    }

    fn of(answer: Answer) -> Option<Self> {
        let by = answer.decided_by.iter().map(|one| {
            let sid = one.sid.as_ref().map(|sid| format!("#{sid}")).unwrap_or_default();
            format!("{}.Statement[{}]{sid}", one.policy, one.index)
        });
        let by = by.collect();
        match answer.decision {
            Decision::Deny => None,
            Decision::Allow => Some(Self { missing: BTreeSet::new(), by }),
            Decision::Unknown { missing } => Some(Self { missing, by }),
        }
    }

    pub(in crate::paths) fn and(mut self, other: Self) -> Self {
        self.missing.extend(other.missing);
        self.by.extend(other.by);
        self
    }
}

/// Keys of a context with their values.
pub(in crate::paths) type Keys<'a> = [(&'a str, &'a str)];

/// One question of the evaluator. `None` is a refusal.
pub(in crate::paths) fn ask(
    actor: &Actor,
    action: &str,
    resource: &str,
    keys: &Keys<'_>,
    policy: Option<&Named>,
) -> Option<Verdict> {
    let mut context = actor.context.clone();
    for (key, value) in keys {
        context = context.with(key, *value);
    }
    let owner = resource.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(&actor.account);
    let request =
        Request::new(action, resource, context).by(actor.arn.clone()).between(Some(&actor.account), Some(owner));
    let answer = {
        let mut policies = actor.policies.borrow_mut();
        policies.resource = policy.cloned();
        let answer = evaluate(&policies, &request);
        policies.resource = None;
        answer
    };
    Verdict::of(answer)
}

/// What a way is about, besides its principal.
#[derive(Clone, Copy, Default)]
pub(in crate::paths) struct Aim<'a> {
    /// ARN of the thing that is written or taken over.
    pub(in crate::paths) target: Option<&'a str>,
    /// What the context holds.
    pub(in crate::paths) keys: &'a Keys<'a>,
    /// The thing's own policy.
    pub(in crate::paths) policy: Option<&'a Named>,
}

/// Whether all calls of a way may be made. Those on the same kind of new thing are of one
/// thing: it has one name.
pub(in crate::paths) fn all(world: &World, actor: &Actor, calls: &[Call], aim: Aim<'_>) -> Option<Verdict> {
    let mut out = Verdict::default();
    let mut chosen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for call in calls {
        if call.on.is_empty() {
            out = out.and(ask(actor, &call.action, aim.target?, aim.keys, aim.policy)?);
        }
        for on in &call.on {
            match on.as_str() {
                "*" => out = out.and(ask(actor, &call.action, "*", aim.keys, None)?),
                "target" => out = out.and(ask(actor, &call.action, aim.target?, aim.keys, aim.policy)?),
                template => chosen.entry(template).or_default().push(&call.action),
            }
        }
    }
    for (template, actions) in chosen {
        out = out.and(some_name(world, actor, template, &actions, aim)?);
    }
    Some(out)
}

/// The best answer that any name gives.
fn some_name(world: &World, actor: &Actor, template: &str, actions: &[&str], aim: Aim<'_>) -> Option<Verdict> {
    let mut best: Option<Verdict> = None;
    for resource in resources(world, actor, template, actions, aim) {
        let region = resource.split(':').nth(3).unwrap_or_default().to_owned();
        let mut keys = aim.keys.to_vec();
        if !region.is_empty() {
            keys.push(("aws:RequestedRegion", &region));
        }
        let mut each = actions.iter().map(|action| ask(actor, action, &resource, &keys, aim.policy));
        let verdict = each.try_fold(Verdict::default(), |so_far, one| one.map(|one| so_far.and(one)));
        match verdict {
            Some(verdict) if verdict.is_certain() => return Some(verdict),
            Some(verdict) => best = best.or(Some(verdict)),
            None => {}
        }
    }
    best
}

/// Resources of a template's form: the known thing's, or such as the attacker could choose.
fn resources(world: &World, actor: &Actor, template: &str, actions: &[&str], aim: Aim<'_>) -> Vec<String> {
    if let Some(target) = aim.target {
        if let Some(rest) = template.strip_prefix("target") {
            return vec![format!("{target}{}", rest.replace("{new}", PLAIN))];
        }
        if is_of(template, target) {
            return vec![target.to_owned()];
        }
    }
    let mut out: Vec<String> = Vec::new();
    let fill = |region: &str, new: &str| {
        template.replace("{region}", region).replace("{account}", &actor.account).replace("{new}", new)
    };
    let regional = template.contains("{region}");
    let regions = world.regions.iter().map(String::as_str).take(if regional { usize::MAX } else { 1 });
    out.extend(regions.map(|region| fill(region, PLAIN)));
    let policies = actor.policies.borrow();
    let statements = policies.identity.iter().flat_map(|(_, policy)| &policy.statements);
    for statement in statements.filter(|one| one.effect != Some(Effect::Deny)) {
        let named = |action: &&str| {
            let matches = |pattern: &str| Truth::from(glob::matches_ignore_case(pattern, action));
            statement.actions.as_ref().is_none_or(|actions| actions.matches(matches) != Truth::No)
        };
        if !actions.iter().any(named) {
            continue;
        }
        for pattern in statement.resources.iter().flat_map(|clause| clause.patterns()) {
            out.extend(shaped(&fill("{region}", "{new}"), pattern, actor, &world.regions));
        }
    }
    let mut seen = BTreeSet::new();
    out.retain(|resource| seen.insert(resource.clone()));
    out.truncate(MOST);
    out
}

/// Whether a thing has the form of a template: its service and the words before its name.
fn is_of(template: &str, arn: &str) -> bool {
    let parts = |text: &str| -> Option<(String, String)> {
        let all: Vec<&str> = text.splitn(6, ':').collect();
        let own = all.get(5)?;
        let word = own.split(['/', ':']).next()?;
        Some(((*all.get(2)?).to_owned(), word.to_owned()))
    };
    match (parts(template), parts(arn)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// A pattern's own words in the form of a template: `function:dev-*` for `function:{new}` makes
/// `function:dev-selvedge-any`.
fn shaped(template: &str, pattern: &str, actor: &Actor, regions: &[String]) -> Vec<String> {
    let pattern = pattern.replace("${aws:username}", actor.name());
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.splitn(6, ':').collect(), pattern.splitn(6, ':').collect());
    let (Some(own), Some(form)) = (given.get(5), wanted.get(5)) else { return Vec::new() };
    let name = own.replace('*', PLAIN).replace('?', "x");
    let word = form.split("{new}").next().unwrap_or_default();
    if !name.starts_with(word) || name == PLAIN {
        return Vec::new();
    }
    let region = given.get(3).copied().unwrap_or_default();
    let is_regional = wanted.get(3).is_some_and(|part| part.contains("{region}"));
    let regions: Vec<&str> = match (is_regional, region.contains(['*', '?']) || region.is_empty()) {
        (false, _) => vec![""],
        (true, true) => regions.iter().map(String::as_str).collect(),
        (true, false) => vec![region],
    };
    let head = |at: usize| wanted.get(at).copied().unwrap_or_default();
    regions
        .into_iter()
        .map(|region| format!("{}:{}:{}:{region}:{}:{name}", head(0), head(1), head(2), head(4)))
        .collect()
}
