//! Generated logs: a working day of a company, with one attack hidden in it.
//!
//! Everything is drawn from a seed. No two records are alike: ids, times, names,
//! sizes, callers and operations vary, so that neither gzip nor a cache has it
//! easier than with real logs.

mod calls;
mod files;
mod people;
mod trail;

use files::{Files, Stream};
use jiff::{SignedDuration, Timestamp};
use people::People;
use selvedge_sim::{AssertionIds, LogRecord, LogSource, Rng, scenario_a, write_estate};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use trail::Trails;

/// Folders of the logs, by source, in the order in which they are read.
pub(crate) const SOURCES: [&str; 3] = ["cloudtrail", "signinlogs", "activity"];

/// Of a thousand steps, so many are sign-ins, changes in Azure (two rows each)
/// and crossings to AWS; the rest are calls in AWS.
const SIGN_INS: u64 = 130;
const ARM_CHANGES: u64 = 30;
const CROSSINGS: u64 = 3;
/// What that comes to, so that the day is as long as the attack's.
const RECORDS_PER_THOUSAND_STEPS: u64 = 1000 + ARM_CHANGES + CROSSINGS;

/// The day, in hours before the attack's last record, and its length in minutes.
const DAY_BEFORE_HOURS: i64 = 10;
const DAY_MINUTES: i64 = 10 * 60;

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Records in all.
    pub(crate) records: u64,
    /// Records by source.
    pub(crate) by_source: BTreeMap<String, u64>,
    /// Bytes of the records themselves, by source.
    pub(crate) bytes: BTreeMap<String, u64>,
    /// Files.
    pub(crate) files: u64,
    /// Object id of the human whose session was stolen.
    pub(crate) human: String,
    /// Id of the attack's last record.
    pub(crate) last_record: String,
    /// When the last record happened: the "now" of the decision.
    pub(crate) ends_at: Timestamp,
}

/// Writes about `records` records below `folder/logs` (a few more, so that no
/// operation is cut in half), and the inventory into `folder/estate`.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn generate(folder: &Path, records: u64, seed: u64) -> io::Result<Manifest> {
    let world = scenario_a::play(seed, AssertionIds::Random);
    write_estate(&folder.join("estate"), &world)?;
    let mut attack = world.logs();
    attack.sort_by_key(|one| one.occurred_at);
    let last = attack.iter().rfind(|one| world.truth.aws_records.contains(&one.id));
    let last = last.ok_or_else(|| io::Error::other("the story has no record at AWS"))?;
    let (last_record, attacked_at) = (last.id.clone(), last.occurred_at);
    // The story itself begins with a sign-in a good nine hours before that.
    let start = earlier(attacked_at, SignedDuration::from_hours(DAY_BEFORE_HOURS));
    let steps = i64::try_from(records.saturating_mul(1000) / RECORDS_PER_THOUSAND_STEPS).unwrap_or(i64::MAX).max(1);
    let step = SignedDuration::from_micros(DAY_MINUTES * 60_000_000 / steps);
    let people = usize::try_from(records / 400).unwrap_or(usize::MAX).clamp(8, 600);
    let mut day = Day {
        rng: Rng::labelled(seed, "day"),
        people: People::new(&world.company, people, seed ^ 0x5e1f, start),
        trails: Trails::new(&world.company, seed),
        out: Output::new(&folder.join("logs")),
    };
    let mut now = start;
    let mut attack = attack.into_iter().peekable();
    while day.out.records + (attack.len() as u64) < records {
        now = earlier(now, -step);
        while let Some(record) = attack.next_if(|one| one.occurred_at <= now) {
            day.out.put_row(&record, &mut day.rng)?;
        }
        day.step(now)?;
    }
    for record in attack {
        day.out.put_row(&record, &mut day.rng)?;
    }
    let ends_at = now.max(attacked_at);
    day.out.finish(world.truth.human.clone(), last_record, ends_at)
}

fn earlier(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_sub(by).unwrap_or(time)
}

struct Day {
    rng: Rng,
    people: People,
    trails: Trails,
    out: Output,
}

impl Day {
    /// One thing happens.
    fn step(&mut self, now: Timestamp) -> io::Result<()> {
        let die = self.rng.between(0, 999);
        if die < CROSSINGS {
            let crossing = self.people.cross_over(now);
            let record = self.trails.crossing(&crossing, now);
            self.out.put_trail(&record, &mut self.rng)?;
        } else if die < CROSSINGS + SIGN_INS {
            self.people.sign_in(now);
        } else if die < CROSSINGS + SIGN_INS + ARM_CHANGES {
            self.people.arm(now);
        } else {
            let record = self.trails.call(now);
            self.out.put_trail(&record, &mut self.rng)?;
        }
        for row in self.people.take() {
            self.out.put_row(&row, &mut self.rng)?;
        }
        Ok(())
    }
}

struct Output {
    folder: std::path::PathBuf,
    streams: BTreeMap<Stream, Files>,
    records: u64,
    by_source: BTreeMap<String, u64>,
    bytes: BTreeMap<String, u64>,
}

impl Output {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            streams: BTreeMap::new(),
            records: 0,
            by_source: BTreeMap::new(),
            bytes: BTreeMap::new(),
        }
    }

    fn put_trail(&mut self, record: &Value, rng: &mut Rng) -> io::Result<()> {
        let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or("unknown").to_owned();
        let stream = Stream::CloudTrail { account: text("recipientAccountId"), region: text("awsRegion") };
        self.put("cloudtrail", stream, record, rng)
    }

    fn put_row(&mut self, row: &LogRecord, rng: &mut Rng) -> io::Result<()> {
        let category = match row.source {
            LogSource::CloudTrail => return self.put_trail(&row.record, rng),
            LogSource::SignIn | LogSource::EntraAudit => "signinlogs",
            LogSource::Activity => "activity",
        };
        self.put(category, Stream::Azure { category }, &row.record, rng)
    }

    fn put(&mut self, source: &str, stream: Stream, record: &Value, rng: &mut Rng) -> io::Result<()> {
        let folder = &self.folder;
        let files = self.streams.entry(stream).or_insert_with_key(|stream| Files::new(stream.clone(), folder));
        let bytes = files.write(record, rng)?;
        self.records += 1;
        *self.by_source.entry(source.to_owned()).or_default() += 1;
        *self.bytes.entry(source.to_owned()).or_default() += bytes;
        Ok(())
    }

    fn finish(self, human: String, last_record: String, ends_at: Timestamp) -> io::Result<Manifest> {
        fs::create_dir_all(&self.folder)?;
        let mut files = 0;
        for one in self.streams.into_values() {
            files += one.finish()?;
        }
        Ok(Manifest {
            records: self.records,
            by_source: self.by_source,
            bytes: self.bytes,
            files,
            human,
            last_record,
            ends_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::io::Read;

    fn texts(folder: &Path) -> BTreeMap<String, String> {
        let found = selvedge_files::walk([folder]);
        assert!(found.problems.is_empty());
        let read = |path: &Path| {
            let mut text = String::new();
            let file = fs::File::open(path).unwrap();
            flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
            text
        };
        found.files.iter().map(|p| (p.strip_prefix(folder).unwrap().display().to_string(), read(p))).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_files_and_no_two_records_are_alike() {
        let (a, b, c) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let manifest = generate(a.path(), 3_000, 7).unwrap();
        assert_eq!(generate(b.path(), 3_000, 7).unwrap(), manifest);
        generate(c.path(), 3_000, 8).unwrap();
        let logs = |dir: &tempfile::TempDir| texts(&dir.path().join("logs"));
        let files = logs(&a);
        assert_eq!(files, logs(&b));
        assert_ne!(files, logs(&c));
        assert_eq!(files.len() as u64, manifest.files);

        let mut seen = BTreeSet::new();
        for text in files.values() {
            let document: Value = serde_json::from_str(text).unwrap();
            let records = document.get("Records").or_else(|| document.get("records")).unwrap();
            for record in records.as_array().unwrap() {
                assert!(seen.insert(record.to_string()), "twice: {record}");
            }
        }
        assert_eq!(seen.len() as u64, manifest.records);
        assert!((3_000..3_100).contains(&manifest.records), "{manifest:?}");
    }

    #[test]
    fn cloudtrail_records_have_the_size_of_real_ones() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = generate(folder.path(), 4_000, 1).unwrap();
        assert_eq!(manifest.by_source.keys().map(String::as_str).collect::<BTreeSet<_>>(), SOURCES.into());
        let mean = manifest.bytes["cloudtrail"] / manifest.by_source["cloudtrail"];
        assert!((1_150..=1_350).contains(&mean), "{mean} bytes: {manifest:?}");
    }
}
