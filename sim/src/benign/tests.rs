//! The month is what it says it is.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn a_month_is_its_seed() {
    let month = |seed| Month::new(seed, 2_000).collect::<Vec<_>>();
    assert_eq!(month(1), month(1));
    assert_ne!(month(1), month(2));
    assert_eq!(month(3).len(), 2_000);
}

/// Every table is drawn from, every template is JSON, and reading machines are
/// most of it, as they are in real estates.
#[test]
fn a_month_holds_every_kind_and_mostly_reads() {
    let (mut kinds, mut names) = (BTreeMap::<RecordKind, usize>::new(), BTreeSet::new());
    let mut writes = 0_usize;
    for made in Month::new(7, 60_000) {
        *kinds.entry(made.kind).or_default() += 1;
        if made.kind == RecordKind::CloudTrail {
            names.insert(made.record["eventName"].to_string());
            writes += usize::from(made.record["readOnly"] == false && made.record["managementEvent"] == true);
        }
    }
    assert!(kinds.len() >= 14, "{kinds:?}");
    assert!(names.len() > 250, "only {} calls", names.len());
    let trail = kinds[&RecordKind::CloudTrail];
    assert!(writes * 3 < trail && trail > 20_000, "{writes} of {trail}");
}
