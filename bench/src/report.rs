//! The numbers, as a table and as JSON.

use crate::machine::{Machine, TimeKind};
use crate::stats::Spread;
use crate::traffic::Manifest;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Everything that a bench found. Times are per core: the program runs on one
/// thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Report {
    /// The machine.
    pub(crate) machine: Machine,
    /// The generated logs.
    pub(crate) input: Manifest,
    /// Bytes of the files, and of what they decode to.
    pub(crate) gzip_bytes: u64,
    /// Decoded.
    pub(crate) decoded_bytes: u64,
    /// Seed of the logs.
    pub(crate) seed: u64,
    /// Runs of each measurement.
    pub(crate) runs: usize,
    /// Sigma rules.
    pub(crate) rules: usize,
    /// Records that tier 2 keeps.
    pub(crate) kept: usize,
    /// Records a second from gzip to incident.
    pub(crate) records_per_second: Spread,
    /// Decoded megabytes (1,000,000 bytes) a second from gzip to incident.
    pub(crate) megabytes_per_second: Spread,
    /// Records a second of tier 1 alone (read, normalise, match), by source.
    pub(crate) tier_1_records_per_second: BTreeMap<String, Spread>,
    /// Seconds of taking the kept records into the set.
    pub(crate) add_seconds: Spread,
    /// Seconds of the decision over everything.
    pub(crate) decide_seconds: Spread,
    /// Seconds of the whole way.
    pub(crate) total_seconds: Spread,
    /// Seconds of decompressing alone.
    pub(crate) gunzip_seconds: Spread,
    /// Seconds of decompressing and parsing into JSON values.
    pub(crate) gunzip_parse_seconds: Spread,
    /// The whole way, as a multiple of decompressing alone.
    pub(crate) times_gunzip: Spread,
    /// The whole way, as a multiple of decompressing and parsing.
    pub(crate) times_gunzip_parse: Spread,
    /// Wall milliseconds from the last record to the verdict.
    pub(crate) decision_milliseconds: Spread,
    /// Most memory held by the end of the first run, bytes.
    pub(crate) peak_memory_bytes: Option<u64>,
    /// Most memory held before it, with the content loaded, bytes.
    pub(crate) memory_before_bytes: Option<u64>,
}

impl Report {
    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut out = self.heading();
        let _ = writeln!(out, "\n{:<52}{:>12}{:>12}{:>12}", "per core", "median", "min", "max");
        let mut row = |name: &str, spread: &Spread, digits: usize| {
            let cell = |value: f64| number(value, digits);
            let _ =
                writeln!(out, "{name:<52}{:>12}{:>12}{:>12}", cell(spread.median), cell(spread.min), cell(spread.max));
        };
        row("gzip to incident, records/s", &self.records_per_second, 0);
        row("gzip to incident, MB/s decoded", &self.megabytes_per_second, 1);
        for (source, spread) in &self.tier_1_records_per_second {
            row(&format!("  read, normalise, match: {source}, records/s"), spread, 0);
        }
        row("  take what is kept into the set, s", &self.add_seconds, 2);
        row("  decide over everything, s", &self.decide_seconds, 2);
        row("gzip to incident, s", &self.total_seconds, 2);
        row("gunzip alone, s", &self.gunzip_seconds, 2);
        row("gunzip and parse to JSON values, s", &self.gunzip_parse_seconds, 2);
        row("gzip to incident / gunzip alone", &self.times_gunzip, 2);
        row("gzip to incident / gunzip and parse", &self.times_gunzip_parse, 2);
        row("last record to verdict, ms on the wall", &self.decision_milliseconds, 1);
        let mib = |bytes: Option<u64>| {
            bytes.map_or("not told by this system".to_owned(), |b| format!("{} MiB", number(b as f64 / 1_048_576.0, 1)))
        };
        let _ = writeln!(
            out,
            "peak memory: {} ({} before the first file)",
            mib(self.peak_memory_bytes),
            mib(self.memory_before_bytes)
        );
        out
    }

    fn heading(&self) -> String {
        let input = &self.input;
        let mut out =
            format!("{} records in {} files, seed {}:", number(input.records as f64, 0), input.files, self.seed);
        for (source, count) in &input.by_source {
            let mean = input.bytes.get(source).copied().unwrap_or_default() / (*count).max(1);
            let _ = write!(out, " {source} {} (mean {mean} bytes)", number(*count as f64, 0));
        }
        let machine = &self.machine;
        let time = match machine.time {
            TimeKind::Cpu => "times are CPU time of the one thread",
            TimeKind::Wall => "times are on the WALL: this system does not tell CPU time",
        };
        let _ = write!(
            out,
            "\n{} MB gzip, {} MB decoded; one attack hidden, found in every run; {} rules; {} records kept\n\
             machine: {}, {} cores, {}; {time}; {} runs\n",
            number(self.gzip_bytes as f64 / 1e6, 1),
            number(self.decoded_bytes as f64 / 1e6, 1),
            self.rules,
            number(self.kept as f64, 0),
            machine.processor.as_deref().unwrap_or("unknown processor"),
            machine.cores,
            machine.system,
            self.runs,
        );
        out
    }
}

/// With `digits` decimals and a comma between thousands.
fn number(value: f64, digits: usize) -> String {
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
}
