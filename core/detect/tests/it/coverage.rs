//! How much of the corpus is mapped, file by file.

use crate::{all_normalised, corpus};
use std::collections::BTreeMap;

/// Rows of Azure in the corpus that have no time anywhere, by file: Unmapped
/// with that reason.
const WITHOUT_A_TIME: [(&str, usize); 1] = [("azure_monitoractivity.jsonl", 19)];

#[test]
fn azure_files_are_mapped() {
    let Some(folder) = corpus::folder("the share of Azure records that are mapped") else { return };
    let mut files: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    for (place, record) in corpus::records(&folder).into_iter().chain(corpus::nsg_flow(&folder)) {
        let file = place.rsplit('/').next().unwrap_or(&place).split(':').next().unwrap_or_default().to_owned();
        for done in all_normalised(&record) {
            let (all, missed) = files.entry(file.clone()).or_default();
            *all += 1;
            if done.is_unmapped() {
                *missed.entry(done.unmapped_because.unwrap_or_else(|| "unknown kind".into())).or_default() += 1;
            }
        }
    }
    let azure = |name: &str| {
        name.starts_with("azure_")
            || name.starts_with("az_net")
            || name.contains("entra-")
            || name.contains("activity-")
    };
    let mut checked = 0;
    for (file, (all, missed)) in files.iter().filter(|(name, _)| azure(name)) {
        let timeless = WITHOUT_A_TIME.iter().find(|(name, _)| name == file).map_or(0, |(_, count)| *count);
        let lost: usize = missed.values().sum();
        eprintln!("{file}: {} of {all} mapped, {timeless} have no time; missed: {missed:?}", all - lost);
        assert_eq!(lost, timeless, "{file}: {missed:?}");
        checked += all;
    }
    assert!(checked > 900, "{checked} records of Azure");
}
