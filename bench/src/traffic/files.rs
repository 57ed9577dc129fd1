//! The files in which the logs lie: which there are, how many records each holds
//! and of what time, and their text. Each file is drawn from a seed of its own,
//! so that any can be written before any other, by any thread, to a disk or into
//! a reader.

use super::aws::{Forms, Trail};
use super::azure::{Log, Rows};
use super::world::World;
use jiff::{SignedDuration, Timestamp};
use selvedge_sim::{LogRecord, LogSource, Rng};
use std::ops::Range;

/// What lies in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// `{"Records":[…]}`, in a trail's bucket.
    CloudTrail(Trail),
    /// Rows of one category.
    Azure(Log),
}

/// A file that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) stream: Stream,
    /// Where it lies below the logs' folder.
    pub(crate) path: String,
    /// Of the everyday records in it, how many.
    pub(crate) records: u64,
    /// Times of its records; those of one stream's files lie side by side.
    pub(crate) begins: Timestamp,
    pub(crate) ends: Timestamp,
    /// Records of the story that fall into it.
    pub(crate) story: Vec<usize>,
    /// Those of people who come over that fall into it.
    pub(crate) crossings: Range<usize>,
    seed: u64,
}

impl Planned {
    /// Records of every sort.
    pub(crate) fn all_records(&self) -> u64 {
        self.records + (self.story.len() + self.crossings.len()) as u64
    }
}

/// The files of both clouds, with exactly `per_cloud` records in each cloud.
pub(crate) fn plan(world: &World, per_cloud: u64) -> Vec<Planned> {
    let story = |stream: Stream| -> Vec<usize> {
        let own = world.attack.iter().enumerate().filter(|(_, one)| home(one, world) == stream);
        own.map(|(n, _)| n).collect()
    };
    let trails = Trail::all(world).into_iter().map(|(trail, weight)| (Stream::CloudTrail(trail), weight));
    let logs = Log::ALL.iter().map(|(log, weight)| (Stream::Azure(*log), *weight as f64));
    let mut out = Vec::new();
    for streams in [trails.collect::<Vec<_>>(), logs.collect()] {
        let special: u64 =
            streams.iter().map(|(stream, _)| (story(*stream).len() + crossings(*stream, world)) as u64).sum();
        let everyday = per_cloud.saturating_sub(special);
        let total: f64 = streams.iter().map(|(_, weight)| weight).sum();
        let (mut sum, mut given) = (0.0, 0);
        for (stream, weight) in streams {
            sum += weight;
            let until = (everyday as f64 * (sum / total)).round() as u64;
            let own = until.min(everyday) - given;
            given += own;
            files_of(stream, own, story(stream), world, &mut out);
        }
    }
    out
}

/// Where a record of the story is logged.
fn home(record: &LogRecord, world: &World) -> Stream {
    let text = |key: &str| record.record.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    match record.source {
        LogSource::CloudTrail => {
            let all = Trail::all(world).into_iter().map(|(trail, _)| trail);
            let account = world.accounts.iter().position(|one| one.id == text("recipientAccountId")).unwrap_or(0);
            let found = all.into_iter().find(|one| one.account == account && one.region == text("awsRegion"));
            Stream::CloudTrail(found.unwrap_or(Trail { account, region: super::world::REGIONS[0].0 }))
        }
        LogSource::SignIn if text("category") == "SignInLogs" => Stream::Azure(Log::Interactive),
        LogSource::SignIn if text("category") == "ServicePrincipalSignInLogs" => Stream::Azure(Log::ServicePrincipal),
        LogSource::SignIn => Stream::Azure(Log::NonInteractive),
        LogSource::EntraAudit => Stream::Azure(Log::Audit),
        // The story has no others.
        LogSource::Activity
        | LogSource::KeyVault
        | LogSource::AppService
        | LogSource::VpcFlow
        | LogSource::GuardDuty => Stream::Azure(Log::Activity),
    }
}

fn crossings(stream: Stream, world: &World) -> usize {
    let takes = match stream {
        Stream::CloudTrail(trail) => trail.takes_crossings(),
        Stream::Azure(log) => log == Log::NonInteractive,
    };
    if takes { world.crossings.len() } else { 0 }
}

/// How many records a file holds: CloudTrail delivers every few minutes what
/// there is; an event hub's batches have a mebibyte at most; a storage account
/// has a file for each hour.
fn size(stream: Stream, rng: &mut Rng) -> u64 {
    match (stream, rng.between(0, 9)) {
        (Stream::CloudTrail(_), 0..=1) => rng.between(1, 60),
        (Stream::CloudTrail(_), 2..=7) => rng.between(200, 1_500),
        (Stream::CloudTrail(_), _) => rng.between(1_500, 4_000),
        (Stream::Azure(log), _) if log.in_lines() => rng.between(500, 6_000),
        (Stream::Azure(_), _) => rng.between(60, 420),
    }
}

fn files_of(stream: Stream, records: u64, story: Vec<usize>, world: &World, out: &mut Vec<Planned>) {
    let label = match stream {
        Stream::CloudTrail(trail) => format!("{}/{}", trail.account, trail.region),
        Stream::Azure(log) => log.container().to_owned(),
    };
    let mut rng = Rng::labelled(world.seed, &label);
    let mut sizes = Vec::new();
    let mut left = records;
    while left > 0 {
        let size = size(stream, &mut rng).min(left);
        sizes.push(size);
        left -= size;
    }
    // A log's special records need a file, however few everyday ones it has.
    if sizes.is_empty() && (!story.is_empty() || crossings(stream, world) > 0) {
        sizes.push(0);
    }
    let span = world.ends.duration_since(world.begins).as_micros() as f64;
    let mut before = 0;
    let at = |count: u64| {
        let share = if records == 0 { 1.0 } else { count as f64 / records as f64 };
        let micros = SignedDuration::from_micros((span * share) as i64);
        world.begins.checked_add(micros).unwrap_or(world.ends)
    };
    let last = sizes.len().saturating_sub(1);
    let all_crossings = crossings(stream, world);
    let mut next_crossing = 0;
    for (n, size) in sizes.into_iter().enumerate() {
        let (begins, ends) = (at(before), at(before + size));
        before += size;
        let until = if n == last {
            all_crossings
        } else {
            world.crossings.partition_point(|one| one.at < ends).min(all_crossings)
        };
        // What is older than the first file lies in it, and what is younger than
        // the last in that.
        let own = |n_story: &&usize| {
            let time = world.attack[**n_story].occurred_at;
            (n == 0 || time >= begins) && (n == last || time < ends)
        };
        out.push(Planned {
            stream,
            path: path(stream, n, world, &mut rng),
            records: size,
            begins,
            ends,
            story: story.iter().filter(own).copied().collect(),
            crossings: next_crossing..until,
            seed: rng.bits(),
        });
        next_crossing = until;
    }
}

fn path(stream: Stream, n: usize, world: &World, rng: &mut Rng) -> String {
    match stream {
        Stream::CloudTrail(Trail { account, region }) => {
            let account = &world.accounts[account].id;
            let unique = rng.aws_id("", 16);
            format!(
                "cloudtrail/AWSLogs/{account}/CloudTrail/{region}/{account}_CloudTrail_{region}_{n:06}_{unique}.json.gz"
            )
        }
        Stream::Azure(log) if log.in_lines() => format!("azure/{}/{n:06}/PT1H.json.gz", log.container()),
        Stream::Azure(log) => format!("azure/{}/{n:06}.json.gz", log.container()),
    }
}

/// Writes the text of files.
pub(crate) struct Writer {
    aws: Forms,
    azure: Rows,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { aws: Forms::new(), azure: Rows::new() }
    }

    /// Appends a file's text.
    pub(crate) fn write(&self, world: &World, file: &Planned, out: &mut String) {
        let lines = matches!(file.stream, Stream::Azure(log) if log.in_lines());
        let separator = if lines { '\n' } else { ',' };
        match file.stream {
            Stream::CloudTrail(_) => out.push_str("{\"Records\":["),
            Stream::Azure(_) if !lines => out.push_str("{\"records\":["),
            Stream::Azure(_) => {}
        }
        let begin = out.len();
        let one = |out: &mut String, write: &dyn Fn(&mut String)| {
            if out.len() > begin {
                out.push(separator);
            }
            write(out);
        };
        for n in &file.story {
            one(out, &|out| out.push_str(&world.attack[*n].record.to_string()));
        }
        let mut rng = Rng::new(file.seed);
        for n in file.crossings.clone() {
            let seed = rng.bits();
            one(out, &|out| match file.stream {
                Stream::CloudTrail(_) => self.aws.crossing(world, n, &mut Rng::new(seed), out),
                Stream::Azure(_) => self.azure.crossing(world, n, &mut Rng::new(seed), out),
            });
        }
        let step = file.ends.duration_since(file.begins).as_micros() / i128::from(file.records.max(1)).max(1);
        let step = i64::try_from(step).unwrap_or(0);
        let mut now = file.begins;
        for _ in 0..file.records {
            let seed = rng.bits();
            one(out, &|out| match file.stream {
                Stream::CloudTrail(trail) => self.aws.record(world, trail, now, &mut Rng::new(seed), out),
                Stream::Azure(log) => self.azure.row(world, log, now, &mut Rng::new(seed), out),
            });
            now = now.checked_add(SignedDuration::from_micros(step)).unwrap_or(now);
        }
        out.push_str(if lines { "\n" } else { "]}" });
    }
}
