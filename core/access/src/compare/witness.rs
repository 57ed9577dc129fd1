//! A request as a witness: put to the evaluator, and told so that it can be asked again.

use super::askers::Person;
use super::keys::Conditions;
use crate::answer::Decision;
use crate::condition::Context;
use crate::evaluate::evaluate;
use crate::layer::{Grants, Layer};
use crate::policy::{Clause, Kind, Policy};
use crate::principal::{Asker, Caller};
use crate::request::{Named, PolicySet, Request};
use crate::resource::WILDCARD_ONLY;
use crate::truth::Truth;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A request that one policy allows and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Who asks: an ARN, a service, or `anonymous`. `None` if no principal has such a context
    /// (the context lacks what AWS adds for every principal).
    pub principal: Option<String>,
    /// Such as `s3:GetObject`.
    pub action: String,
    /// An ARN or `*`.
    pub resource: String,
    /// The context's keys with their values; it has no others.
    pub context: BTreeMap<String, Vec<String>>,
}

/// The account of examples.
const ACCOUNT: &str = "111111111111";

impl Witness {
    /// The witness, if the evaluator confirms it.
    pub(super) fn of(
        policies: [&Policy; 2],
        forward: bool,
        person: Option<&Person>,
        (action, resource): (&str, &str),
        context: &Context,
        conditions: &Conditions,
    ) -> Option<Self> {
        let [a, b] = policies;
        let (allowing, other) = if forward { (a, b) } else { (b, a) };
        let resource = if allowing.kind == Kind::Trust && resource != "*" {
            "arn:aws:iam::999999999999:role/somerole"
        } else {
            resource
        };
        let holds = |action: &str| {
            let request = Request::new(action, resource, context.clone());
            let account = person.and_then(|person| person.account.as_deref());
            let request = match person {
                Some(person) => request.by(&person.name).between(account, None),
                None => request,
            };
            says(allowing, &request) == Some(true) && says(other, &request) == Some(false)
        };
        let spelled = spelled(policies, action);
        let action = [spelled.as_str(), action].into_iter().find(|action| holds(action))?.to_owned();
        let principal = match person {
            Some(person) => Some(person.name.clone()),
            None => asking([allowing, other], &action, resource, context),
        };
        let written = |key: &str| conditions.written(key).unwrap_or(key).to_owned();
        let context = context.iter().filter(|(_, values)| !values.is_empty());
        Some(Self {
            principal,
            action,
            resource: resource.to_owned(),
            context: context.map(|(key, values)| (written(key), values.to_vec())).collect(),
        })
    }

    /// As answers have it: a request, and which policy allows it.
    pub fn to_json(&self, allowed_by: &str) -> Value {
        let value = |values: &Vec<String>| match values.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        let context: Map<String, Value> =
            self.context.iter().map(|(key, values)| (key.clone(), value(values))).collect();
        json!({
            "allowed_by": allowed_by, "principal": self.principal, "action": self.action,
            "resource": self.resource, "context": context,
        })
    }

    /// The request; without a principal it is one on which identity policies alone bear.
    pub fn request(&self) -> Request {
        let context = self
            .context
            .iter()
            .fold(Context::complete(), |context, (key, values)| context.with_all(key, values.clone()));
        let request = Request::new(&self.action, &self.resource, context);
        match &self.principal {
            Some(principal) => request.by(principal),
            None => request,
        }
    }
}

/// Whether a policy alone allows a request, by the evaluator's own reading of statements;
/// `None` if that is not known.
fn says(policy: &Policy, request: &Request) -> Option<bool> {
    let named: Named = ("policy".to_owned(), policy.clone());
    let (allow, deny) = match &request.principal {
        Some(principal) if policy.kind.has_principal() => {
            let caller = Caller::of(principal, &request.context);
            let account = request.principal_account.as_deref();
            let grants = Grants::of([&named], request, &Asker { caller: &caller, account, context: &request.context });
            (grants.any.truth, grants.deny.truth)
        }
        _ => {
            let layer = Layer::of([&named], request);
            (layer.allow.truth, layer.deny.truth)
        }
    };
    match (allow, deny) {
        (Truth::No, _) | (_, Truth::Yes) => Some(false),
        (Truth::Yes, Truth::No) => Some(true),
        _ => None,
    }
}

/// Somebody for whom a request comes out so, with all that AWS adds to the context.
fn asking(policies: [&Policy; 2], action: &str, resource: &str, context: &Context) -> Option<String> {
    let first = |key: &str| context.get(key).first().cloned();
    let account = first("aws:principalaccount").unwrap_or_else(|| ACCOUNT.to_owned());
    let user = first("aws:username").unwrap_or_else(|| "someone".into());
    let own = first("aws:principalarn").filter(|arn| arn.contains(":user/") || arn.contains(":role/"));
    let likely = [
        format!("arn:aws:iam::{account}:user/{user}"),
        format!("arn:aws:sts::{account}:assumed-role/somerole/session"),
    ];
    own.into_iter().chain(likely).find(|principal| {
        let request =
            Request::new(action, resource, context.clone()).by(principal).between(Some(&account), Some(&account));
        let decisions =
            policies.map(|policy| evaluate(&PolicySet::of_identity([("policy", policy.clone())]), &request).decision);
        decisions == [Decision::Allow, Decision::Deny]
    })
}

/// An action in the case of the longest pattern that it begins with.
fn spelled(policies: [&Policy; 2], action: &str) -> String {
    let statements = policies.into_iter().flat_map(|policy| &policy.statements);
    let patterns = statements.filter_map(|one| one.actions.as_ref()).flat_map(Clause::patterns).map(String::as_str);
    let patterns = patterns.chain(WILDCARD_ONLY.iter().copied());
    let common = |pattern: &str| {
        let both = pattern.chars().zip(action.chars());
        both.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
    };
    let Some(best) = patterns.max_by_key(|pattern| common(pattern)) else {
        return action.to_owned();
    };
    let length = common(best);
    best.chars().take(length).chain(action.chars().skip(length)).collect()
}
