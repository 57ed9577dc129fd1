//! The numbers, as a table and as JSON.

use crate::library::{Compared, Hits};
use crate::machine::{Machine, TimeKind};
use crate::sqlite::Sqlite;
use crate::stats::Spread;
use crate::task::{Done, What};
use crate::traffic::Manifest;
use crate::whole::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Differences that the table lists by rule.
const LISTED: usize = 10;

/// One measurement over its runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    /// `cloudtrail`, `azure`, or `both`.
    pub(crate) set: String,
    /// Threads that read.
    pub(crate) workers: usize,
    pub(crate) records: u64,
    /// After decompression.
    pub(crate) bytes: u64,
    pub(crate) cpu_seconds: Spread,
    pub(crate) wall_seconds: Spread,
    pub(crate) records_per_cpu_second: Spread,
    pub(crate) bytes_per_cpu_second: Spread,
    pub(crate) records_per_wall_second: Spread,
    /// The most of all runs.
    pub(crate) peak_memory_bytes: Option<u64>,
}

/// A measurement's name in the report.
pub(crate) fn name(what: What) -> &'static str {
    match what {
        What::Generate => "generate",
        What::Gunzip => "gunzip (libdeflate)",
        What::Parse => "gunzip + parse (sonic-rs)",
        What::Ocsf => "gzip -> OCSF",
        What::Whole => "gzip -> incidents",
        What::Memory => "generated -> incidents",
        What::Library => "rules alone",
        What::Program => "`selvedge replay --json`",
        What::Sample => "sample",
    }
}

impl Row {
    /// Of at least one run.
    pub(crate) fn new(what: What, set: Option<&str>, workers: usize, runs: &[Done]) -> Option<Self> {
        let first = runs.first()?;
        let (records, bytes) = (first.records as f64, first.bytes as f64);
        let spread = |of: &dyn Fn(&Done) -> f64| Spread::of(runs.iter().map(of));
        Some(Self {
            what: name(what).to_owned(),
            set: set.unwrap_or("both").to_owned(),
            workers,
            records: first.records,
            bytes: first.bytes,
            cpu_seconds: spread(&|run| run.took.cpu)?,
            wall_seconds: spread(&|run| run.took.wall)?,
            records_per_cpu_second: spread(&|run| rate(records, run.took.cpu))?,
            bytes_per_cpu_second: spread(&|run| rate(bytes, run.took.cpu))?,
            records_per_wall_second: spread(&|run| rate(records, run.took.wall))?,
            peak_memory_bytes: runs.iter().filter_map(|run| run.peak_memory_bytes).max(),
        })
    }
}

/// `what` a second.
pub(crate) fn rate(what: f64, seconds: f64) -> f64 {
    what / seconds.max(1e-6)
}

/// How one measurement's time is a multiple of another's, run by run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Ratio {
    pub(crate) what: String,
    pub(crate) to: String,
    pub(crate) set: String,
    pub(crate) times: Spread,
}

/// The rules alone, over the runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct RulesAlone {
    pub(crate) rules: usize,
    pub(crate) records: u64,
    /// Records a second.
    pub(crate) ours: Spread,
    pub(crate) library: Spread,
    pub(crate) library_bloom: Spread,
    /// Ours as a multiple of the library's faster setting, run by run.
    pub(crate) times_library: Spread,
    /// Pairs of a record and a rule that holds for it.
    pub(crate) hits: u64,
    pub(crate) rules_with_hits: usize,
    pub(crate) same_hits: bool,
    pub(crate) differences: BTreeMap<String, Hits>,
}

impl RulesAlone {
    pub(crate) fn new(runs: &[&Compared]) -> Option<Self> {
        let first = runs.first()?;
        let records = first.records as f64;
        let spread = |of: &dyn Fn(&Compared) -> f64| Spread::of(runs.iter().map(|run| of(run)));
        let fastest = |run: &Compared| run.library.cpu.min(run.library_bloom.cpu);
        let differences = first.differences();
        Some(Self {
            rules: first.rules,
            records: first.records,
            ours: spread(&|run| rate(records, run.ours.cpu))?,
            library: spread(&|run| rate(records, run.library.cpu))?,
            library_bloom: spread(&|run| rate(records, run.library_bloom.cpu))?,
            times_library: spread(&|run| rate(fastest(run), run.ours.cpu))?,
            hits: first.hits.values().map(|hits| hits.both + hits.only_ours).sum(),
            rules_with_hits: first.hits.len(),
            same_hits: differences.is_empty() && runs.iter().all(|run| !run.bloom_differs && run.hits == first.hits),
            differences: differences.into_iter().map(|(rule, hits)| (rule.to_owned(), hits.clone())).collect(),
        })
    }
}

/// Everything that a bench found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    /// The commit; with a `+` if the working tree differs from it.
    pub(crate) commit: Option<String>,
    pub(crate) input: Manifest,
    pub(crate) seed: u64,
    pub(crate) runs: usize,
    /// Sigma rules in all, and which folder was added to our own.
    pub(crate) rules: usize,
    pub(crate) rules_folder: Option<String>,
    /// Records that no mapping took.
    pub(crate) unmapped: u64,
    pub(crate) verdict: Verdict,
    pub(crate) rows: Vec<Row>,
    pub(crate) ratios: Vec<Ratio>,
    /// Wall time of one worker as a multiple of that of all cores.
    pub(crate) scaling: Spread,
    pub(crate) rules_alone: RulesAlone,
    pub(crate) sqlite: Option<Sqlite>,
    /// Titles of the rules that are named here.
    #[serde(skip)]
    pub(crate) titles: BTreeMap<String, String>,
}

impl Report {
    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut out = self.heading();
        let _ = writeln!(
            out,
            "\n{:<28}{:<12}{:>7}{:>14}{:>25}{:>10}{:>13}{:>10}",
            "", "", "", "records/s of", "", "MB/s of", "records/s", "peak"
        );
        let _ = writeln!(
            out,
            "{:<28}{:<12}{:>7}{:>14}{:>25}{:>10}{:>13}{:>10}",
            "measured", "logs", "threads", "a core, median", "(min - max)", "a core", "on the wall", "MiB"
        );
        for row in &self.rows {
            let (rate, wall) = (&row.records_per_cpu_second, &row.records_per_wall_second);
            let _ = writeln!(
                out,
                "{:<28}{:<12}{:>7}{:>14}{:>25}{:>10}{:>13}{:>10}",
                row.what,
                row.set,
                row.workers,
                number(rate.median, 0),
                format!("({} - {})", number(rate.min, 0), number(rate.max, 0)),
                number(row.bytes_per_cpu_second.median / 1e6, 0),
                number(wall.median, 0),
                mib(row.peak_memory_bytes),
            );
        }
        let _ = writeln!(out, "\nall cores against one: {} times as fast on the wall", times(&self.scaling));
        for ratio in &self.ratios {
            let _ = writeln!(
                out,
                "{} takes {} times as long as {} ({})",
                ratio.what,
                times(&ratio.times),
                ratio.to,
                ratio.set
            );
        }
        self.rules_alone(&mut out);
        if let Some(sqlite) = &self.sqlite {
            self.sqlite(sqlite, &mut out);
        }
        out
    }

    fn heading(&self) -> String {
        let mut out = String::from("generated logs:");
        for (set, one) in &self.input.sets {
            let _ = write!(
                out,
                " {} of {set} (mean {} bytes, {} files, {} MB gzip, {} MB decoded);",
                number(one.records as f64, 0),
                one.bytes / one.records.max(1),
                number(one.files as f64, 0),
                number(one.gzip_bytes as f64 / 1e6, 0),
                number(one.bytes as f64 / 1e6, 0),
            );
        }
        let machine = &self.machine;
        let time = match machine.time {
            TimeKind::Cpu => "times are CPU time (user and system, all threads)",
            TimeKind::Wall => "times are on the WALL: this system does not tell CPU time",
        };
        let of_folder = match &self.rules_folder {
            Some(folder) => format!("our own and those of {folder}"),
            None => "our own alone: name a folder with --rules, or set SELVEDGE_CORPUS".to_owned(),
        };
        let verdict = &self.verdict;
        let _ = write!(
            out,
            " seed {}\nrules: {} ({of_folder})\n\
             the hidden attack was found in every run, beside {} other incidents ({} above low); {} findings; {} records unmapped\n\
             machine: {}, {} cores, {} GiB, {}, load {} at the start; {time}; {} runs, commit {}\n",
            self.seed,
            self.rules,
            number(verdict.other_incidents as f64, 0),
            number(verdict.other_above_low as f64, 0),
            number(verdict.findings as f64, 0),
            number(self.unmapped as f64, 0),
            machine.processor.as_deref().unwrap_or("unknown processor"),
            machine.cores,
            machine.memory_bytes.map_or("?".to_owned(), |bytes| number(bytes as f64 / 1_073_741_824.0, 0)),
            machine.system,
            machine.load.as_deref().unwrap_or("unknown"),
            self.runs,
            self.commit.as_deref().unwrap_or("unknown"),
        );
        out
    }

    fn title(&self, rule: &str) -> String {
        self.titles.get(rule).cloned().unwrap_or_else(|| rule.to_owned())
    }

    fn rules_alone(&self, out: &mut String) {
        let alone = &self.rules_alone;
        let rate = |spread: &Spread| {
            format!("{} ({} - {})", number(spread.median, 0), number(spread.min, 0), number(spread.max, 0))
        };
        let _ = writeln!(
            out,
            "\n{} CloudTrail rules over {} parsed records, records/s of a core:\n  \
             ours                        {}\n  \
             rsigma, as it comes         {}\n  \
             rsigma with Bloom filters   {}\n  \
             ours is {} times as fast as the faster of these",
            alone.rules,
            number(alone.records as f64, 0),
            rate(&alone.ours),
            rate(&alone.library),
            rate(&alone.library_bloom),
            times(&alone.times_library),
        );
        let hits = format!("{} hits of {} rules", number(alone.hits as f64, 0), alone.rules_with_hits);
        if alone.same_hits {
            let _ = writeln!(out, "  the same hits, record by record: {hits}");
            return;
        }
        let count = alone.differences.len();
        let _ = writeln!(out, "  OTHER HITS in {count} rules, so that the speeds say nothing; ours has {hits}:");
        let mut all: Vec<(&String, &Hits)> = alone.differences.iter().collect();
        all.sort_by_key(|(_, hits)| std::cmp::Reverse(hits.only_ours + hits.only_library));
        for (rule, hits) in all.iter().take(LISTED) {
            let example = |id: &Option<String>| id.as_ref().map(|id| format!(" (as {id})")).unwrap_or_default();
            let _ = writeln!(
                out,
                "    {}: both {}, only ours {}{}, only rsigma {}{}",
                self.title(rule),
                hits.both,
                hits.only_ours,
                example(&hits.example_ours),
                hits.only_library,
                example(&hits.example_library),
            );
        }
    }

    fn sqlite(&self, sqlite: &Sqlite, out: &mut String) {
        let records = sqlite.records as f64;
        let versions: Vec<String> = sqlite.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let _ = writeln!(
            out,
            "\npySigma's SQLite backend, {} rules over {} of the records, records/s of a core: {} in all, {} for the queries alone\n  {}",
            sqlite.rules,
            number(records, 0),
            number(rate(records, sqlite.load_seconds + sqlite.query_seconds), 0),
            number(rate(records, sqlite.query_seconds), 0),
            versions.join(", "),
        );
        for failed in &sqlite.failed {
            let _ = writeln!(out, "  not converted: {}: {}", self.title(&failed.rule), failed.why);
        }
        if sqlite.differences.is_empty() {
            let _ = writeln!(out, "  as many hits of each rule as ours: {} in all", sqlite.hits.values().sum::<u64>());
        }
        for (rule, (ours, theirs)) in sqlite.differences.iter().take(LISTED) {
            let _ = writeln!(out, "  other hits: {}: ours {ours}, SQLite {theirs}", self.title(rule));
        }
    }
}

fn times(spread: &Spread) -> String {
    format!("{} ({} - {})", number(spread.median, 2), number(spread.min, 2), number(spread.max, 2))
}

/// Mebibytes.
pub(crate) fn mib(bytes: Option<u64>) -> String {
    bytes.map_or("not told".to_owned(), |bytes| number(bytes as f64 / 1_048_576.0, 0))
}

/// With `digits` decimals and a comma between thousands.
pub(crate) fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |at| text.split_at(at));
    let mut out = String::new();
    for (n, digit) in whole.chars().enumerate() {
        let left = whole.len() - n;
        if n > 0 && left.is_multiple_of(3) && out != "-" {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Took;

    #[test]
    fn numbers_table() {
        for (value, digits, expected) in [
            (0.0, 0, "0"),
            (999.4, 0, "999"),
            (1_000.0, 0, "1,000"),
            (1_234_567.891, 2, "1,234,567.89"),
            (-123.0, 0, "-123"),
        ] {
            assert_eq!(number(value, digits), expected);
        }
    }

    #[test]
    fn a_row_is_rates_over_the_runs() {
        let run = |cpu: f64, peak| Done {
            took: Took { cpu, wall: cpu / 2.0 },
            records: 100,
            bytes: 1_000,
            peak_memory_bytes: Some(peak),
            ..Done::default()
        };
        let row = Row::new(What::Whole, None, 2, &[run(1.0, 5), run(4.0, 9), run(2.0, 7)]).unwrap();
        let spread = |min, median, max| Spread { median, min, max };
        assert_eq!(row.set, "both");
        assert_eq!(row.records_per_cpu_second, spread(25.0, 50.0, 100.0));
        assert_eq!(row.records_per_wall_second, spread(50.0, 100.0, 200.0));
        assert_eq!(row.bytes_per_cpu_second, spread(250.0, 500.0, 1_000.0));
        assert_eq!(row.peak_memory_bytes, Some(9));
        assert_eq!(Row::new(What::Whole, None, 2, &[]), None);
    }
}
