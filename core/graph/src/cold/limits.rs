//! How much is kept, and what is dropped first.
//!
//! Records are filed in groups: the calls of one AWS session from one address, the
//! sign-ins of one person from one address on one day, what one
//! caller did that the same rules match, and so on: what is unlike the rest is not
//! thinned out with it. Of each group those with the smallest event ids are kept,
//! which are a fair sample, as event ids are digests. While what would be kept costs
//! more than the budget, the limit of every group is halved.
//!
//! What is kept is a function of what was read and not of its order, because
//! the cost that is held against the budget is one: it counts each record at a
//! round size that follows from the record alone, and each distinct string
//! once. That cost only grows with what is read, so a step that was taken early
//! would have been taken late as well.

use super::arena::{HEAD, Head, PROTECTED, TOLD};

/// Records of one AWS session that are kept at most, of each kind and size.
pub const MAX_RECORDS_PER_SESSION: usize = 10_000;

/// Memory for the whole set, in bytes. The program is to use 512 MB in all; what is
/// left holds rules, buffers, the journal's cache, the decision (see `hot` in the crate
/// that decides), and some 20 bytes a record while limits are applied. A million records
/// of CloudTrail (of which five in six are kept) and a million of Azure nearly fill it.
pub const BUDGET: usize = 160 * 1024 * 1024;

/// No budget may be larger: places in memory are numbers of 27 bits, four bytes
/// each.
pub(super) const MAX_BUDGET: usize = 448 * 1024 * 1024;

/// Bytes of a record beside its packed ones: its head, the gap behind it, its
/// place in the index.
const BESIDE: usize = HEAD + 2 + 8;

/// Round sizes. A record counts as the first that it fits in; groups are
/// limited size by size, so that swapping a record for another one never
/// changes what the group costs.
const SIZES: [u32; 16] =
    [112, 128, 144, 160, 176, 192, 224, 256, 384, 512, 1024, 2048, 4096, 16_384, 131_072, 1_048_576];

/// The largest record that is kept. No provider writes any that large:
/// CloudTrail's end at 256 KB, Azure's at 1 MB, and facts are parts of them.
pub(super) const MAX_RECORD: usize = 1_000_000;

/// What a packed record is, for those who look for some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One call of an AWS session, and nothing else.
    Use,
    /// One sign-in.
    SignIn,
    /// One operation in Azure.
    ArmUse,
    /// One change in Entra.
    EntraChange,
    /// A session that a service of AWS was given, such as that of a function: nobody's.
    Given,
    /// Anything else, or several facts.
    Other,
}

impl Kind {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Other => 0,
            Self::Use => 1,
            Self::SignIn => 2,
            Self::ArmUse => 3,
            Self::EntraChange => 4,
            Self::Given => 5,
        }
    }

    pub(super) fn of_number(number: u32) -> Self {
        match number {
            1 => Self::Use,
            2 => Self::SignIn,
            3 => Self::ArmUse,
            4 => Self::EntraChange,
            5 => Self::Given,
            _ => Self::Other,
        }
    }
}

/// What a record counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Its own bytes; groups of fields that it shares with others count once.
    Shared,
    /// Its own bytes and its groups, as if it shared none.
    Alone,
    /// All texts in place.
    Plain,
}

/// All levels, as sums of costs have them.
pub(super) const LEVELS: [Level; 3] = [Level::Shared, Level::Alone, Level::Plain];

/// What a record is filed under.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filing {
    pub(super) kind: Kind,
    /// Records of one group share most of their fields.
    pub(super) group: u64,
    /// The part of the group that its limit is for; 0 where a group has none.
    pub(super) part: u64,
    /// The application of a sign-in; 0 of anything else.
    pub(super) app: u64,
    /// Whose it is: an AWS principal, a person; 0 where a record is of several.
    pub(super) owner: u64,
    /// A rule matched it, or it is a provider's report.
    pub(super) told: bool,
    /// Dropped last.
    pub(super) protected: bool,
}

/// The number of the round size that `bytes` fit in.
pub(super) fn size_of(bytes: usize) -> u8 {
    let bytes = u32::try_from(bytes.saturating_add(BESIDE)).unwrap_or(u32::MAX);
    let found = SIZES.iter().zip(0u8..).find(|(size, _)| bytes <= **size);
    found.map_or(15, |(_, number)| number)
}

/// Bytes of a round size.
pub(super) fn bytes_of(size: u8) -> u64 {
    u64::from(SIZES.get(usize::from(size)).copied().unwrap_or(u32::MAX))
}

/// How far the limits had to be lowered. Kept with the records: what was
/// dropped once is not there to be weighed again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Pressure {
    /// Steps.
    pub step: u8,
    /// Whether the distinct texts are too many to be kept once each.
    pub crowded: bool,
    /// Whether the distinct groups of fields are.
    #[serde(default)]
    pub groups_crowded: bool,
    /// How often a record was left out.
    #[serde(default)]
    pub left_out: u64,
    /// Whether applications by which people enter AWS became known after sign-ins were
    /// left out, so that theirs may be among them.
    #[serde(default)]
    pub late_apps: bool,
}

impl Pressure {
    /// Whether sign-ins may have been left out, but for those that open AWS.
    pub fn thins_sign_ins(&self) -> bool {
        self.step > Turn::SIGN_IN.start
    }

    /// Whether sign-ins that open AWS may have been left out.
    pub fn thins_entries(&self) -> bool {
        self.late_apps || self.step > Turn::HEAD.start
    }
}

/// Halvings from [`MAX_RECORDS_PER_SESSION`] down to one record.
const HALVINGS: u8 = 13;

/// When records of one class go.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// Steps before any goes.
    start: u8,
    /// So often the limit of a group is halved then.
    first: u8,
    /// Steps before it is halved further.
    resume: u8,
}

impl Turn {
    /// Plain calls of AWS sessions, and sessions that services of AWS were given. Without
    /// them less is told, but nobody's identity is lost: they go before all else, down to
    /// one in 128 where sessions are short.
    const CALL: Self = Self { start: 0, first: u8::MAX, resume: 0 };
    /// Plain operations in Azure. One person's are not bounded before there is need.
    const ARM: Self = Self { start: 1, first: 6, resume: 20 };
    /// What rules matched. It is filed by caller and rules, so that what a noisy rule
    /// finds goes before what is rare.
    const TOLD: Self = Self { start: 4, first: 7, resume: 24 };
    /// Sign-ins, but for those that open AWS. A person's from one address within a day and
    /// an Entra session are much the same: four of them tell what there is.
    const SIGN_IN: Self = Self { start: 2, first: 11, resume: 28 };
    /// Changes in Entra and all that is rarer than calls: they say who is who.
    const RARE: Self = Self { start: 8, first: 4, resume: 28 };
    /// What matters most.
    const HEAD: Self = Self { start: 48, first: u8::MAX, resume: 0 };

    fn of(head: &Head) -> Self {
        match (head.is(PROTECTED), head.is(TOLD), head.kind()) {
            (true, ..) => Self::HEAD,
            (_, true, Kind::Use | Kind::ArmUse | Kind::Given | Kind::Other) => Self::TOLD,
            (_, false, Kind::Use | Kind::Given) => Self::CALL,
            (_, false, Kind::ArmUse) => Self::ARM,
            (_, _, Kind::SignIn) => Self::SIGN_IN,
            _ => Self::RARE,
        }
    }

    /// How often the limit of a group was halved after `step` steps.
    fn halvings(self, step: u8) -> u8 {
        let first = step.saturating_sub(self.start).min(self.first);
        first.saturating_add(if self.first == u8::MAX { 0 } else { step.saturating_sub(self.resume) })
    }
}

/// After this many steps nothing is kept.
pub(super) const LAST_STEP: u8 = Turn::HEAD.start + HALVINGS + 64;

/// What a group may keep: so many records, with ids up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) records: u64,
    /// The first eight bytes of an id must be below this; 0 keeps nothing.
    pub(super) below: u128,
}

/// Plain calls of one AWS session from one address that are kept after `step` steps,
/// before ids are sampled.
pub(super) fn calls_at(step: u8) -> u64 {
    MAX_RECORDS_PER_SESSION as u64 >> step.min(HALVINGS)
}

/// What a group of records with such a head may keep after `step` steps. Never more
/// than after the step before.
pub(super) fn allowance(step: u8, head: &Head) -> Allowance {
    let turn = Turn::of(head);
    let own = turn.halvings(step);
    if own == 0 && turn.start > 0 {
        return Allowance { records: u64::MAX, below: 1 << 64 };
    }
    let limit = calls_at(own);
    // A group of large records may not cost more than one of small ones.
    let scale = bytes_of(head.size(Level::Shared)).max(256);
    let records = limit.saturating_mul(256).checked_div(scale).unwrap_or_default().max(1);
    let shift = u32::from(own.saturating_sub(HALVINGS));
    Allowance { records, below: (1u128 << 64).checked_shr(shift).unwrap_or_default() & !u128::from(shift >= 64) }
}

/// What of the budget records and strings may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Memory in use that makes it look whether something must go.
    pub(super) memory: usize,
    /// Memory that is used if records share less than they usually do, before that is
    /// reckoned with.
    pub(super) utmost: usize,
    /// What may be kept. Less than `memory`, so that not every record that
    /// comes then makes it look again.
    pub(super) cost: u64,
    /// What distinct texts may cost.
    pub(super) texts: usize,
    /// What groups are taken to cost where it is not known.
    pub(super) groups: usize,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        let memory = bytes.min(MAX_BUDGET);
        let cost = (memory / 8).saturating_mul(7) as u64;
        let utmost = (memory / 16).saturating_mul(17).saturating_add(65_536);
        Self { memory, utmost, cost, texts: memory / 4, groups: memory / 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_keeps_less_and_the_last_keeps_nothing() {
        let head = |kind, told, protected, size| {
            Head::new(&Filing { kind, group: 1, part: 0, app: 0, owner: 1, told, protected }, [size; 3])
        };
        for (kind, told, protected) in [
            (Kind::Use, false, false),
            (Kind::Use, true, false),
            (Kind::Use, false, true),
            (Kind::ArmUse, false, false),
            (Kind::Given, false, false),
            (Kind::SignIn, false, false),
            (Kind::Other, true, true),
        ] {
            for size in 0..16 {
                let at = |step| allowance(step, &head(kind, told, protected, size));
                for step in 1..=LAST_STEP {
                    let (before, now) = (at(step - 1), at(step));
                    assert!(now.records <= before.records && now.below <= before.below, "{kind:?} {step} {size}");
                }
                assert_eq!(at(LAST_STEP).below, 0);
                assert_eq!(at(0).below, 1 << 64);
            }
        }
        let records = |step, kind, told, protected| allowance(step, &head(kind, told, protected, 0)).records;
        let at = |step, kind| allowance(step, &head(kind, false, false, 0));
        assert_eq!(records(0, Kind::Use, false, false), MAX_RECORDS_PER_SESSION as u64);
        assert_eq!(records(1, Kind::Use, false, false), 5_000);
        assert_eq!(records(4, Kind::Use, true, false), u64::MAX);
        assert_eq!(records(5, Kind::Use, true, false), 5_000);
        assert_eq!(records(24, Kind::Use, true, false), 78);
        assert_eq!(records(2, Kind::SignIn, false, false), u64::MAX);
        assert_eq!(records(28, Kind::SignIn, false, false), 4, "when of plain calls hardly any is left");
        assert_eq!(records(29, Kind::SignIn, false, false), 2);
        assert_eq!(records(8, Kind::EntraChange, false, false), u64::MAX);
        assert_eq!(records(28, Kind::EntraChange, false, false), 625);
        assert_eq!(at(20, Kind::Use).below, 1 << 57, "one in 128");
        assert_eq!(records(48, Kind::Other, true, true), u64::MAX, "what matters most goes last");
    }

    #[test]
    fn sizes_are_round_and_large_enough() {
        for bytes in [0, 93, 94, 240, 5_000, MAX_RECORD] {
            assert!(bytes_of(size_of(bytes)) >= (bytes + BESIDE) as u64, "{bytes}");
        }
    }
}
