//! Which records of whom are read first, where those of people at risk are more than
//! fit into memory.

use std::collections::BTreeMap;

/// Records of people at risk and of their AWS sessions that are unpacked at once.
pub(super) const MAX_OWN: usize = 24_000;

/// What somebody did so long before a risk showed is read before the rest, in
/// microseconds: role sessions that were made from one another live no longer.
const BEFORE: i64 = 86_400_000_000;
/// The same of the time after: within it most of what a stolen session is used for is
/// done.
const AFTER: i64 = 3 * 86_400_000_000;

/// What a record is to a decision, and when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// What says who is who, and changes in Entra.
    Identity,
    /// What rules matched, near a risk in time.
    Told,
    /// Sign-ins of Entra sessions that show in two places, and those that may have given
    /// an AWS session.
    Entry,
    /// Plain calls near a risk.
    Call,
    /// Other sign-ins near a risk: of one who works all day there are thousands.
    SignIn,
    /// What rules matched at other times.
    OtherTold,
    /// Plain calls at other times.
    OtherCall,
    /// Other sign-ins at other times.
    OtherSignIn,
}

impl Rank {
    /// The rank of a like record that lies near no risk.
    pub(super) fn far(self) -> Self {
        match self {
            Self::Told => Self::OtherTold,
            Self::Call => Self::OtherCall,
            Self::SignIn => Self::OtherSignIn,
            other => other,
        }
    }
}

/// When risks showed, by whose sessions they may concern: people and AWS principals as
/// numbers. Of somebody who is not there, all times are alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Near(BTreeMap<u64, Vec<i64>>);

impl Near {
    pub(super) fn add(&mut self, owner: u64, times: &[i64]) {
        self.0.entry(owner).or_default().extend(times);
    }

    /// Whether something that this owner did at a time lies near a risk.
    pub(super) fn is_near(&self, owner: u64, at: i64) -> bool {
        let near = |risk: &i64| (risk.saturating_sub(BEFORE)..=risk.saturating_add(AFTER)).contains(&at);
        self.0.get(&owner).is_none_or(|times| times.iter().any(near))
    }
}

/// A record of somebody at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Own {
    pub(super) rank: Rank,
    /// Whose it is, as a number.
    pub(super) owner: u64,
    /// The first bytes of its identity, which is a digest.
    pub(super) event: u64,
    /// Where it lies.
    pub(super) place: u32,
}

/// Leaves `most` of these: those that are read first, of one rank the same number of
/// each owner, and of one owner those with the smallest identities, which are a fair
/// sample whatever came first. Says how many were more.
pub(super) fn bounded(own: &mut Vec<Own>, most: usize) -> u64 {
    let more = own.len().saturating_sub(most);
    if more > 0 {
        own.sort_unstable();
        let mut turns: Vec<(Rank, u32, Own)> = Vec::with_capacity(own.len());
        for of_one in own.chunk_by(|a, b| (a.rank, a.owner) == (b.rank, b.owner)) {
            turns.extend((0..).zip(of_one).map(|(turn, one)| (one.rank, turn, *one)));
        }
        turns.sort_unstable_by_key(|(rank, turn, one)| (*rank, *turn, one.event, one.place));
        own.clear();
        own.extend(turns.into_iter().take(most).map(|(.., one)| one));
    }
    u64::try_from(more).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(rank: Rank, owner: u64, event: u64) -> Own {
        Own { rank, owner, event, place: u32::try_from(event).unwrap() }
    }

    #[test]
    fn what_says_who_is_who_is_read_first_and_the_order_of_arrival_says_nothing() {
        let all = [
            one(Rank::SignIn, 1, 1),
            one(Rank::Identity, 1, 9),
            one(Rank::OtherTold, 1, 3),
            one(Rank::Call, 1, 2),
            one(Rank::Entry, 1, 4),
        ];
        for (most, expect, more) in [(9, vec![1, 2, 3, 4, 9], 0), (4, vec![9, 4, 2, 1], 1), (1, vec![9], 4)] {
            for turn in 0..all.len() {
                let mut own = all.to_vec();
                own.rotate_left(turn);
                assert_eq!(bounded(&mut own, most), more);
                let mut left: Vec<u64> = own.iter().map(|one| one.event).collect();
                if more == 0 {
                    left.sort_unstable();
                }
                assert_eq!(left, expect);
            }
        }
    }

    #[test]
    fn whoever_did_most_does_not_take_the_place_of_others() {
        let mut own: Vec<Own> = (0..100).map(|n| one(Rank::Told, 7, n)).collect();
        own.extend([one(Rank::Told, 1, 500), one(Rank::Told, 1, 501), one(Rank::Told, 2, 600)]);
        assert_eq!(bounded(&mut own, 6), 97);
        let mut left: Vec<u64> = own.iter().map(|one| one.event).collect();
        left.sort_unstable();
        assert_eq!(left, [0, 1, 2, 500, 501, 600]);
    }

    #[test]
    fn near_is_from_a_day_before_a_risk_to_three_days_after_it() {
        let mut near = Near::default();
        near.add(5, &[10 * BEFORE]);
        near.add(5, &[30 * BEFORE]);
        let days = |owner, days: i64| near.is_near(owner, days * BEFORE);
        let found: Vec<i64> = (0..40).filter(|day| days(5, *day)).collect();
        assert_eq!(found, [9, 10, 11, 12, 13, 29, 30, 31, 32, 33]);
        assert!(days(6, 0), "of others nothing is known");
    }
}
