//! Whether two policies allow the same, and a request that one of them alone allows.
//!
//! A policy allows a request if an Allow statement applies and no Deny does. What statements apply
//! hangs on the action, the resource, the caller and each context key by itself; so for each of
//! these all ways in which a value can match are found ([`atoms`]), and the sets of statements
//! that can apply together follow by one walk over them. That decides for all requests there are:
//! names of actions are any names, as AWS adds to them every week. A witness is asked of the
//! evaluator before it is given.

mod atoms;
mod values;
mod variables;

use crate::condition::{Condition, Context};
use crate::evaluate::evaluate;
use crate::glob;
use crate::policy::{Effect, Kind, Policy, Statement};
use crate::principal::{Name, NameKind};
use crate::request::{PolicySet, Request};
use crate::resource;
use crate::truth::Truth;
use atoms::{Sign, glob as globbed, representatives, segmented};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use variables::{filled, fresh, never_alone};

/// Sets of statements that are followed, at most.
const MOST: usize = 100_000;

/// Keys of policy variables that are tried with and without a value, at most.
const MOST_VARIABLES: usize = 4;

/// The account of the resource in a comparison of resource policies: nobody's of the callers.
const OWNER: &str = "000000000000";

/// How two policies compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Both allow the same.
    Equivalent,
    /// The first allows all that the second does, and more.
    ALooser,
    /// The second allows all that the first does, and more.
    BLooser,
    /// Each allows what the other does not.
    Incomparable,
    /// It was not decided.
    Unknown,
}

/// A request that one policy alone allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// `a` or `b`.
    pub allowed_by: &'static str,
    /// Who asks; where the policies say whom they are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The context: what is not there is absent.
    pub context: BTreeMap<String, Vec<String>>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// How they compare.
    pub verdict: Verdict,
    /// What the first allows and the second does not.
    pub a_only: Option<Witness>,
    /// What the second allows and the first does not.
    pub b_only: Option<Witness>,
    /// Why it was not decided, if it was not.
    pub unknown: Vec<String>,
}

/// Compares two policies of one kind: both say whom they are for, or neither does.
pub fn compare(a: &Policy, b: &Policy) -> Comparison {
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    for (name, policy) in [("a", a), ("b", b)] {
        for statement in &policy.statements {
            let readable = statement.actions.is_some() && statement.resources.is_some() && statement.effect.is_some();
            let whom = policy.kind.has_principal() == statement.principals.is_some();
            if !statement.obstacles.is_empty() || !readable || !whom {
                unknown.insert(format!("statement {} of {name} cannot be read in full", statement.index));
            }
        }
    }
    if a.kind.has_principal() != b.kind.has_principal() {
        unknown.insert("one says whom it is for, the other does not".into());
    }
    if !unknown.is_empty() {
        return undecided(unknown);
    }
    let pair = Pair { a, b };
    match pair.search() {
        Err(why) => undecided(BTreeSet::from([why])),
        Ok((a_only, b_only, inexact)) => {
            let verdict = match (&a_only, &b_only) {
                (Some(_), Some(_)) => Verdict::Incomparable,
                _ if !inexact.is_empty() => Verdict::Unknown,
                (Some(_), None) => Verdict::ALooser,
                (None, Some(_)) => Verdict::BLooser,
                (None, None) => Verdict::Equivalent,
            };
            let unknown = if verdict == Verdict::Unknown { inexact.into_iter().collect() } else { Vec::new() };
            Comparison { verdict, a_only, b_only, unknown }
        }
    }
}

fn undecided(why: BTreeSet<String>) -> Comparison {
    Comparison { verdict: Verdict::Unknown, a_only: None, b_only: None, unknown: why.into_iter().collect() }
}

/// What applies: a bit for each statement of both policies.
type Bits = Vec<u64>;

fn all_bits(count: usize) -> Bits {
    vec![u64::MAX; count.div_ceil(64).max(1)]
}

fn and(a: &Bits, b: &Bits) -> Bits {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

fn has(bits: &Bits, at: usize) -> bool {
    bits.get(at / 64).is_some_and(|word| word & (1_u64 << (at % 64)) != 0)
}

/// A value of one dimension, and what can apply with it.
struct Choice {
    what: Part,
    bits: Bits,
}

#[derive(Clone)]
enum Part {
    Action(String),
    Resource(String),
    Principal(String),
    Key(String, Vec<String>),
}

type Found = (Option<Witness>, Option<Witness>, BTreeSet<String>);

struct Pair<'a> {
    a: &'a Policy,
    b: &'a Policy,
}

impl<'a> Pair<'a> {
    fn statements(&self) -> impl Iterator<Item = (&'a Policy, &'a Statement)> + use<'a> {
        let (a, b) = (self.a, self.b);
        a.statements.iter().map(move |one| (a, one)).chain(b.statements.iter().map(move |one| (b, one)))
    }

    fn count(&self) -> usize {
        self.a.statements.len().saturating_add(self.b.statements.len())
    }

    fn search(&self) -> Result<Found, String> {
        let mut inexact = BTreeSet::new();
        let keys = self.keys();
        let variables = self.variables();
        if variables.len() > MOST_VARIABLES {
            return Err(format!("more than {MOST_VARIABLES} policy variables"));
        }
        // Each variable with a value that nothing else speaks of, with those that conditions on
        // its key do, and without one.
        let mut bases: Vec<BTreeMap<String, Vec<String>>> = vec![BTreeMap::new()];
        for key in &variables {
            let mut options: Vec<Vec<String>> = vec![vec![fresh(key)], Vec::new()];
            if let Some(conditions) = keys.get(key) {
                let own = values::of(conditions);
                inexact.extend((!own.is_exact).then(|| format!("what {key} can hold")));
                options.extend(own.all);
            }
            bases = bases
                .into_iter()
                .flat_map(|base| {
                    options
                        .iter()
                        .map(move |option| {
                            let mut base = base.clone();
                            base.insert(key.clone(), option.clone());
                            base
                        })
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let (mut a_only, mut b_only) = (None, None);
        for base in &bases {
            for dimensions in self.dimensions(base, &keys, &mut inexact)? {
                let (a, b) = self.walk(base, &dimensions)?;
                a_only = a_only.or(a);
                b_only = b_only.or(b);
            }
            if a_only.is_some() && b_only.is_some() {
                break;
            }
        }
        if !variables.is_empty() && self.variables_differ() {
            let proven =
                |found: &Option<Witness>, one: &Policy, other: &Policy| found.is_some() || never_alone(one, other);
            if !proven(&a_only, self.a, self.b) || !proven(&b_only, self.b, self.a) {
                inexact.insert("policy variables that the policies use differently".into());
            }
        }
        Ok((a_only, b_only, inexact))
    }

    /// Conditions by key, lower-cased.
    fn keys(&self) -> BTreeMap<String, Vec<&'a Condition>> {
        let mut out: BTreeMap<String, Vec<&Condition>> = BTreeMap::new();
        for condition in self.statements().flat_map(|(_, statement)| &statement.conditions) {
            out.entry(condition.key().to_ascii_lowercase()).or_default().push(condition);
        }
        out
    }

    fn texts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.statements().filter(|(policy, _)| policy.version == crate::policy::Version::V2012).flat_map(|(_, one)| {
            let resources = one.resources.iter().flat_map(|clause| clause.patterns());
            resources.chain(one.conditions.iter().flat_map(|condition| condition.values())).map(String::as_str)
        })
    }

    /// Keys of the policy variables.
    fn variables(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for text in self.texts() {
            for inside in text.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
                let key = inside.split(',').next().unwrap_or_default().trim().to_ascii_lowercase();
                if !matches!(key.as_str(), "*" | "?" | "$") {
                    out.insert(key);
                }
            }
        }
        out
    }

    /// Whether the policies write different patterns with variables: a value of one could be a
    /// literal of the other.
    fn variables_differ(&self) -> bool {
        let of = |policy: &Policy| -> BTreeSet<String> {
            let patterns = policy.statements.iter().flat_map(|one| {
                let resources = one.resources.iter().flat_map(|clause| clause.patterns().iter());
                resources.chain(one.conditions.iter().flat_map(|condition| condition.values().iter()))
            });
            patterns.filter(|text| text.contains("${")).cloned().collect()
        };
        of(self.a) != of(self.b)
    }

    /// The dimensions, once for actions that know resources and once for those that do not.
    fn dimensions(
        &self,
        base: &BTreeMap<String, Vec<String>>,
        keys: &BTreeMap<String, Vec<&Condition>>,
        inexact: &mut BTreeSet<String>,
    ) -> Result<Vec<Vec<Vec<Choice>>>, String> {
        let mut shared: Vec<Vec<Choice>> = Vec::new();
        if self.a.kind.has_principal() {
            shared.push(self.principals());
        }
        for (key, conditions) in keys.iter().filter(|(key, _)| !base.contains_key(*key)) {
            let values = values::of(conditions);
            if !values.is_exact {
                inexact.insert(format!("what {key} can hold"));
            }
            let choices = values.all.into_iter().map(|values| {
                let context = context_of(base).with_all(key, values.clone());
                let bits = self.bits(|_, statement| {
                    let own = statement.conditions.iter().filter(|one| one.key().eq_ignore_ascii_case(key));
                    Truth::all(own.map(|one| one.holds(&context)))
                });
                bits.map(|bits| Choice { what: Part::Key(key.clone(), values), bits })
            });
            // A value that an operator makes nothing of is no request that is told apart.
            shared.push(choices.flatten().collect());
        }
        // Conditions on the keys of variables hold or not by the base alone.
        let context = context_of(base);
        let based = self.bits(|_, statement| {
            let own = statement.conditions.iter().filter(|one| base.contains_key(&one.key().to_ascii_lowercase()));
            Truth::all(own.map(|one| one.holds(&context)))
        });
        let Some(based) = based else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        for plain in [true, false] {
            let actions = self.actions(plain)?;
            let resources = self.resources(base, plain)?;
            let mut all: Vec<Vec<Choice>> = vec![actions, resources];
            all.extend(shared.iter().map(|choices| {
                choices.iter().map(|one| Choice { what: one.what.clone(), bits: and(&one.bits, &based) }).collect()
            }));
            if shared.is_empty() {
                let first = all.first_mut().into_iter().flatten();
                first.for_each(|one| one.bits = and(&one.bits, &based));
            }
            out.push(all);
        }
        Ok(out)
    }

    /// A bit for each statement; `None` if one of them is open.
    fn bits(&self, holds: impl Fn(&Policy, &Statement) -> Truth) -> Option<Bits> {
        let mut out = vec![0_u64; self.count().div_ceil(64).max(1)];
        for (at, (policy, statement)) in self.statements().enumerate() {
            match holds(policy, statement) {
                Truth::Yes => {
                    if let Some(word) = out.get_mut(at / 64) {
                        *word |= 1_u64 << (at % 64);
                    }
                }
                Truth::No => {}
                Truth::Unknown(_) => return None,
            }
        }
        Some(out)
    }

    fn actions(&self, plain: bool) -> Result<Vec<Choice>, String> {
        let texts = if plain {
            let patterns: Vec<Vec<Sign>> = self
                .statements()
                .flat_map(|(_, one)| one.actions.iter().flat_map(|clause| clause.patterns()))
                .map(|pattern| globbed(&pattern.to_ascii_lowercase(), false))
                .collect();
            let domain = [Sign::OneInside, Sign::RunInside, Sign::Char(':'), Sign::OneInside, Sign::RunInside];
            let found = representatives(&domain, &patterns, &['x']).ok_or("the actions are too many to compare")?;
            found.into_iter().filter(|action| !resource::is_wildcard_only(action)).collect()
        } else {
            resource::wildcard_only_actions().map(str::to_owned).collect::<Vec<_>>()
        };
        let choices = texts.into_iter().filter_map(|action| {
            let bits = self.bits(|_, statement| {
                let matches = |pattern: &str| Truth::from(glob::matches_ignore_case(pattern, &action));
                statement.actions.as_ref().map_or(Truth::No, |actions| actions.matches(matches))
            })?;
            Some(Choice { what: Part::Action(action), bits })
        });
        Ok(choices.collect())
    }

    fn resources(&self, base: &BTreeMap<String, Vec<String>>, plain: bool) -> Result<Vec<Choice>, String> {
        let texts = if plain {
            let mut patterns: Vec<Vec<Sign>> = Vec::new();
            for (policy, statement) in self.statements() {
                for pattern in statement.resources.iter().flat_map(|clause| clause.patterns()) {
                    patterns.push(if pattern == "*" {
                        vec![Sign::Run]
                    } else {
                        let filled = filled(pattern, policy, base);
                        segmented(&resource::segments(&filled, policy.version), true)
                    });
                }
            }
            let one = ['a', 'r', 'n'].map(Sign::Char).into_iter();
            let mut domain: Vec<Sign> = one.collect();
            for at in 1..=5 {
                domain.push(Sign::Char(':'));
                domain.extend(match at {
                    1 | 2 => vec![Sign::OneInside, Sign::RunInside],
                    5 => vec![Sign::One, Sign::Run],
                    _ => vec![Sign::RunInside],
                });
            }
            representatives(&domain, &patterns, &['x', '1', '/']).ok_or("the resources are too many to compare")?
        } else {
            vec!["*".to_owned()]
        };
        let context = context_of(base);
        let action = if plain { "selvedge:Any" } else { "s3:ListAllMyBuckets" };
        let choices = texts.into_iter().filter_map(|resource| {
            let request = Request::new(action, resource.clone(), context.clone());
            let bits = self.bits(|policy, statement| {
                let place = (policy.kind, policy.version);
                let Some(clause) = &statement.resources else { return Truth::No };
                // Where AWS's own documents contradict each other it is taken for a no, in both.
                match clause.matches(|pattern| resource::covers(pattern, place, &request)) {
                    Truth::Unknown(_) if !plain => Truth::No,
                    truth => truth,
                }
            })?;
            Some(Choice { what: Part::Resource(resource), bits })
        });
        Ok(choices.collect())
    }

    /// Everybody whom the policies tell apart: those they name, and strangers of each kind.
    fn principals(&self) -> Vec<Choice> {
        let mut all: BTreeSet<String> =
            BTreeSet::from(["anonymous".into(), format!("arn:aws:iam::{}:user/stranger", "999999999999")]);
        for name in self.statements().filter_map(|(_, one)| one.principals.as_ref()).flat_map(|one| &one.names) {
            all.extend(callers(name));
        }
        let set = |statement: &Statement, policy: &Policy, caller: &str| {
            // The statement alone, over everything: whether it is for the caller.
            let only = Statement {
                effect: Some(Effect::Allow),
                conditions: Vec::new(),
                actions: Some(crate::policy::Clause::Only(vec!["*".into()])),
                resources: Some(crate::policy::Clause::Only(vec!["*".into()])),
                ..statement.clone()
            };
            let policy = Policy { statements: vec![only], ..policy.clone() };
            let answer = evaluate(
                &asked_set(&policy),
                &asked(caller, "selvedge:Any", "arn:aws:selvedge:::any", Context::complete()),
            );
            match answer.decision {
                crate::Decision::Allow => Truth::Yes,
                crate::Decision::Deny => Truth::No,
                crate::Decision::Unknown { missing } => Truth::Unknown(missing),
            }
        };
        let choices = all.into_iter().filter_map(|caller| {
            let bits = self.bits(|policy, statement| set(statement, policy, &caller))?;
            Some(Choice { what: Part::Principal(caller), bits })
        });
        choices.collect()
    }

    /// All sets of statements that can apply together, each with one request for it.
    fn walk(
        &self,
        base: &BTreeMap<String, Vec<String>>,
        dimensions: &[Vec<Choice>],
    ) -> Result<(Option<Witness>, Option<Witness>), String> {
        let mut reached: BTreeMap<Bits, Vec<usize>> = BTreeMap::from([(all_bits(self.count()), Vec::new())]);
        for choices in dimensions {
            let mut next: BTreeMap<Bits, Vec<usize>> = BTreeMap::new();
            // Values that no statement tells apart are one.
            let mut seen: BTreeSet<&Bits> = BTreeSet::new();
            for (at, choice) in choices.iter().enumerate().filter(|(_, choice)| seen.insert(&choice.bits)) {
                for (bits, path) in &reached {
                    let alive = and(bits, &choice.bits);
                    next.entry(alive).or_insert_with(|| path.iter().copied().chain([at]).collect());
                }
                if next.len() > MOST {
                    return Err("the statements overlap in too many ways".into());
                }
            }
            reached = next;
        }
        let (mut a_only, mut b_only) = (None, None);
        for (bits, path) in &reached {
            let (by_a, by_b) = (self.allows(bits, true), self.allows(bits, false));
            if by_a == by_b || by_a && a_only.is_some() || by_b && b_only.is_some() {
                continue;
            }
            let witness = self.witness(base, dimensions, path, by_a)?;
            if by_a { a_only = Some(witness) } else { b_only = Some(witness) }
        }
        Ok((a_only, b_only))
    }

    fn allows(&self, bits: &Bits, is_a: bool) -> bool {
        let split = self.a.statements.len();
        let own = self.statements().enumerate().filter(|(at, _)| (*at < split) == is_a && has(bits, *at));
        let effects: BTreeSet<Option<Effect>> = own.map(|(_, (_, statement))| statement.effect).collect();
        effects.contains(&Some(Effect::Allow)) && !effects.contains(&Some(Effect::Deny))
    }

    /// The request, if the evaluator says the same of it.
    fn witness(
        &self,
        base: &BTreeMap<String, Vec<String>>,
        dimensions: &[Vec<Choice>],
        path: &[usize],
        by_a: bool,
    ) -> Result<Witness, String> {
        let mut out = Witness {
            allowed_by: if by_a { "a" } else { "b" },
            principal: None,
            action: String::new(),
            resource: String::new(),
            context: base
                .iter()
                .filter(|(_, values)| !values.is_empty())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        };
        for (choices, at) in dimensions.iter().zip(path) {
            match choices.get(*at).map(|choice| &choice.what) {
                Some(Part::Action(action)) => out.action.clone_from(action),
                Some(Part::Resource(resource)) => out.resource.clone_from(resource),
                Some(Part::Principal(principal)) => out.principal = Some(principal.clone()),
                Some(Part::Key(key, values)) if !values.is_empty() => {
                    out.context.insert(key.clone(), values.clone());
                }
                _ => {}
            }
        }
        let says = |policy: &Policy| {
            let context = context_of(&out.context);
            let answer = match &out.principal {
                Some(caller) => evaluate(&asked_set(policy), &asked(caller, &out.action, &out.resource, context)),
                None => {
                    let set = PolicySet::of_identity([("policy", policy.clone())]);
                    evaluate(&set, &Request::new(out.action.clone(), out.resource.clone(), context))
                }
            };
            answer.is_allow()
        };
        if (says(self.a), says(self.b)) == (by_a, !by_a) {
            Ok(out)
        } else {
            Err(format!("the evaluator does not confirm {} on {}", out.action, out.resource))
        }
    }
}

/// A resource policy, and a caller whose own policies allow everything.
fn asked_set(policy: &Policy) -> PolicySet {
    let everything =
        Policy::parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#).0;
    PolicySet {
        identity: vec![("the caller's own".into(), everything)],
        resource: Some(("policy".into(), Policy { kind: Kind::Resource, ..policy.clone() })),
        ..PolicySet::default()
    }
}

fn asked(caller: &str, action: &str, resource: &str, context: Context) -> Request {
    let account = caller.split(':').nth(4).filter(|account| !account.is_empty());
    Request::new(action, resource, context).by(caller).between(account, Some(OWNER))
}

/// Callers that a name tells from others.
fn callers(name: &Name) -> Vec<String> {
    let text = &name.text;
    match name.kind {
        NameKind::Anyone => Vec::new(),
        NameKind::Service | NameKind::Federated => vec![text.clone()],
        NameKind::Aws if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) => {
            vec![format!("arn:aws:iam::{text}:user/stranger")]
        }
        NameKind::Aws => match text.strip_suffix(":root") {
            Some(account) => vec![format!("{account}:user/stranger")],
            None => {
                let account = text.split(':').nth(4).filter(|account| !account.is_empty());
                let other = account.map(|account| format!("arn:aws:iam::{account}:user/stranger"));
                std::iter::once(text.clone()).chain(other).collect()
            }
        },
        NameKind::CanonicalUser => Vec::new(),
    }
}

fn context_of(values: &BTreeMap<String, Vec<String>>) -> Context {
    values.iter().fold(Context::complete(), |context, (key, values)| context.with_all(key, values.clone()))
}
