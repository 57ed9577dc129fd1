//! Conditions under which one policy allows and the other does not, where action, resource
//! and principal are settled: some statements must apply, all of some others must fail, each
//! by one of its conditions. Branches end as soon as no value of a key is left.

use super::TooLarge;
use super::keys::{AtomId, Keys, Literals, Solved};
use crate::condition::Context;
use std::collections::{BTreeMap, BTreeSet};

/// The conditions of a statement; all must hold.
pub(super) type Cube = BTreeSet<AtomId>;

/// Which statements there are, by what they do and whose they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sides {
    /// Allow statements of the policy that is to allow.
    pub(super) allow: BTreeSet<Cube>,
    /// Its Deny statements.
    pub(super) deny: BTreeSet<Cube>,
    /// Allow statements of the other.
    pub(super) other_allow: BTreeSet<Cube>,
    /// Its Deny statements.
    pub(super) other_deny: BTreeSet<Cube>,
}

impl Sides {
    /// Without statements that apply only where another applies anyhow.
    pub(super) fn least(self) -> Self {
        let least = |all: BTreeSet<Cube>| -> BTreeSet<Cube> {
            let idle = |one: &Cube| all.iter().any(|other| other != one && other.is_subset(one));
            all.iter().filter(|one| !idle(one)).cloned().collect()
        };
        Self {
            allow: least(self.allow),
            deny: least(self.deny),
            other_allow: least(self.other_allow),
            other_deny: least(self.other_deny),
        }
    }
}

/// What is settled, by key.
type State = BTreeMap<String, Literals>;

/// Branches of one comparison.
const MOST_STEPS: usize = 400_000;

/// How many statements may have to fail at once.
const DEEPEST: usize = 500;

pub(super) struct Search<'a> {
    keys: &'a Keys,
    /// Whether a condition of which nothing is known may go either way.
    perhaps: bool,
    solved: Solved,
    /// What was looked for in vain.
    vain: BTreeSet<(Sides, Literals)>,
    steps: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(keys: &'a Keys, perhaps: bool) -> Self {
        Self { keys, perhaps, solved: Solved::default(), vain: BTreeSet::new(), steps: 0 }
    }

    /// A context in which `base` is so and the one policy allows what the other does not;
    /// `None` if there is none.
    ///
    /// # Errors
    /// If there are too many branches.
    pub(super) fn context(&mut self, sides: Sides, base: &Literals) -> Result<Option<Context>, TooLarge> {
        let none = Cube::new();
        if sides.allow.is_empty() || sides.deny.contains(&none) {
            return Ok(None);
        }
        if sides.other_allow.contains(&none) && sides.other_deny.is_empty() {
            return Ok(None);
        }
        let sought = (sides.least(), base.clone());
        if self.vain.contains(&sought) {
            return Ok(None);
        }
        let found = self.state(&sought.0, base)?;
        if found.is_none() {
            self.vain.insert(sought);
        }
        Ok(found.map(|state| self.told(&state)))
    }

    fn state(&mut self, sides: &Sides, base: &Literals) -> Result<Option<State>, TooLarge> {
        let Some(start) = self.with(&State::new(), base.iter().copied()) else {
            return Ok(None);
        };
        for allow in &sides.allow {
            let Some(state) = self.with(&start, allow.iter().map(|id| (*id, true))) else {
                continue;
            };
            let both: BTreeSet<Cube> = sides.deny.union(&sides.other_allow).cloned().collect();
            let found = self.all_fail(&state, both, 0)?;
            if found.is_some() {
                return Ok(found);
            }
            for deny in &sides.other_deny {
                let Some(state) = self.with(&state, deny.iter().map(|id| (*id, true))) else {
                    continue;
                };
                let found = self.all_fail(&state, sides.deny.clone(), 0)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// The state with more settled; `None` if nothing can be so.
    fn with(&mut self, state: &State, more: impl Iterator<Item = (AtomId, bool)>) -> Option<State> {
        let (mut out, mut changed) = (state.clone(), BTreeSet::new());
        for (id, wanted) in more {
            let key = self.keys.key_of(id)?;
            let own = out.entry(key.to_owned()).or_default();
            match own.binary_search_by_key(&id, |(known, _)| *known) {
                Ok(at) if own.get(at).is_some_and(|(_, known)| *known == wanted) => {}
                Ok(_) => return None,
                Err(at) => {
                    own.insert(at, (id, wanted));
                    changed.insert(key.to_owned());
                }
            }
        }
        for key in changed {
            let asked = out.get(&key)?;
            self.solved.values(self.keys, &key, asked, self.perhaps)?;
        }
        Some(out)
    }

    fn all_fail(&mut self, state: &State, cubes: BTreeSet<Cube>, depth: usize) -> Result<Option<State>, TooLarge> {
        self.steps = self.steps.saturating_add(1).saturating_add(cubes.len() / 8);
        if self.steps > MOST_STEPS || depth > DEEPEST {
            return Err(TooLarge::of("conditions"));
        }
        let is_settled = |id: &AtomId| {
            let own = state.get(self.keys.key_of(*id)?)?;
            let at = own.binary_search_by_key(id, |(known, _)| *known).ok()?;
            own.get(at).map(|(_, wanted)| *wanted)
        };
        let mut open: BTreeSet<Cube> = BTreeSet::new();
        for cube in cubes {
            if cube.iter().any(|id| is_settled(id) == Some(false)) {
                continue;
            }
            let rest: Cube = cube.into_iter().filter(|id| is_settled(id).is_none()).collect();
            if rest.is_empty() {
                return Ok(None);
            }
            open.insert(rest);
        }
        let Some(first) = open.iter().min_by_key(|cube| cube.len()).cloned() else {
            return Ok(Some(state.clone()));
        };
        // Where one condition failing did not help, it may be taken to hold from there on.
        let mut state = state.clone();
        for id in first {
            if let Some(next) = self.with(&state, std::iter::once((id, false))) {
                let found = self.all_fail(&next, open.clone(), depth.saturating_add(1))?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            if !self.perhaps && !self.keys.is_certain(id) {
                continue;
            }
            match self.with(&state, std::iter::once((id, true))) {
                Some(next) => state = next,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    fn told(&mut self, state: &State) -> Context {
        let mut context = Context::complete();
        for (key, asked) in state {
            if let Some(values) = self.solved.values(self.keys, key, asked, self.perhaps)
                && !values.is_empty()
            {
                context = context.with_all(key, values);
            }
        }
        context
    }
}
