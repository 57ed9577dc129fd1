//! A small generated company through the program, as `cargo xtask eval` does with
//! a large one: all is read, and the verdict is worth something.

use crate::cli::program::Program;
use selvedge_agent::state::State;
use selvedge_graph::Resolver;
use selvedge_graph::identity::Holder;
use selvedge_sim::town::{Join, Size, Town, score, session_key};
use selvedge_store::RedbJournal;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Attacks of these chains at least are found in a company of any seed.
const FOUND: [&str; 6] = ["A-SAML", "A-CLI", "A-PERSIST", "A-CHAIN", "X2-ROLE", "GEO-KMS"];

#[test]
fn a_small_company_is_judged() {
    for seed in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        let size = Size { people: 130, days: 3, records: 12_000, rounds: 1, seed };
        let town = Town::found(size).unwrap();
        let truth = town
            .write(&mut |path, text| {
                let path = folder.path().join(path);
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(path, text)
            })
            .unwrap();
        let out =
            Program::new(folder.path()).expect(0, &["replay", "logs", "--estate", "estate", "--state", "s", "--json"]);
        let summary = out.one("summary");
        let read = ["records", "problems", "file_problems", "unmapped"].map(|key| summary[key].as_u64());
        assert_eq!(read, [Some(truth.records), Some(0), Some(0), Some(0)], "{summary}");
        let joins = joins(&folder.path().join("s/journal.redb"));
        let score = score(&truth, out.out.lines(), Some(&joins));
        for chain in FOUND {
            assert_eq!(score.by_chain[chain].count, 1, "seed {seed}: {chain} was not found");
        }
        assert_eq!(score.false_joins.count, 0, "seed {seed}");
        assert!(score.joined.of > 100 && score.joined.value() > 0.5, "seed {seed}: {:?}", score.joined);
    }
}

/// All joins to people that the program made, not only those of its incidents. Of
/// workloads the company tells no truth.
fn joins(journal: &Path) -> BTreeSet<Join> {
    let state = State::load(&RedbJournal::open(journal).unwrap()).unwrap();
    let part = state.set.part(usize::MAX);
    let links = Resolver::new(&part, &state.estate).links();
    links
        .into_values()
        .filter(|one| one.holder == Holder::Human)
        .map(|one| (session_key(&one.session.principal_id, one.session.created), one.person.user_id))
        .collect()
}
