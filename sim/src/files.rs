//! Worlds as the files that a user would have.

use crate::records::{LogRecord, LogSource};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How records are put into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// `{"Records":[…]}`, as CloudTrail delivers to S3.
    Records,
    /// `{"records":[…]}`, as Event Hubs and diagnostic settings deliver.
    LowerRecords,
    /// One record a line.
    Lines,
    /// One record in a file.
    Single,
}

/// Records in one file, where the envelope holds several.
const BATCH: usize = 12;

/// Writes the estate's exports under `folder`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_estate(folder: &Path, world: &World) -> io::Result<()> {
    let mut written = BTreeSet::new();
    for (n, (path, value)) in world.estate().into_iter().enumerate() {
        // Of two documents from one command each gets a file.
        let path =
            folder.join(if written.insert(path.clone()) { path } else { format!("{n}-{}", path.replace('/', "-")) });
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, value.to_string())?;
    }
    Ok(())
}

/// Writes records into `folder`, in the order given, in all envelopes: those of
/// one log in batches, batch by batch in the next of the envelopes that this log
/// knows. Returns the files.
///
/// # Errors
/// If a file cannot be written.
pub fn write_logs(folder: &Path, logs: &[LogRecord]) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for source in LogSource::ALL {
        let own: Vec<&Value> = logs.iter().filter(|one| one.source == source).map(|one| &one.record).collect();
        let outer = if source == LogSource::CloudTrail { Envelope::Records } else { Envelope::LowerRecords };
        let mut rest = own.as_slice();
        // Findings come one by one or in lines, flow logs in lines; the rest in all ways.
        let own_ways = match source {
            LogSource::VpcFlow | LogSource::GuardDuty => [Envelope::Lines; 3],
            _ => [outer, Envelope::Lines, Envelope::Single],
        };
        let mut turns = own_ways.into_iter().cycle();
        while !rest.is_empty() {
            let envelope = turns.next().unwrap_or(Envelope::Lines);
            let count = if envelope == Envelope::Single { 1 } else { BATCH.min(rest.len()) };
            let (batch, left) = rest.split_at(count);
            rest = left;
            let path = folder.join(format!("{:04}-{}", files.len(), file_name(source, envelope)));
            fs::write(&path, enclose(batch, envelope))?;
            files.push(path);
        }
    }
    Ok(files)
}

fn file_name(source: LogSource, envelope: Envelope) -> String {
    let log = match source {
        LogSource::CloudTrail => "cloudtrail",
        LogSource::SignIn => "signin",
        LogSource::EntraAudit => "audit",
        LogSource::Activity => "activity",
        LogSource::KeyVault => "keyvault",
        LogSource::AppService => "appservice",
        LogSource::VpcFlow => "vpcflow",
        LogSource::GuardDuty => "guardduty",
    };
    let end = if envelope == Envelope::Lines { "jsonl" } else { "json" };
    format!("{log}.{end}")
}

fn enclose(batch: &[&Value], envelope: Envelope) -> String {
    match envelope {
        Envelope::Records => json!({ "Records": batch }).to_string(),
        Envelope::LowerRecords => json!({ "records": batch }).to_string(),
        Envelope::Lines | Envelope::Single => batch.iter().map(|record| format!("{record}\n")).collect(),
    }
}
