//! How rare it is, in one way for all features.
//!
//! A day is the unit, as what happens within one hangs together. Each feature gives
//! each day a score of how unusual it is among the others, and a day that is asked
//! about is counted against the days before it: if `alike` of `days` earlier ones are
//! at least as unusual, then among days that are all of a kind one like it comes with a
//! chance of at most `(alike + 1) / (days + 1)`. That is the p-value of a rank test (in
//! other words: conformal prediction; for values seen once, Good and Turing's
//! leave-one-out). It assumes no distribution, and with few days it cannot be small, so
//! that a slow start says nothing.
//!
//! Of several days that are asked about, some may be unusual by chance: see [`chance`].

/// Days that are asked about and looked at, at most: the first.
pub const MAX_DAYS: usize = 64;

/// A verdict on several days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rare {
    /// Of the earlier days, so many were as unusual: of the least unusual day of those
    /// that count.
    pub alike: u32,
    /// It would be so by chance in one case of so many.
    pub one_in: u64,
}

/// The chance of a day: see the module.
pub fn of_day(alike: u32, days: u32) -> f64 {
    (f64::from(alike) + 1.0) / (f64::from(days) + 1.0)
}

/// The chance that of `all` days at least `odd` come out with a chance of `each` alone.
pub fn chance(all: usize, odd: usize, each: f64) -> f64 {
    // How probable it is that so many of the days looked at were odd; what reaches
    // `odd` stays there.
    let mut of_count = vec![0.0; odd.saturating_add(1)];
    if let Some(none) = of_count.first_mut() {
        *none = 1.0;
    }
    for _ in 0..all {
        let mut carried = 0.0;
        let last = of_count.len().saturating_sub(1);
        for (count, slot) in of_count.iter_mut().enumerate() {
            let here = *slot;
            let (stay, go) = if count == last { (here, 0.0) } else { (here * (1.0 - each), here * each) };
            *slot = stay + carried;
            carried = go;
        }
    }
    of_count.last().copied().unwrap_or(1.0)
}

/// Whether the days asked about are rare: `alike[i]` earlier days of `days` are at least
/// as unusual as day `i`. A day counts if it alone is no more frequent than one in
/// `rare`; and together they must be no more frequent either.
pub fn judge(alike: &[u32], days: u32, rare: u64) -> Option<Rare> {
    let alike = alike.get(..MAX_DAYS).unwrap_or(alike);
    let is_odd =
        |alike: &&u32| u64::from(**alike).saturating_add(1).saturating_mul(rare) <= u64::from(days).saturating_add(1);
    let odd: Vec<u32> = alike.iter().filter(is_odd).copied().collect();
    let worst = odd.iter().max().copied()?;
    let chance = chance(alike.len(), odd.len(), of_day(worst, days));
    // No more than what is known can bear out.
    let one_in = if chance <= f64::EPSILON { u64::MAX } else { (1.0 / chance + 1e-9).floor() as u64 };
    (one_in >= rare).then_some(Rare { alike: worst, one_in: one_in.min(MOST) })
}

/// The rarest that is claimed: days do not stay of a kind for longer than this.
const MOST: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All outcomes of so many days, each counted by hand.
    fn naive(all: usize, odd: usize, each: f64) -> f64 {
        (0u32..1 << all)
            .filter(|outcome| outcome.count_ones() as usize >= odd)
            .map(|outcome| {
                let of_day = |day: usize| if outcome >> day & 1 == 1 { each } else { 1.0 - each };
                (0..all).map(of_day).product::<f64>()
            })
            .sum()
    }

    proptest! {
        #[test]
        fn the_chance_is_what_counting_all_outcomes_gives(all in 0usize..10, odd in 0usize..10, each in 0.0f64..1.0) {
            prop_assert!((chance(all, odd, each) - naive(all, odd, each)).abs() < 1e-9);
        }

        /// Among days of a kind, whichever of them is asked about, no more than one in
        /// `rare` are said to be rare.
        #[test]
        fn of_days_of_a_kind_few_are_said_to_be_rare(scores in prop::collection::vec(0u32..50, 1..80), rare in 2u64..30) {
            let said = (0..scores.len()).filter(|day| {
                let others = scores.iter().enumerate().filter(|(other, _)| other != day);
                let alike = others.filter(|(_, score)| **score >= scores[*day]).count() as u32;
                judge(&[alike], scores.len() as u32 - 1, rare).is_some()
            });
            prop_assert!(said.count() as u64 * rare <= scores.len() as u64);
        }
    }

    #[test]
    fn few_days_say_nothing_and_several_odd_ones_say_more() {
        let check = |alike: &[u32], days, expect: Option<(u32, u64)>| {
            assert_eq!(judge(alike, days, 15).map(|rare| (rare.alike, rare.one_in)), expect, "{alike:?} of {days}");
        };
        check(&[0], 0, None);
        check(&[0], 13, None);
        check(&[0], 14, Some((0, 15)));
        check(&[0], 99, Some((0, 100)));
        check(&[5], 99, Some((5, 16)));
        check(&[6], 99, None);
        check(&[], 99, None);
        // One of ten days is odd at times; three are not.
        check(&[0, 99, 99, 99, 99, 99, 99, 99, 99, 99], 99, None);
        check(&[0, 0, 0, 99, 99, 99, 99, 99, 99, 99], 99, Some((0, 8783)));
        check(&[0; 20], 99, Some((0, MOST)));
    }
}
