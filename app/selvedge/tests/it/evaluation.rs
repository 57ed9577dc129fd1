//! A small generated company through the program, as `cargo xtask eval` does with
//! a large one: all is read, and the verdict is worth something.

use crate::cli::program::Program;
use selvedge_sim::town::{Size, Town, score};
use std::fs;

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
        let score = score(&truth, out.out.lines());
        println!("{score:#?}");
        for chain in FOUND {
            assert_eq!(score.by_chain[chain].count, 1, "seed {seed}: {chain} was not found");
        }
        assert_eq!(score.false_joins.count, 0, "seed {seed}");
        assert!(score.false_joins.of >= 6, "seed {seed}: {} joins", score.false_joins.of);
    }
}
