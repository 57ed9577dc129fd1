//! Two policies in one common form: every kind of action and of resource that they tell
//! apart, and for each statement to which of these it applies.

use super::TooLarge;
use super::askers::Person;
use super::automaton::{Class, Language, Members, classes};
use super::keys::{Conditions, Known};
use super::pattern::{self, Place, Resource};
use super::search::{Cube, Sides};
use crate::condition::Context;
use crate::policy::{Clause, Effect, Policy, Statement};
use crate::resource::WILDCARD_ONLY;
use std::collections::{BTreeMap, BTreeSet};

/// Something of which it is not known whether it is so, by its place in [`World::open`].
pub(super) type Bit = usize;

/// What is assumed of it.
pub(super) type Assumed = BTreeMap<Bit, bool>;

/// Languages, each once.
#[derive(Debug, Default)]
struct Languages {
    all: Vec<Language>,
}

impl Languages {
    fn add(&mut self, language: Language) -> usize {
        if let Some(at) = self.all.iter().position(|one| *one == language) {
            return at;
        }
        self.all.push(language);
        self.all.len().saturating_sub(1)
    }
}

/// The kinds of actions.
#[derive(Debug)]
pub(super) struct Actions {
    pub(super) classes: Vec<Class>,
    /// By statement, in order: its language.
    of: Vec<usize>,
    /// By the pattern of a service: the actions of these services.
    services: BTreeMap<String, usize>,
    wildcard_only: usize,
}

/// Served whatever policies say; a poor example.
const SERVED_ALWAYS: &str = "sts:GetCallerIdentity";

impl Actions {
    pub(super) fn of(policies: [&Policy; 2]) -> Result<Self, TooLarge> {
        let (mut languages, mut of, mut services) = (Languages::default(), Vec::new(), BTreeMap::new());
        let names = |names: &[&str]| names.iter().map(|name| pattern::action(name)).collect::<Language>();
        let wildcard_only = languages.add(names(WILDCARD_ONLY));
        let served = languages.add(names(&[SERVED_ALWAYS]));
        for policy in policies {
            let place = Place { kind: policy.kind, version: policy.version, fixed: None };
            for statement in &policy.statements {
                let own: BTreeSet<_> = patterns(statement.actions.as_ref()).map(pattern::action).collect();
                of.push(languages.add(own.into_iter().collect()));
                for one in patterns(statement.resources.as_ref()) {
                    if let Resource::Arns { service: Some(service), .. } = pattern::resource(one, place) {
                        let language = vec![pattern::actions_of(&service)];
                        services.entry(service).or_insert_with(|| languages.add(language));
                    }
                }
            }
        }
        let (all, nice) = pattern::all_actions();
        let mut classes = classes(&all, &nice, &languages.all, "actions")?;
        // The last are the poorest examples.
        classes.sort_by_key(|class| (class.members.contains(&served), class.members.contains(&wildcard_only)));
        Ok(Self { classes, of, services, wildcard_only })
    }
}

fn patterns(clause: Option<&Clause>) -> impl Iterator<Item = &str> {
    clause.into_iter().flat_map(Clause::patterns).map(String::as_str)
}

/// The resources of a statement.
#[derive(Debug, Default)]
struct Resources {
    except: bool,
    everything: bool,
    /// ARNs that it names surely.
    arns: Option<usize>,
    /// Languages of actions of which the whole service is covered.
    services: Vec<usize>,
    /// What it may name beside, if the variables are so; and what may be of it if nothing
    /// is known.
    free: Vec<(Bit, Option<usize>)>,
}

/// One statement.
#[derive(Debug)]
struct Rule<'a> {
    of_first: bool,
    statement: &'a Statement,
    /// The language of its actions, and whether they are excepted.
    actions: (usize, bool),
    resources: Resources,
    cube: Cube,
    principals: Bit,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    /// One resource: the languages that its ARN is in.
    Arn(&'a Members),
    /// No resource in particular, `*`.
    None,
}

/// Both policies.
#[derive(Debug)]
pub(super) struct World<'a> {
    rules: Vec<Rule<'a>>,
    /// The kinds of ARNs.
    pub(super) arns: Vec<Class>,
    /// What is not known, in words.
    pub(super) open: Vec<String>,
    wildcard_only: usize,
}

/// On what covers a service and no more, the provider's pages contradict each other where
/// the action knows no resource; whatever holds, it holds for all such patterns.
const WHOLE_SERVICE: &str = "whether a pattern of a whole service grants an action without resource-level permissions";

struct Builder<'a> {
    actions: &'a Actions,
    languages: Languages,
    open: Vec<String>,
}

impl Builder<'_> {
    fn bit(&mut self, what: String) -> Bit {
        if let Some(at) = self.open.iter().position(|one| *one == what) {
            return at;
        }
        self.open.push(what);
        self.open.len().saturating_sub(1)
    }

    fn resources(&mut self, clause: Option<&Clause>, place: Place<'_>) -> Resources {
        let mut out = Resources { except: matches!(clause, Some(Clause::Except(_))), ..Resources::default() };
        let mut sure = BTreeSet::new();
        for text in patterns(clause) {
            match pattern::resource(text, place) {
                Resource::Everything => out.everything = true,
                Resource::Never => {}
                Resource::Arns { pattern, service } => {
                    sure.insert(pattern);
                    out.services.extend(service.and_then(|service| self.actions.services.get(&service)));
                }
                Resource::Free(pattern) => {
                    let bit = self.bit(format!("a policy variable: {text}"));
                    out.free.push((bit, Some(self.languages.add(vec![pattern]))));
                }
                Resource::Opaque => out.free.push((self.bit(format!("what {text} covers")), None)),
            }
        }
        out.arns = (!sure.is_empty()).then(|| self.languages.add(sure.into_iter().collect()));
        out
    }
}

impl<'a> World<'a> {
    /// Of two policies, where variables are fixed or not.
    pub(super) fn of(
        policies: [&'a Policy; 2],
        actions: &Actions,
        conditions: &mut Conditions,
        fixed: Option<&Context>,
    ) -> Result<Self, TooLarge> {
        let open = vec![WHOLE_SERVICE.to_owned()];
        let mut builder = Builder { actions, languages: Languages::default(), open };
        let (mut rules, mut languages) = (Vec::new(), actions.of.iter());
        for (policy, of_first) in policies.into_iter().zip([true, false]) {
            let place = Place { kind: policy.kind, version: policy.version, fixed };
            for statement in &policy.statements {
                let except = matches!(statement.actions, Some(Clause::Except(_)));
                let cube = statement.conditions.iter().map(|one| conditions.add(one)).collect();
                rules.push(Rule {
                    of_first,
                    statement,
                    actions: (languages.next().copied().unwrap_or(usize::MAX), except),
                    resources: builder.resources(statement.resources.as_ref(), place),
                    cube,
                    principals: builder.bit(format!("whether a statement is for somebody: {:?}", statement.principals)),
                });
            }
        }
        let (all, nice) = pattern::all_arns();
        let arns = classes(&all, &nice, &builder.languages.all, "resources")?;
        Ok(Self { rules, arns, open: builder.open, wildcard_only: actions.wildcard_only })
    }

    /// What each statement makes of somebody.
    pub(super) fn is_for(&self, person: Option<&Person>) -> Vec<Known> {
        self.rules.iter().map(|rule| person.map_or(Some(true), |person| person.is_asked_for(rule.statement))).collect()
    }

    /// Whether an action is one that knows no resource.
    pub(super) fn is_wildcard_only(&self, action: &Class) -> bool {
        action.members.contains(&self.wildcard_only)
    }

    /// What beside the statements tells actions apart.
    pub(super) fn same(&self, action: &Class) -> Members {
        let asked = self.rules.iter().flat_map(|rule| rule.resources.services.iter().copied());
        asked.chain([self.wildcard_only]).filter(|language| action.members.contains(language)).collect()
    }

    /// The statements that may be for an action.
    pub(super) fn about(&self, action: &Class, people: &[Known]) -> Vec<usize> {
        let about = |(place, rule): (usize, &Rule<'_>)| {
            let (language, except) = rule.actions;
            let is_for = people.get(place).copied().flatten() != Some(false);
            (is_for && action.members.contains(&language) != except).then_some(place)
        };
        self.rules.iter().enumerate().filter_map(about).collect()
    }

    /// What of `rules` hangs on things that are not known.
    pub(super) fn bits(&self, rules: &[usize], action: &Class, target: Target<'_>, people: &[Known]) -> BTreeSet<Bit> {
        let mut out = BTreeSet::new();
        for (place, rule) in rules.iter().filter_map(|place| Some((*place, self.rules.get(*place)?))) {
            let (sure, bits) = rule.resources.named(action, target);
            if !sure {
                out.extend(bits);
            }
            if people.get(place).copied().flatten().is_none() {
                out.insert(rule.principals);
            }
        }
        out
    }

    /// The statements that apply, conditions aside. What is not known counts against there
    /// being a difference.
    pub(super) fn sides(
        &self,
        rules: &[usize],
        (action, target): (&Class, Target<'_>),
        people: &[Known],
        (forward, assumed): (bool, &Assumed),
    ) -> Sides {
        let mut sides = Sides::default();
        for (place, rule) in rules.iter().filter_map(|place| Some((*place, self.rules.get(*place)?))) {
            let person = people.get(place).copied().flatten().or_else(|| assumed.get(&rule.principals).copied());
            let applies = match (rule.resources.apply(action, target, assumed), person) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
            let cube = || rule.cube.clone();
            let (sure, possible) = (applies == Some(true), applies != Some(false));
            match (rule.statement.effect, rule.of_first == forward) {
                (Some(Effect::Allow), true) if sure => sides.allow.insert(cube()),
                (Some(Effect::Deny), true) if possible => sides.deny.insert(cube()),
                (Some(Effect::Allow), false) if possible => sides.other_allow.insert(cube()),
                (Some(Effect::Deny), false) if sure => sides.other_deny.insert(cube()),
                _ => false,
            };
        }
        sides
    }

    /// The conditions of some statements.
    pub(super) fn conditions_of(&self, rules: &[usize]) -> Cube {
        rules.iter().filter_map(|place| self.rules.get(*place)).flat_map(|rule| rule.cube.iter().copied()).collect()
    }
}

impl Resources {
    /// Whether the patterns surely cover a target, and what may be so that they do.
    fn named(&self, action: &Class, target: Target<'_>) -> (bool, Vec<Bit>) {
        let mut bits = Vec::new();
        let sure = match target {
            Target::Arn(members) => {
                let may = |language: &Option<usize>| language.is_none_or(|language| members.contains(&language));
                bits.extend(self.free.iter().filter(|(_, language)| may(language)).map(|(bit, _)| *bit));
                self.arns.is_some_and(|language| members.contains(&language))
            }
            Target::None => {
                bits.extend(self.free.iter().filter(|(_, language)| language.is_none()).map(|(bit, _)| *bit));
                if self.services.iter().any(|service| action.members.contains(service)) {
                    // The first of all.
                    bits.push(0);
                }
                false
            }
        };
        (sure || self.everything, bits)
    }

    fn apply(&self, action: &Class, target: Target<'_>, assumed: &Assumed) -> Known {
        let (sure, bits) = self.named(action, target);
        let named = if sure || bits.iter().any(|bit| assumed.get(bit) == Some(&true)) {
            Some(true)
        } else if bits.iter().all(|bit| assumed.get(bit) == Some(&false)) {
            Some(false)
        } else {
            None
        };
        named.map(|named| named != self.except)
    }
}
