//! What goes wrong with the agent's own calls, on demand.

use crate::rng::Rng;
use jiff::SignedDuration;
use selvedge_actions::Mutation;
use std::collections::BTreeSet;

/// One thing that goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Refused with "ask again later"; nothing is done.
    Throttled {
        /// What the provider says about when.
        retry_after: Option<SignedDuration>,
    },
    /// The provider cannot be reached; nothing is sent.
    Unavailable,
    /// A mutation is done, and the answer never comes. A read fails.
    LostAnswer,
    /// A mutation never arrives, and the caller cannot know. A read fails.
    LostRequest,
    /// Somebody else makes this change right before the call, which then goes on
    /// as if nothing were.
    ChangedBefore(Mutation),
}

/// When a [`Fault`] strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// Only for this operation, such as `iam:PutRolePolicy`, `iam:GetRole`,
    /// `GET /users/{id}`; `None` for all.
    pub operation: Option<String>,
    /// From the n-th such call on, counted from 1 since the rule was set.
    pub from: u64,
    /// For so many calls.
    pub count: u64,
    /// What happens.
    pub fault: Fault,
    seen: u64,
}

impl FaultRule {
    /// `fault` at the `n`-th call of `operation`, once.
    pub fn nth(operation: Option<&str>, n: u64, fault: Fault) -> Self {
        Self { operation: operation.map(str::to_owned), from: n, count: 1, fault, seen: 0 }
    }

    /// `fault` at every call of `operation`.
    pub fn always(operation: Option<&str>, fault: Fault) -> Self {
        Self { operation: operation.map(str::to_owned), from: 1, count: u64::MAX, fault, seen: 0 }
    }

    fn strikes(&mut self, operation: &str) -> bool {
        if self.operation.as_deref().is_some_and(|own| own != operation) {
            return false;
        }
        self.seen += 1;
        self.seen >= self.from && self.seen - self.from < self.count
    }
}

/// A seeded mix: each call is hit with the given chance.
#[derive(Debug, Clone)]
pub(crate) struct RandomFaults {
    per_mille: u32,
    rng: Rng,
}

/// All that is set to go wrong.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    rules: Vec<FaultRule>,
    random: Option<RandomFaults>,
    denied: BTreeSet<String>,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// With one more rule.
    pub fn with(mut self, rule: FaultRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// With the agent's credential lacking a permission, such as
    /// `iam:PutRolePolicy` or `User.EnableDisableAccount.All`.
    pub fn without_permission(mut self, permission: &str) -> Self {
        self.denied.insert(permission.into());
        self
    }

    /// With a seeded mix of throttling, unreachability, lost requests and lost
    /// answers on `per_mille` of a thousand calls.
    pub fn random(mut self, seed: u64, per_mille: u32) -> Self {
        self.random = Some(RandomFaults { per_mille, rng: Rng::labelled(seed, "faults") });
        self
    }

    pub(crate) fn lacks(&self, permission: &str) -> bool {
        self.denied.contains(permission)
    }

    /// What strikes this call. Each rule counts each call; the first that strikes
    /// wins.
    pub(crate) fn strike(&mut self, operation: &str) -> Option<Fault> {
        let mut struck = None;
        for rule in &mut self.rules {
            if rule.strikes(operation) && struck.is_none() {
                struck = Some(rule.fault.clone());
            }
        }
        struck.or_else(|| self.random.as_mut().and_then(RandomFaults::draw))
    }
}

impl RandomFaults {
    fn draw(&mut self) -> Option<Fault> {
        if !self.rng.chance(self.per_mille) {
            return None;
        }
        Some(match self.rng.between(0, 4) {
            0 => Fault::Throttled { retry_after: None },
            1 => Fault::Throttled { retry_after: Some(SignedDuration::from_secs(2)) },
            2 => Fault::Unavailable,
            3 => Fault::LostRequest,
            _ => Fault::LostAnswer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_count_their_own_calls() {
        let mut faults = Faults::none().with(FaultRule::nth(Some("a"), 2, Fault::Unavailable)).with(FaultRule::nth(
            None,
            4,
            Fault::LostAnswer,
        ));
        let struck: Vec<bool> = ["a", "b", "a", "a", "b"].iter().map(|op| faults.strike(op).is_some()).collect();
        assert_eq!(struck, [false, false, true, true, false]);
    }

    #[test]
    fn the_random_mix_is_seeded() {
        let draw = |seed| {
            let mut faults = Faults::none().random(seed, 300);
            (0..200).map(|_| faults.strike("x")).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let hits = draw(1).iter().flatten().count();
        assert!((30..=90).contains(&hits), "{hits} of 200");
    }
}
