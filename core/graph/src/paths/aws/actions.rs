//! The actions that ways ask about, numbered, and sets of them: which of them some statement
//! may allow is looked up once for each document.

use selvedge_access::{Effect, Policy, Truth, glob};

/// All actions that are asked about.
pub(in crate::paths) struct Actions {
    names: Vec<String>,
}

/// Some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::paths) struct Set(Vec<u64>);

impl Actions {
    pub(in crate::paths) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(str::to_ascii_lowercase).collect();
        names.sort();
        names.dedup();
        Self { names }
    }

    pub(in crate::paths) fn none(&self) -> Set {
        Set(vec![0; self.names.len().div_ceil(64)])
    }

    /// Those that an Allow of the policy names, whatever its resources and conditions.
    pub(in crate::paths) fn allowed_by(&self, policy: &Policy) -> Set {
        let mut out = self.none();
        for statement in policy.statements.iter().filter(|one| one.effect != Some(Effect::Deny)) {
            for (at, name) in self.names.iter().enumerate() {
                let named = statement.actions.as_ref().map_or(Truth::Yes, |actions| {
                    actions.matches(|pattern| Truth::from(glob::matches_ignore_case(pattern, name)))
                });
                if named != Truth::No {
                    out.put(at);
                }
            }
        }
        out
    }

    pub(in crate::paths) fn has(&self, set: &Set, action: &str) -> bool {
        let found = self.names.binary_search_by(|name| name.as_str().cmp(&action.to_ascii_lowercase()));
        found.is_ok_and(|at| set.holds(at))
    }
}

impl Set {
    fn put(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1_u64 << (at % 64);
        }
    }

    fn holds(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1_u64 << (at % 64)) != 0)
    }

    pub(in crate::paths) fn add(&mut self, other: &Self) {
        for (own, also) in self.0.iter_mut().zip(&other.0) {
            *own |= also;
        }
    }

    /// All of them.
    pub(in crate::paths) fn fill(&mut self) {
        self.0.iter_mut().for_each(|word| *word = u64::MAX);
    }

    pub(in crate::paths) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}
