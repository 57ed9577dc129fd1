//! A company at work for weeks in both clouds, with attacks and their twins
//! hidden in it: what `cargo xtask eval` measures the program on.
//!
//! Written from `facts/` alone, by somebody who has not read the rules. People
//! have offices, hours, shifts, devices, a way into AWS; they travel, turn a VPN
//! on and off, mistype passwords; machines take roles day and night; the rest of
//! the records is [`crate::benign`] with this company's people in it.

mod day;
mod export;
mod machines;
mod people;
mod score;
mod shelf;
mod stories;
mod truth;

#[cfg(test)]
mod tests;

pub use score::{Join, Score, Share, score, session_key};
pub use truth::{Attack, HiddenTwin, TownTruth};

use crate::benign::{Month, Residents};
use crate::clock::plus;
use crate::company::{Company, Human};
use crate::place::Place;
use crate::rng::Rng;
use crate::world::{AssertionIds, Setting, World};
use crate::{SimClock, SimCloud};
use export::Exports;
use jiff::{SignedDuration, Timestamp};
use people::Resident;
use shelf::Shelf;
use std::io;

/// 2026-09-01T00:00:00Z, a Tuesday.
const START: i64 = 1_788_220_800;
pub(crate) const DAY: i64 = 24 * 3600;

/// How large a company, for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// People, at least three.
    pub people: usize,
    /// Days, at least three.
    pub days: u32,
    /// Records in all, at least; people and machines at work may leave more.
    pub records: u64,
    /// Rounds of all attacks and twins; each round has other victims.
    pub rounds: usize,
    /// Seed of everything.
    pub seed: u64,
}

/// A company; see [`Town::write`].
#[derive(Debug)]
pub struct Town {
    size: Size,
    assertion_ids: AssertionIds,
    company: Company,
    people: Vec<Resident>,
    start: Timestamp,
}

/// What takes a file: its path below the folder of all files, and its text.
pub type Sink<'a> = &'a mut dyn FnMut(&str, &str) -> io::Result<()>;

impl Town {
    /// Founds the company.
    ///
    /// # Errors
    /// If the size has too few people or days for the stories.
    pub fn found(size: Size) -> Result<Self, String> {
        if size.people < 3 || size.days < 3 {
            return Err("a company needs at least 3 people and 3 days".into());
        }
        let start = Timestamp::from_second(START).map_err(|error| error.to_string())?;
        let cloud = SimCloud::new(size.seed, SimClock::new(start));
        let base = Company::found(&cloud);
        let mut rng = Rng::labelled(size.seed, "town");
        let people = people::all(size.people, &mut rng);
        // In a third of the runs the assertion id says nothing, as in some tenants.
        let assertion_ids = if size.seed.is_multiple_of(3) { AssertionIds::Random } else { AssertionIds::SignInId };
        let company = people::move_in(base, &people);
        Ok(Self { size, assertion_ids, company, people, start })
    }

    /// Whether the assertion ids of this run are the sign-ins'.
    pub fn assertion_ids(&self) -> AssertionIds {
        self.assertion_ids
    }

    /// Writes the inventory below `estate` and the logs below `logs`, day by day,
    /// and returns what really happened. No more than a day's stories are held in
    /// memory.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn write(&self, sink: Sink<'_>) -> io::Result<TownTruth> {
        let mut truth = TownTruth::default();
        let mut exports = Exports::default();
        let mut shelf = Shelf::default();
        let stories = stories::placed(&self.size, self.people.len());
        for day in 0..i64::from(self.size.days) {
            for who in 0..self.people.len() {
                if let Some(world) = self.day(who, day) {
                    self.file(&world, &mut truth, &mut exports, &mut shelf, sink)?;
                }
            }
            let world = self.machines(day);
            self.file(&world, &mut truth, &mut exports, &mut shelf, sink)?;
            for story in stories.iter().filter(|story| story.day == day) {
                let world = self.story(story);
                truth.add_story(story, &world);
                self.file(&world, &mut truth, &mut exports, &mut shelf, sink)?;
            }
        }
        let people: Vec<Human> = self.people.iter().map(|one| one.human.clone()).collect();
        for human in &people {
            truth.people.insert(human.id.clone(), human.upn.clone());
        }
        let rest = self.size.records.saturating_sub(shelf.records());
        let who = Residents { tenant: &self.company.tenant, people: &people };
        let seconds = u64::from(self.size.days) * DAY.unsigned_abs();
        let rest = usize::try_from(rest).unwrap_or(usize::MAX);
        for one in Month::of(self.size.seed, rest, &who, self.start, seconds) {
            shelf.put_benign(&one, sink)?;
        }
        shelf.close(sink)?;
        truth.records = shelf.records();
        exports.users(&self.company.tenant, &people);
        exports.write(sink)?;
        Ok(truth)
    }

    /// A world in this company, in which `cast` are the story's people.
    fn world(&self, label: &str, zero: Timestamp, cast: [usize; 3], pace: i64) -> World {
        let mut rng = Rng::labelled(self.size.seed, label);
        let human = |n: usize| self.people.get(n).map(|one| one.human.clone());
        let mut company = self.company.clone();
        let [alice, bob, carol] = cast;
        company.alice = human(alice).unwrap_or(company.alice);
        company.bob = human(bob).unwrap_or(company.bob);
        company.carol = human(carol).unwrap_or(company.carol);
        let mut elsewhere = people::far_away(&mut rng);
        // Careful thieves rent a machine in the victim's city and look like them.
        if rng.chance(250) {
            let (ip, asn) = (elsewhere.ip, elsewhere.asn);
            elsewhere = Place { ip, asn, device: None, ..company.alice.desk.clone() };
        }
        World::begin_in(Setting {
            seed: rng.bits(),
            assertion_ids: self.assertion_ids,
            zero,
            company: Some(company),
            elsewhere,
            pace,
        })
    }

    fn file(
        &self,
        world: &World,
        truth: &mut TownTruth,
        exports: &mut Exports,
        shelf: &mut Shelf,
        sink: Sink<'_>,
    ) -> io::Result<()> {
        truth.add_sessions(world);
        exports.add(world);
        for record in world.logs() {
            shelf.put(&record, sink)?;
        }
        Ok(())
    }

    /// Midnight of a day.
    fn midnight(&self, day: i64) -> Timestamp {
        plus(self.start, SignedDuration::from_secs(day * DAY))
    }
}
