//! The same of every attack that crosses and of its twins: alone, together in one
//! company, and bent.

use crate::hot::{Dice, Records, bend, check, estate_of, read};
use selvedge_sim::{AssertionIds, World, chains, twins};

fn worlds(seed: u64) -> Vec<World> {
    let ids = if seed.is_multiple_of(2) { AssertionIds::Random } else { AssertionIds::SignInId };
    let twins = twins::ALL.iter().map(|twin| (twin.play)(seed, ids));
    chains::ALL.iter().map(|chain| (chain.play)(seed, ids)).chain(twins).collect()
}

#[test]
fn crossings_are_decided_alike() {
    let mut incidents = 0;
    for (n, world) in worlds(21).iter().enumerate() {
        incidents += check(&format!("story {n}"), &read(world), &estate_of(std::slice::from_ref(world)), 1 << 30).0;
    }
    assert!(incidents >= 12, "{incidents}");
    // All of them in one company.
    let all = worlds(22);
    let records: Records = all.iter().flat_map(read).collect();
    assert!(check("all", &records, &estate_of(&all), 1 << 30).0 > 0);
}

#[test]
fn bent_crossings_are_decided_alike() {
    let mut incidents = 0;
    for seed in 1..=12u64 {
        let mut dice = Dice::new(seed);
        let chosen: Vec<World> = worlds(20 + seed % 3).into_iter().filter(|_| !dice.one_in(3)).collect();
        let mut records: Records = chosen.iter().flat_map(read).collect();
        bend(&mut records, &mut dice);
        let keep = 1 + dice.below(10);
        records.retain(|_| keep == 10 || !dice.one_in(keep + 1));
        incidents += check(&format!("bent {seed}"), &records, &estate_of(&chosen), 1 << 30).0;
    }
    assert!(incidents >= 10, "{incidents}");
}
