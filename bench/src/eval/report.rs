//! The evaluation's result for people and for programs.

use selvedge_sim::town::{Score, Share, Size, TownTruth};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Write as _;

/// What was generated.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shown {
    people: usize,
    days: u32,
    seed: u64,
    random_assertion_ids: bool,
    records: u64,
    gzip_bytes: u64,
    attacks: usize,
    twins: usize,
    generated_seconds: f64,
}

impl Shown {
    pub(crate) fn new(
        size: &Size,
        random_assertion_ids: bool,
        truth: &TownTruth,
        gzip_bytes: u64,
        seconds: f64,
    ) -> Self {
        Self {
            people: size.people,
            days: size.days,
            seed: size.seed,
            random_assertion_ids,
            records: truth.records,
            gzip_bytes,
            attacks: truth.attacks.len(),
            twins: truth.twins.len(),
            generated_seconds: seconds,
        }
    }
}

/// The result.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) size: Shown,
    pub(crate) score: Score,
    /// The program's own accounting.
    pub(crate) summary: Value,
    pub(crate) replay_seconds: f64,
    pub(crate) replay_peak_bytes: Option<u64>,
}

/// The last line of a verdict.
///
/// # Errors
/// If there is none, or it says that records could not be read: the figures would
/// be of other records.
pub(crate) fn summary(text: &str) -> Result<Value, String> {
    let last = text.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let summary = last.filter(|value| value["type"] == "summary").ok_or("the verdict has no summary")?;
    for field in ["problems", "file_problems", "unmapped"] {
        if summary[field].as_u64() != Some(0) {
            return Err(format!("{} records or files: {field}; they should have been read", summary[field]));
        }
    }
    Ok(summary)
}

fn percent(share: Share) -> String {
    format!("{:.4}  ({} of {})", share.value(), share.count, share.of)
}

impl Report {
    /// A table.
    pub(crate) fn table(&self) -> String {
        let Self { size, score, .. } = self;
        let mut out = String::new();
        let ids = if size.random_assertion_ids { "random" } else { "the sign-ins'" };
        let mut row = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<34} {value}");
        };
        row("company", format!("{} people, {} days, seed {}, assertion ids {ids}", size.people, size.days, size.seed));
        row("records", format!("{} in {} MiB of gzip", size.records, size.gzip_bytes >> 20));
        row("hidden", format!("{} attacks, {} twins", size.attacks, size.twins));
        row("recall", percent(score.recall));
        row("attribution precision", percent(score.attribution));
        let joins = format!("{}, below {:.4} at 95%", percent(score.false_joins), score.false_joins.upper_bound());
        row("false joins", joins);
        row("sessions of people joined", percent(score.joined));
        row("twins raised", percent(score.twins_raised));
        row("loud incidents of no attack", score.of_nothing.to_string());
        row("incidents", score.incidents.to_string());
        row("generated in", format!("{:.1} s", self.size.generated_seconds));
        let rate = size.records as f64 / self.replay_seconds.max(0.001);
        row("replayed in", format!("{:.1} s, {rate:.0} records/s", self.replay_seconds));
        let peak = self.replay_peak_bytes.map_or("unknown".into(), |bytes| format!("{} MiB", bytes >> 20));
        row("peak memory of the replay", peak);
        for (chain, share) in score.by_chain.iter().filter(|(_, share)| share.count < share.of) {
            let _ = writeln!(out, "missed: {chain:<26} {} of {}", share.of - share.count, share.of);
        }
        for twin in &score.raised {
            let _ = writeln!(out, "raised: {twin}");
        }
        out
    }
}
