//! A request that one policy allows and the other does not: over every kind of person,
//! action and resource, by the conditions of the statements that apply.

use super::TooLarge;
use super::askers::{Person, people, unique_ids};
use super::automaton::Class;
use super::fixing::fixings;
use super::keys::{Conditions, Keys, Known, Literals};
use super::search::Search;
use super::witness::Witness;
use super::world::{Actions, Assumed, Bit, Target, World};
use crate::condition::Context;
use crate::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// What was found in one direction.
#[derive(Debug)]
pub(super) enum Found {
    /// There is a difference.
    Witness(Box<Witness>),
    /// There is none.
    Nothing,
    /// There may be one; it hangs on these.
    Perhaps(Vec<String>),
}

/// Kinds of requests that are looked at.
const MOST_KINDS: usize = 2_000_000;

/// So many unknown things are assumed in every combination.
const MOST_BITS: usize = 8;

/// Two policies, ready to be compared both ways.
pub(super) struct Pair<'a> {
    policies: [&'a Policy; 2],
    actions: Actions,
    conditions: Conditions,
    people: Vec<Option<Person>>,
    ids: Vec<String>,
    fixings: Vec<Context>,
    /// Without fixed variables.
    plain: (World<'a>, Keys),
}

/// A request with what would have to be so.
struct Hit {
    person: Option<Person>,
    action: String,
    resource: String,
    context: Context,
    bits: Vec<Bit>,
    rules: Vec<usize>,
}

/// One search over all requests.
struct Walk<'w, 'a> {
    world: &'w World<'a>,
    actions: &'w Actions,
    search: Search<'w>,
    /// Whether the first policy is to allow what the second does not.
    forward: bool,
    /// Whether what is not known is assumed.
    perhaps: bool,
    kinds: usize,
}

impl<'a> Pair<'a> {
    pub(super) fn of(a: &'a Policy, b: &'a Policy) -> Result<Self, TooLarge> {
        let policies = [a, b];
        let actions = Actions::of(policies)?;
        let mut conditions = Conditions::default();
        let people = if a.kind.has_principal() {
            people(policies).ok_or_else(|| TooLarge::of("principals"))?.into_iter().map(Some).collect()
        } else {
            vec![None]
        };
        let ids = unique_ids(policies);
        let world = World::of(policies, &actions, &mut conditions, None)?;
        for person in people.iter().flatten() {
            Person::settled(person, &ids, &mut conditions);
        }
        let keys = Keys::of(&conditions, None)?;
        let fixings = fixings(policies);
        Ok(Self { policies, actions, conditions, people, ids, fixings, plain: (world, keys) })
    }

    /// Something that the first (or, backward, the second) policy alone allows.
    pub(super) fn difference(&mut self, forward: bool) -> Result<Found, TooLarge> {
        if let Some(hit) = self.walk(None, forward, false)? {
            return Ok(self.confirmed(hit, forward));
        }
        for at in 0..self.fixings.len() {
            let Some(hit) = self.walk(Some(at), forward, false)? else {
                continue;
            };
            return Ok(self.confirmed(hit, forward));
        }
        Ok(match self.walk(None, forward, true)? {
            Some(hit) => Found::Perhaps(self.reasons(&hit)),
            None => Found::Nothing,
        })
    }

    /// With the variables of a fixing, or with none.
    fn walk(&mut self, fixing: Option<usize>, forward: bool, perhaps: bool) -> Result<Option<Hit>, TooLarge> {
        let fixed = fixing.and_then(|at| self.fixings.get(at)).cloned();
        let settled: Vec<(Option<Person>, Literals)> = self
            .people
            .iter()
            .map(|person| {
                let literals = person.as_ref().map(|one| one.settled(&self.ids, &mut self.conditions));
                (person.clone(), literals.unwrap_or_default())
            })
            .collect();
        let own;
        let (world, keys) = match &fixed {
            None => (&self.plain.0, &self.plain.1),
            Some(fixed) => {
                let world = World::of(self.policies, &self.actions, &mut self.conditions, Some(fixed))?;
                own = (world, Keys::of(&self.conditions, Some(fixed))?);
                (&own.0, &own.1)
            }
        };
        let search = Search::new(keys, perhaps);
        let mut walk = Walk { world, actions: &self.actions, search, forward, perhaps, kinds: 0 };
        let mut hit = walk.run(&settled)?;
        if let (Some(hit), Some(fixed)) = (&mut hit, fixed) {
            for (key, values) in fixed.iter() {
                hit.context = std::mem::take(&mut hit.context).with_all(key, values.to_vec());
            }
        }
        Ok(hit)
    }

    fn confirmed(&self, hit: Hit, forward: bool) -> Found {
        let Hit { person, action, resource, context, .. } = hit;
        let witness =
            Witness::of(self.policies, forward, person.as_ref(), (&action, &resource), &context, &self.conditions);
        match witness {
            Some(witness) => Found::Witness(Box::new(witness)),
            None => Found::Perhaps(vec![format!(
                "the evaluator does not confirm {action} on {resource}: please report this"
            )]),
        }
    }

    /// What a possible difference hangs on, in words.
    fn reasons(&self, hit: &Hit) -> Vec<String> {
        let (world, keys) = &self.plain;
        let mut out: BTreeSet<String> = hit.bits.iter().filter_map(|bit| world.open.get(*bit)).cloned().collect();
        for id in world.conditions_of(&hit.rules) {
            if let Some(condition) = self.conditions.get(id).filter(|_| !keys.is_certain(id)) {
                let values = condition.values().join(", ");
                out.insert(format!("a condition: {} of {}: {values}", condition.operator(), condition.written()));
            }
        }
        if out.is_empty() {
            out.insert(format!("conditions that take a value for different things, for {}", hit.action));
        }
        out.into_iter().collect()
    }
}

impl Walk<'_, '_> {
    fn run(&mut self, people: &[(Option<Person>, Literals)]) -> Result<Option<Hit>, TooLarge> {
        // People of whom the statements make the same are one kind.
        let mut kinds: BTreeMap<(Vec<Known>, &Literals), &Option<Person>> = BTreeMap::new();
        for (person, settled) in people {
            kinds.entry((self.world.is_for(person.as_ref()), settled)).or_insert(person);
        }
        for ((is_for, settled), person) in &kinds {
            let mut seen = BTreeSet::new();
            for action in &self.actions.classes {
                let rules = self.world.about(action, is_for);
                // Of actions that the same is said of one is enough.
                if !seen.insert((rules.clone(), self.world.same(action))) {
                    continue;
                }
                if let Some(mut hit) = self.action(action, &rules, is_for, settled)? {
                    hit.person = (*person).clone();
                    return Ok(Some(hit));
                }
            }
        }
        Ok(None)
    }

    fn action(
        &mut self,
        action: &Class,
        rules: &[usize],
        is_for: &[Known],
        settled: &Literals,
    ) -> Result<Option<Hit>, TooLarge> {
        let world = self.world;
        let arns = world.arns.iter().filter(|_| !world.is_wildcard_only(action));
        let targets = arns.map(|arn| (Target::Arn(&arn.members), arn.text.as_str())).chain([(Target::None, "*")]);
        for (target, resource) in targets {
            self.kinds = self.kinds.saturating_add(1);
            if self.kinds > MOST_KINDS {
                return Err(TooLarge::of("kinds of requests"));
            }
            let bits: Vec<Bit> =
                if self.perhaps { world.bits(rules, action, target, is_for).into_iter().collect() } else { Vec::new() };
            if bits.len() > MOST_BITS {
                return Err(TooLarge::of("policy variables"));
            }
            for assumed in combinations(&bits) {
                let sides = world.sides(rules, (action, target), is_for, (self.forward, &assumed));
                if let Some(context) = self.search.context(sides, settled)? {
                    let (action, resource) = (action.text.clone(), resource.to_owned());
                    return Ok(Some(Hit { person: None, action, resource, context, bits, rules: rules.to_vec() }));
                }
            }
        }
        Ok(None)
    }
}

/// Every way that things can be.
fn combinations(bits: &[Bit]) -> Vec<Assumed> {
    let mut out = vec![Assumed::new()];
    for bit in bits {
        let both = |assumed: &Assumed| {
            [false, true].map(|value| assumed.iter().map(|(b, v)| (*b, *v)).chain([(*bit, value)]).collect())
        };
        out = out.iter().flat_map(both).collect();
    }
    out
}
