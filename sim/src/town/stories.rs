//! Which stories are hidden where.

use super::{Size, Town};
use crate::clock::plus;
use crate::look_alikes::LookAlike;
use crate::rng::Rng;
use crate::world::World;
use crate::{chains, look_alikes, twins};
use jiff::SignedDuration;

/// A story in the town.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) id: &'static str,
    pub(super) is_attack: bool,
    script: fn(&mut World),
    pub(super) day: i64,
    minute: i64,
    cast: [usize; 3],
    pace: i64,
    number: usize,
}

/// All attacks and twins, each round with other people at other times.
pub(super) fn placed(size: &Size, people: usize) -> Vec<Placed> {
    let mut rng = Rng::labelled(size.seed, "stories");
    // Whose session is stolen has nothing else happen to them, as far as there
    // are people enough: two attacks on one person would be one incident.
    let mut order: Vec<usize> = (0..people).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, rng.between(0, at as u64) as usize);
    }
    let mut out = Vec::new();
    let twins = || look_alikes::ALL.iter().chain(twins::ALL).map(|one: &LookAlike| (one.id, false, one.script));
    for _ in 0..size.rounds {
        for (id, is_attack, script) in chains::ALL.iter().map(|one| (one.id, true, one.script)).chain(twins()) {
            let number = out.len();
            let person = |n: usize| order[(number * 3 + n) % order.len()];
            // A story begins up to forty hours before its time zero and lasts some
            // hours: it lies within the days of the logs.
            let day = rng.between(2, u64::from(size.days) - 1).cast_signed();
            let minute = rng.between(9 * 60, 20 * 60).cast_signed();
            // Some take their time.
            let pace = [1, 1, 4, 12][rng.between(0, 3) as usize];
            out.push(Placed {
                id,
                is_attack,
                script,
                day,
                minute,
                cast: [person(0), person(1), person(2)],
                pace,
                number,
            });
        }
    }
    out
}

impl Town {
    /// Plays a story.
    pub(super) fn story(&self, story: &Placed) -> World {
        let zero = plus(self.midnight(story.day), SignedDuration::from_mins(story.minute));
        let mut world = self.world(&format!("story/{}", story.number), zero, story.cast, story.pace);
        (story.script)(&mut world);
        world
    }
}
